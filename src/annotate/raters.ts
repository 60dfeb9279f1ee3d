import {
  ensureRater,
  getRater,
  listRaters,
  raterActivity,
  setProfile,
  type Rater,
} from '../../db/repositories/raters.ts';
import { inTransaction, type ReadableDb } from '../../db/sqlite.ts';
import type { GradingDeps } from './grading-deps.ts';

export interface RaterProfile {
  readonly name: string;
  readonly kind: 'person' | 'imported';
  readonly role: 'rater' | 'senior';
  readonly note: string;
  readonly grades: number;
  readonly skips: number;
  readonly lastMs: number | null;
}

/** By name. */
export function raterProfiles(db: ReadableDb): readonly RaterProfile[] {
  return listRaters(db).map((rater) => toProfile(db, rater));
}

/** Makes a rater, or changes the one of that name. */
export function saveRater(
  deps: GradingDeps,
  input: { readonly name: string; readonly role: 'rater' | 'senior'; readonly note: string },
): RaterProfile {
  return inTransaction(deps.db, () => {
    const id = ensureRater(deps.db, input.name, 'person');
    setProfile(deps.db, id, input);
    return toProfile(deps.db, getRater(deps.db, id));
  });
}

function toProfile(db: ReadableDb, { id, ...rater }: Rater): RaterProfile {
  return { ...rater, ...raterActivity(db, id) };
}

import { isDeepStrictEqual } from 'node:util';
import {
  allEvents,
  doubleGrades,
  getGradingEvent,
  insertGradingEvent,
  type GradingEvent,
  type NewGradingEvent,
} from '../../db/repositories/grading.ts';
import { advanceCursor, advanceCursors, recountItem, reopenItem } from '../../db/repositories/queue-items.ts';
import { setMerged } from '../../db/repositories/packs.ts';
import { inTransaction, type ReadableDb } from '../../db/sqlite.ts';
import { AppError } from '../core/errors.ts';
import type { GradingDeps } from './grading-deps.ts';
import { packEvents } from './pack-events.ts';
import { withTrustedPack } from './pack-open.ts';

/** An item of which one rater has two grades in force, as two copies of a pack can bring. The latest one counts. */
export interface GradeConflict {
  readonly taskId: string;
  readonly promptId: number;
  readonly rater: string;
  readonly eventIds: readonly string[];
}

export interface MergedPack {
  readonly packId: string;
  readonly rater: string;
  /** Events that were not here before. */
  readonly added: number;
  /** Events that were. */
  readonly known: number;
  readonly conflicts: readonly GradeConflict[];
}

/**
 * Takes the results of a pack over: the union of the events by id. Merging again, or several packs in any order, leads to the
 * same project. All or nothing.
 */
export function mergePack(deps: GradingDeps, path: string): MergedPack {
  return withTrustedPack(deps, path, (trusted) =>
    inTransaction(deps.db, () => {
      const { db } = deps;
      const { pack } = trusted;
      const events = packEvents(db, trusted, allEvents(trusted.db));
      // An undo can carry an earlier time than what it undoes, where a clock was set back.
      db.pragma('defer_foreign_keys = ON');
      const added = events.filter((event) => isNew(db, event));
      for (const event of added) insertGradingEvent(db, event);
      for (const { promptId, modelAId, modelBId } of added) {
        if (typeof modelAId !== 'number') continue;
        const item = { promptId, modelAId, modelBId: modelBId ?? null };
        recountItem(db, item);
        reopenItem(db, item);
      }
      advanceCursor(db, { queueId: pack.queueId, raterId: pack.raterId });
      // An item that was opened again has set back the cursors of all.
      advanceCursors(db, pack.queueId);
      setMerged(db, pack.id, deps.clock());
      return {
        packId: pack.id,
        rater: pack.rater,
        added: added.length,
        known: events.length - added.length,
        conflicts: gradeConflicts(db, [pack.taskId]),
      };
    }),
  );
}

/** Where a rater has two grades of one item in force. */
export function gradeConflicts(db: ReadableDb, taskIds: readonly string[]): readonly GradeConflict[] {
  return taskIds.flatMap((taskId) => doubleGrades(db, taskId).map((found) => ({ taskId, ...found })));
}

function isNew(db: ReadableDb, event: NewGradingEvent): boolean {
  const known = getGradingEvent(db, event.id);
  if (known === null) return true;
  if (isDeepStrictEqual(contentOf(known), contentOf({ ...known, ...event }))) return false;
  throw new AppError(
    'conflict',
    `The pack was not merged: its event ${event.id} is here already, and says something else. One of the two files was changed by hand.`,
    { details: { packEvent: event.id } },
  );
}

function contentOf(event: GradingEvent): unknown {
  const {
    isCurrent: _current,
    rater: _rater,
    raterKind: _kind,
    responseAId: _a,
    responseBId: _b,
    ...content
  } = event;
  return JSON.parse(JSON.stringify(content));
}

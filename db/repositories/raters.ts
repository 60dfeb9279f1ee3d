import { AppError } from '../../src/core/errors.ts';
import type { ReadableDb, WritableDb } from '../sqlite.ts';

export interface Rater {
  readonly id: number;
  readonly name: string;
  /** `person` grades in the app; `imported` stands for the graders behind an imported file. */
  readonly kind: 'person' | 'imported';
}

export function listRaters(db: ReadableDb): readonly Rater[] {
  return db.prepare<[], Rater>('SELECT id, name, kind FROM rater ORDER BY name').all();
}

/** The id of the rater of that name, made where it is missing; `conflict` where it is there as the other kind. */
export function ensureRater(db: WritableDb, name: string, kind: Rater['kind']): number {
  db.prepare('INSERT INTO rater (name, kind) VALUES (?, ?) ON CONFLICT (name) DO NOTHING').run(name, kind);
  const rater = listRaters(db).find((each) => each.name === name);
  if (rater?.kind === kind) return rater.id;
  throw new AppError(
    'conflict',
    `The name “${name}” belongs to ${kind === 'person' ? 'the graders of an imported file' : 'a person who grades here'}. Choose another.`,
    { details: { rater: name } },
  );
}

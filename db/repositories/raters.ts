import { AppError } from '../../src/core/errors.ts';
import type { ReadableDb, WritableDb } from '../sqlite.ts';

export interface Rater {
  readonly id: number;
  readonly name: string;
  /** `person` grades in the app; `imported` stands for the graders behind an imported file. */
  readonly kind: 'person' | 'imported';
  /** A senior decides where raters disagree. */
  readonly role: 'rater' | 'senior';
  readonly note: string;
}

export interface RaterActivity {
  /** In force, without answers to checks. */
  readonly grades: number;
  readonly skips: number;
  readonly lastMs: number | null;
}

const SELECT = 'SELECT id, name, kind, role, note FROM rater';

export function listRaters(db: ReadableDb): readonly Rater[] {
  return db.prepare<[], Rater>(`${SELECT} ORDER BY name`).all();
}

export function findRater(db: ReadableDb, name: string): Rater | null {
  return db.prepare<[string], Rater>(`${SELECT} WHERE name = ?`).get(name) ?? null;
}

/** `not-found` where there is none of that id. */
export function getRater(db: ReadableDb, id: number): Rater {
  const rater = db.prepare<[number], Rater>(`${SELECT} WHERE id = ?`).get(id);
  if (rater !== undefined) return rater;
  throw new AppError('not-found', `There is no rater ${id} in this project.`);
}

/** The rater behind imported grades of that name: never a person who grades here, whose name may be the same. */
export function ensureImportedRater(db: WritableDb, name: string): number {
  const isPerson = listRaters(db).some((rater) => rater.name === name && rater.kind === 'person');
  return ensureRater(db, isPerson ? `${name} (imported)` : name, 'imported');
}

/** The id of the rater of that name, made where it is missing; `conflict` where it is there as the other kind. */
export function ensureRater(db: WritableDb, name: string, kind: Rater['kind']): number {
  const known = findRater(db, name);
  if (known === null) {
    return Number(db.prepare('INSERT INTO rater (name, kind) VALUES (?, ?)').run(name, kind).lastInsertRowid);
  }
  if (known.kind === kind) return known.id;
  throw new AppError(
    'conflict',
    `The name “${name}” belongs to ${kind === 'person' ? 'the graders of an imported file' : 'a person who grades here'}. Choose another.`,
    { details: { rater: name } },
  );
}

export function setProfile(db: WritableDb, id: number, profile: Pick<Rater, 'role' | 'note'>): void {
  db.prepare('UPDATE rater SET role = ?, note = ? WHERE id = ?').run(profile.role, profile.note, id);
}

export function raterActivity(db: ReadableDb, id: number): RaterActivity {
  const activity = db
    .prepare<[{ id: number }], RaterActivity>(
      `SELECT (SELECT count(*) FROM current_grade WHERE rater_id = @id) AS grades,
         (SELECT count(*) FROM grading_event s WHERE s.rater_id = @id AND s.action = 'skip' AND NOT EXISTS (
            SELECT 1 FROM grading_event u WHERE u.target_id = s.id AND u.action = 'undo')) AS skips,
         (SELECT max(created_ms) FROM grading_event WHERE rater_id = @id) AS lastMs`,
    )
    .get({ id });
  return activity ?? { grades: 0, skips: 0, lastMs: null };
}

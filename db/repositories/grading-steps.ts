import type { ReadableDb } from '../sqlite.ts';

/**
 * The steps of a rater that can be taken back and done again, read off the events: both survive a restart, and neither needs
 * a table of its own.
 */

/** The newest step that stands: a grade in force, or a skip or flag that was not undone. Null where there is none. */
export function lastStep(db: ReadableDb, raterId: number): string | null {
  return (
    db
      .prepare<[number], string>(
        `SELECT e.id FROM grading_event e
         WHERE e.rater_id = ? AND e.action <> 'undo'
           AND NOT EXISTS (SELECT 1 FROM grading_event u WHERE u.target_id = e.id AND u.action = 'undo')
           AND (e.action IN ('skip', 'flag') OR EXISTS (SELECT 1 FROM standing_grade g WHERE g.id = e.id))
         ORDER BY e.created_ms DESC, e.id DESC LIMIT 1`,
      )
      .pluck()
      .get(raterId) ?? null
  );
}

/**
 * What a redo does again: the target of the newest undo that was not done again since, and the undo itself. Null once
 * anything else was done after it.
 */
export function lastUndone(
  db: ReadableDb,
  raterId: number,
): { readonly undoId: string; readonly targetId: string } | null {
  const events = db
    .prepare<[number], { id: string; action: string; targetId: string | null; redoOf: string | null }>(
      `SELECT id, action, target_id AS targetId, detail_json ->> '$.redoOf' AS redoOf FROM grading_event
       WHERE rater_id = ? ORDER BY created_ms DESC, id DESC`,
    )
    .iterate(raterId);
  const redone = new Set<string>();
  for (const event of events) {
    if (event.redoOf !== null) redone.add(event.redoOf);
    else if (event.action !== 'undo') return null;
    else if (!redone.has(event.id) && event.targetId !== null) {
      return { undoId: event.id, targetId: event.targetId };
    }
  }
  return null;
}

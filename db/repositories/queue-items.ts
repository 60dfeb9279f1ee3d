import { insertRows } from '../insert-rows.ts';
import type { ReadableDb, WritableDb } from '../sqlite.ts';
import type { GradingItem } from './grading.ts';

/**
 * The items of a queue, each at its place. How many raters have graded an item (`graded`) and up to where a rater is done
 * (`queue_cursor`) follow from the events; they are kept so that the next item is found by a seek.
 */
export interface QueueItem extends GradingItem {
  readonly queueId: number;
  readonly position: number;
  readonly checkId: string | null;
  readonly reason: unknown;
  readonly wanted: number;
  readonly graded: number;
}

export interface NewQueueItem extends GradingItem {
  readonly checkId: string | null;
  /** Stored as JSON: what the draw saw. */
  readonly reason: unknown;
  readonly wanted: number;
}

interface ItemRow {
  readonly queue_id: number;
  readonly position: number;
  readonly prompt_id: number;
  readonly model_a_id: number;
  readonly model_b_id: number;
  readonly check_id: string | null;
  readonly reason_json: string | null;
  readonly wanted: number;
  readonly graded: number;
}

/** Appends items, the first at place 1. */
export function insertQueueItems(db: WritableDb, queueId: number, items: Iterable<NewQueueItem>): void {
  function* rows(): Generator<readonly (string | number | null)[]> {
    let position = 0;
    for (const { promptId, modelAId, modelBId, checkId, reason, wanted } of items) {
      const reasonJson = reason === null ? null : JSON.stringify(reason);
      yield [++position, promptId, modelAId, modelBId ?? 0, checkId, reasonJson, wanted];
    }
  }
  const columns = ['position', 'prompt_id', 'model_a_id', 'model_b_id', 'check_id', 'reason_json', 'wanted'];
  insertRows(db, 'queue_item', columns, rows(), { queue_id: queueId });
}

export function itemAt(db: ReadableDb, queueId: number, position: number): QueueItem | null {
  const row = db
    .prepare<[number, number], ItemRow>('SELECT * FROM queue_item WHERE queue_id = ? AND position = ?')
    .get(queueId, position);
  return row === undefined ? null : toItem(row);
}

export function findQueueItem(db: ReadableDb, queueId: number, item: GradingItem): QueueItem | null {
  const row = db
    .prepare<[number, number, number, number], ItemRow>(
      `SELECT * FROM queue_item
       WHERE prompt_id = ? AND model_a_id = ? AND model_b_id = ? AND queue_id = ? ORDER BY position LIMIT 1`,
    )
    .get(item.promptId, item.modelAId, item.modelBId ?? 0, queueId);
  return row === undefined ? null : toItem(row);
}

export function listQueueItems(db: ReadableDb, queueId: number): readonly QueueItem[] {
  return db
    .prepare<[number], ItemRow>('SELECT * FROM queue_item WHERE queue_id = ? ORDER BY position')
    .all(queueId)
    .map(toItem);
}

// A "+" keeps SQLite from an index by rater or task, of which there are as many events as were ever graded: an item has few.

/** Open, and neither graded nor skipped by this rater. An adjudication is done by adjudicating. */
const LEFT_TO_DO = `FROM queue_item i INDEXED BY queue_item_open JOIN grading_queue q ON q.id = i.queue_id
  WHERE i.queue_id = @queueId AND i.graded < i.wanted AND i.position > @after
    AND NOT EXISTS (
      SELECT 1 FROM standing_grade g
      WHERE g.prompt_id = i.prompt_id AND g.model_a_id = i.model_a_id AND coalesce(g.model_b_id, 0) = i.model_b_id
        AND +g.rater_id = @raterId AND +g.task_id = q.task_id AND +g.check_id IS i.check_id
        AND (q.kind <> 'adjudication' OR g.action = 'adjudicate'))
    AND NOT EXISTS (
      SELECT 1 FROM grading_event s
      WHERE s.prompt_id = i.prompt_id AND s.model_a_id = i.model_a_id AND coalesce(s.model_b_id, 0) = i.model_b_id
        AND +s.rater_id = @raterId AND +s.task_id = q.task_id AND +s.check_id IS i.check_id AND s.action = 'skip'
        AND NOT EXISTS (SELECT 1 FROM grading_event u WHERE u.target_id = s.id AND u.action = 'undo'))`;

interface Asker {
  readonly queueId: number;
  readonly raterId: number;
}

/** The first item left to do after a place, seeking from where the rater was known to be done. */
export function nextQueueItem(db: ReadableDb, asker: Asker, after: number): QueueItem | null {
  const row = db
    .prepare<[Asker & { after: number }], ItemRow>(`SELECT i.* ${LEFT_TO_DO} ORDER BY i.position LIMIT 1`)
    .get({ ...asker, after: Math.max(after, cursorOf(db, asker)) });
  return row === undefined ? null : toItem(row);
}

/** Everything a rater has left to do, in order. */
export function leftToDo(db: ReadableDb, asker: Asker): readonly QueueItem[] {
  return db
    .prepare<[Asker & { after: number }], ItemRow>(`SELECT i.* ${LEFT_TO_DO} ORDER BY i.position`)
    .all({ ...asker, after: 0 })
    .map(toItem);
}

export function countLeft(db: ReadableDb, asker: Asker): number {
  const filter = { ...asker, after: cursorOf(db, asker) };
  return db.prepare<[typeof filter], number>(`SELECT count(*) ${LEFT_TO_DO}`).pluck().get(filter) ?? 0;
}

/** Moves a rater's cursor to just before the first item left to do. */
export function advanceCursor(db: WritableDb, asker: Asker): void {
  const next = nextQueueItem(db, asker, 0);
  const position = next === null ? lastPosition(db, asker.queueId) : next.position - 1;
  db.prepare(
    `INSERT INTO queue_cursor (queue_id, rater_id, position) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET position = excluded.position`,
  ).run(asker.queueId, asker.raterId, position);
}

/** The same for everybody who has begun a queue: after events that came in any order, cursors are what they follow from. */
export function advanceCursors(db: WritableDb, queueId: number): void {
  const raters = db
    .prepare<[number], number>('SELECT rater_id FROM queue_cursor WHERE queue_id = ?')
    .pluck()
    .all(queueId);
  for (const raterId of raters) advanceCursor(db, { queueId, raterId });
}

/** Counts the raters of an item again, in every queue it is in. */
export function recountItem(db: WritableDb, item: GradingItem): void {
  db.prepare<[ItemKey]>(
    `UPDATE queue_item SET graded = (
       SELECT count(DISTINCT g.rater_id) FROM standing_grade g, grading_queue q
       WHERE q.id = queue_item.queue_id AND g.prompt_id = queue_item.prompt_id
         AND g.model_a_id = queue_item.model_a_id AND coalesce(g.model_b_id, 0) = queue_item.model_b_id
         AND +g.task_id = q.task_id AND +g.check_id IS queue_item.check_id
         AND (q.kind = 'adjudication') = (g.action = 'adjudicate'))
     WHERE prompt_id = @promptId AND model_a_id = @modelAId AND model_b_id = @modelBId`,
  ).run(keyOf(item));
}

/** After an undo: where an item wants a grade again, every rater's cursor comes back to it. */
export function reopenItem(db: WritableDb, item: GradingItem): void {
  db.prepare<[ItemKey]>(
    `UPDATE queue_cursor SET position = min(queue_cursor.position, i.position - 1) FROM queue_item i
     WHERE i.queue_id = queue_cursor.queue_id AND i.graded < i.wanted
       AND i.prompt_id = @promptId AND i.model_a_id = @modelAId AND i.model_b_id = @modelBId`,
  ).run(keyOf(item));
}

interface ItemKey {
  readonly promptId: number;
  readonly modelAId: number;
  readonly modelBId: number;
}

function keyOf(item: GradingItem): ItemKey {
  return { promptId: item.promptId, modelAId: item.modelAId, modelBId: item.modelBId ?? 0 };
}

function cursorOf(db: ReadableDb, { queueId, raterId }: Asker): number {
  return (
    db
      .prepare<[number, number], number>(
        'SELECT position FROM queue_cursor WHERE queue_id = ? AND rater_id = ?',
      )
      .pluck()
      .get(queueId, raterId) ?? 0
  );
}

function lastPosition(db: ReadableDb, queueId: number): number {
  return (
    db
      .prepare<[number], number>('SELECT max(position) FROM queue_item WHERE queue_id = ?')
      .pluck()
      .get(queueId) ?? 0
  );
}

function toItem(row: ItemRow): QueueItem {
  const reason: unknown = row.reason_json === null ? null : JSON.parse(row.reason_json);
  return {
    queueId: row.queue_id,
    position: row.position,
    promptId: row.prompt_id,
    modelAId: row.model_a_id,
    modelBId: row.model_b_id === 0 ? null : row.model_b_id,
    checkId: row.check_id,
    reason,
    wanted: row.wanted,
    graded: row.graded,
  };
}

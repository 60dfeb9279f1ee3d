import { AppError } from '../../src/core/errors.ts';
import type { ReadableDb, WritableDb } from '../sqlite.ts';

export type QueueKind = 'random' | 'active' | 'slice' | 'adjudication' | 'pack';

export interface NewQueue {
  readonly name: string;
  readonly taskId: string;
  readonly kind: QueueKind;
  /** Raters wanted for each item. */
  readonly overlap: number;
  readonly seed: number;
  /** Stored as JSON: what was asked for, and what came of the draw. */
  readonly design: unknown;
  readonly createdMs: number;
}

export interface Queue extends NewQueue {
  readonly id: number;
  readonly isOpen: boolean;
}

export interface QueueCounts {
  /** Without checks. */
  readonly items: number;
  readonly done: number;
  readonly checks: number;
  /** Skipped by somebody and graded by nobody. */
  readonly skipped: number;
}

interface QueueRow {
  readonly id: number;
  readonly name: string;
  readonly task_id: string;
  readonly kind: QueueKind;
  readonly overlap: number;
  readonly seed: number;
  readonly design_json: string;
  readonly is_open: 0 | 1;
  readonly created_ms: number;
}

export function listQueues(db: ReadableDb): readonly Queue[] {
  return db.prepare<[], QueueRow>('SELECT * FROM grading_queue ORDER BY created_ms, id').all().map(toQueue);
}

/** `not-found` where there is none of that id. */
export function getQueue(db: ReadableDb, id: number): Queue {
  const row = db.prepare<[number], QueueRow>('SELECT * FROM grading_queue WHERE id = ?').get(id);
  if (row !== undefined) return toQueue(row);
  throw new AppError('not-found', `There is no queue ${id} in this project.`);
}

/** By name; null where there is none. */
export function findQueue(db: ReadableDb, name: string): Queue | null {
  const row = db.prepare<[string], QueueRow>('SELECT * FROM grading_queue WHERE name = ?').get(name);
  return row === undefined ? null : toQueue(row);
}

/** Answers the id; `already-exists` where the name is taken. */
export function insertQueue(db: WritableDb, queue: NewQueue): number {
  const { changes, lastInsertRowid } = db
    .prepare(
      `INSERT INTO grading_queue (name, task_id, kind, overlap, seed, design_json, created_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING`,
    )
    .run(
      queue.name,
      queue.taskId,
      queue.kind,
      queue.overlap,
      queue.seed,
      JSON.stringify(queue.design),
      queue.createdMs,
    );
  if (changes === 1) return Number(lastInsertRowid);
  throw new AppError('already-exists', `There is a queue “${queue.name}” already: choose another name.`);
}

export function setQueueOpen(db: WritableDb, id: number, isOpen: boolean): void {
  db.prepare('UPDATE grading_queue SET is_open = ? WHERE id = ?').run(isOpen ? 1 : 0, id);
}

/** How many raters each item wants from now on; checks are shown to every rater anyway. */
export function setOverlap(db: WritableDb, id: number, overlap: number): void {
  db.prepare('UPDATE grading_queue SET overlap = ? WHERE id = ?').run(overlap, id);
  db.prepare('UPDATE queue_item SET wanted = ? WHERE queue_id = ? AND check_id IS NULL').run(overlap, id);
  db.prepare('UPDATE queue_cursor SET position = 0 WHERE queue_id = ?').run(id);
}

/** Who may grade from a queue, by name; empty: everyone. */
export function queueRaters(db: ReadableDb, id: number): readonly string[] {
  return db
    .prepare<[number], string>(
      'SELECT r.name FROM queue_rater q JOIN rater r ON r.id = q.rater_id WHERE q.queue_id = ? ORDER BY r.name',
    )
    .pluck()
    .all(id);
}

export function setQueueRaters(db: WritableDb, id: number, raterIds: readonly number[]): void {
  db.prepare('DELETE FROM queue_rater WHERE queue_id = ?').run(id);
  const insert = db.prepare(
    'INSERT INTO queue_rater (queue_id, rater_id) VALUES (?, ?) ON CONFLICT DO NOTHING',
  );
  for (const raterId of raterIds) insert.run(id, raterId);
}

/** Whether a rater may grade from a queue. */
export function servesRater(db: ReadableDb, id: number, raterId: number): boolean {
  return (
    db
      .prepare<[{ id: number; raterId: number }], number>(
        `SELECT NOT EXISTS (SELECT 1 FROM queue_rater WHERE queue_id = @id)
           OR EXISTS (SELECT 1 FROM queue_rater WHERE queue_id = @id AND rater_id = @raterId)`,
      )
      .pluck()
      .get({ id, raterId }) === 1
  );
}

export function countQueue(db: ReadableDb, id: number): QueueCounts {
  const counts = db
    .prepare<[{ id: number }], QueueCounts>(
      `SELECT coalesce(sum(check_id IS NULL), 0) AS items,
         coalesce(sum(check_id IS NULL AND graded >= wanted), 0) AS done,
         coalesce(sum(check_id IS NOT NULL), 0) AS checks,
         (SELECT count(DISTINCT i.position) FROM grading_queue q
          JOIN grading_event s ON s.task_id = q.task_id AND s.action = 'skip'
          JOIN queue_item i ON i.prompt_id = s.prompt_id AND i.model_a_id = s.model_a_id
            AND i.model_b_id = coalesce(s.model_b_id, 0) AND i.queue_id = q.id
          WHERE q.id = @id AND i.check_id IS NULL AND i.graded = 0
            AND NOT EXISTS (SELECT 1 FROM grading_event u WHERE u.target_id = s.id AND u.action = 'undo')
         ) AS skipped
       FROM queue_item WHERE queue_id = @id`,
    )
    .get({ id });
  return counts ?? { items: 0, done: 0, checks: 0, skipped: 0 };
}

function toQueue(row: QueueRow): Queue {
  const design: unknown = JSON.parse(row.design_json);
  return {
    id: row.id,
    name: row.name,
    taskId: row.task_id,
    kind: row.kind,
    overlap: row.overlap,
    seed: row.seed,
    design,
    isOpen: row.is_open === 1,
    createdMs: row.created_ms,
  };
}

import { AppError } from '../../src/core/errors.ts';
import type { ReadableDb, WritableDb } from '../sqlite.ts';

/** Where a person wants to operate a run's router. Exactly one of w, threshold and strongShare decides. */
export interface SavedPoint {
  readonly id: string;
  readonly runId: string;
  readonly name: string;
  readonly w: number | null;
  readonly threshold: number | null;
  readonly strongShare: number | null;
  readonly note: string;
  readonly createdMs: number;
}

const SELECT = `SELECT id, run_id AS runId, name, w, threshold, strong_share AS strongShare, note, created_ms AS createdMs
  FROM operating_point`;

/** Of one run, or of all; oldest first. */
export function listPoints(db: ReadableDb, runId?: string): readonly SavedPoint[] {
  return db
    .prepare<[{ run: string | null }], SavedPoint>(
      `${SELECT} WHERE @run IS NULL OR run_id = @run ORDER BY created_ms, id`,
    )
    .all({ run: runId ?? null });
}

/** Replaces the run's point of that name, whose id it keeps. */
export function savePoint(db: WritableDb, point: SavedPoint): SavedPoint {
  db.prepare(
    `INSERT INTO operating_point (id, run_id, name, w, threshold, strong_share, note, created_ms)
     VALUES (@id, @runId, @name, @w, @threshold, @strongShare, @note, @createdMs)
     ON CONFLICT (run_id, name) DO UPDATE SET w = @w, threshold = @threshold, strong_share = @strongShare,
       note = @note, created_ms = @createdMs`,
  ).run(point);
  const saved = db
    .prepare<[string, string], SavedPoint>(`${SELECT} WHERE run_id = ? AND name = ?`)
    .get(point.runId, point.name);
  return saved ?? point;
}

/** `not-found` where there is none of that id. */
export function removePoint(db: WritableDb, id: string): SavedPoint {
  const point = db.prepare<[string], SavedPoint>(`${SELECT} WHERE id = ?`).get(id);
  if (point === undefined) throw new AppError('not-found', `This project has no operating point ${id}.`);
  db.prepare('DELETE FROM operating_point WHERE id = ?').run(id);
  return point;
}

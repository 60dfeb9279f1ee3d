import { AppError } from '../../src/core/errors.ts';
import type { ReadableDb, WritableDb } from '../sqlite.ts';

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly createdMs: number;
  /** Generated data: every figure made from it is labelled. */
  readonly isSimulated: boolean;
}

interface ProjectRow {
  readonly id: string;
  readonly name: string;
  readonly created_ms: number;
  readonly is_simulated: 0 | 1;
}

/** The one project of the file. */
export function getProject(db: ReadableDb): Project {
  const row = db.prepare<[], ProjectRow>('SELECT id, name, created_ms, is_simulated FROM project').get();
  if (row === undefined)
    throw new AppError('damaged', `The file ${db.name} does not say which project it is.`);
  return { id: row.id, name: row.name, createdMs: row.created_ms, isSimulated: row.is_simulated === 1 };
}

export function renameProject(db: WritableDb, name: string): void {
  db.prepare('UPDATE project SET name = ?').run(name);
}

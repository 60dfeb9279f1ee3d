import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mergeStagedFiles, mergeStaging } from '../../db/import/merge-staging.ts';
import type { MergeOptions, MergeReport, StagedFile } from '../../db/import/merge-staging.ts';
import type { ImportReport } from '../../db/import/import-report.ts';
import { stageFile } from '../../db/import/stage-file.ts';
import type { StageOptions } from '../../db/import/stage-file.ts';
import { stagingPathFor } from '../../db/import/staging-files.ts';
import type { ProjectFile } from '../../db/open.ts';
import type { WritableDb } from '../../db/sqlite.ts';
import { AppError } from '../../src/core/errors.ts';
import { uncontrolled } from '../../src/core/progress.ts';
import { options, temporaryFolder } from './temporary-project.ts';

/** A JSONL file with those rows, removed after the test. */
export function fileOf(rows: readonly object[], name = 'trial.jsonl'): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return path;
}

export async function stage(
  project: ProjectFile,
  filePath: string,
  how: Partial<StageOptions> = {},
): Promise<StagedFile> {
  const stagingPath = stagingPathFor(project.path, options.newId());
  const summary = await stageFile(filePath, stagingPath, { newId: options.newId, ...how }, uncontrolled);
  return { stagingPath, summary };
}

/** Stages and merges one file. */
export async function importFile(
  project: ProjectFile,
  filePath: string,
  how: Partial<StageOptions> = {},
): Promise<ImportReport> {
  return mergeStaging(project.db, await stage(project, filePath, how), options);
}

export async function importRows(project: ProjectFile, ...rows: readonly object[]): Promise<ImportReport> {
  return importFile(project, fileOf(rows));
}

/** Imports files together and draws the gold to reveal. */
export async function importWithMask(
  project: ProjectFile,
  filePaths: readonly string[],
  gold: MergeOptions['gold'],
): Promise<MergeReport> {
  const files: StagedFile[] = [];
  for (const path of filePaths) files.push(await stage(project, path));
  return mergeStagedFiles(project.db, files, { ...options, gold });
}

export async function refusalOf(work: () => Promise<unknown>): Promise<AppError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('Expected an AppError, and nothing was thrown');
}

/** Every row of every table, so that two states can be compared. */
export function contentOf(db: WritableDb): Readonly<Record<string, readonly unknown[]>> {
  const tables = db
    .prepare<[], string>("SELECT name FROM main.sqlite_schema WHERE type = 'table' ORDER BY name")
    .pluck()
    .all();
  return Object.fromEntries(tables.map((table) => [table, db.prepare(`SELECT * FROM "${table}"`).all()]));
}

export function countRows(db: WritableDb, table: string): number {
  return db.prepare<[], number>(`SELECT count(*) FROM "${table}"`).pluck().get() ?? 0;
}

export const NOTHING = {
  prompts: 0,
  models: 0,
  responses: 0,
  gold: 0,
  sources: 0,
  preferences: 0,
  embeddings: 0,
  decisions: 0,
} as const;

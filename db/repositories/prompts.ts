import type { ReadableDb, WritableDb } from '../sqlite.ts';

/** Prompts and the datasets they came from. */

export type SplitName = 'train' | 'dev' | 'test';

export interface Prompt {
  readonly id: number;
  readonly dataset: string;
  readonly externalId: string;
  readonly text: string;
  readonly normHash: string;
  /** As imported; null where the file had none. */
  readonly split: SplitName | null;
  readonly category: string | null;
  readonly language: string | null;
  readonly turn: number | null;
  readonly reference: string | null;
  /** Imported columns, by name. */
  readonly covariates: unknown;
}

export interface Dataset {
  readonly id: number;
  readonly name: string;
  readonly prompts: number;
}

interface PromptRow {
  readonly id: number;
  readonly dataset: string;
  readonly external_id: string;
  readonly text: string;
  readonly norm_hash: string;
  readonly split: SplitName | null;
  readonly category: string | null;
  readonly language: string | null;
  readonly turn: number | null;
  readonly reference: string | null;
  readonly covariates_json: string | null;
}

const COLUMNS = `p.id, d.name AS dataset, p.external_id, p.text, p.norm_hash, p.split, p.category, p.language, p.turn,
  p.reference, p.covariates_json`;

export function countPrompts(db: ReadableDb): number {
  return db.prepare<[], number>('SELECT count(*) FROM prompt').pluck().get() ?? 0;
}

/** The highest id; 0 where there is no prompt. */
export function lastPromptId(db: ReadableDb): number {
  return db.prepare<[], number | null>('SELECT max(id) FROM prompt').pluck().get() ?? 0;
}

/** Prompts by the split they were imported with. */
export function countPromptsBySplit(db: ReadableDb): Readonly<Record<SplitName | 'none', number>> {
  const rows = db
    .prepare<[], { split: SplitName | null; prompts: number }>(
      'SELECT split, count(*) AS prompts FROM prompt GROUP BY split',
    )
    .all();
  const counts = { train: 0, dev: 0, test: 0, none: 0 };
  for (const row of rows) counts[row.split ?? 'none'] = row.prompts;
  return counts;
}

export function getPrompt(db: ReadableDb, id: number): Prompt | null {
  const row = db
    .prepare<[number], PromptRow>(
      `SELECT ${COLUMNS} FROM prompt p JOIN dataset d ON d.id = p.dataset_id WHERE p.id = ?`,
    )
    .get(id);
  return row === undefined ? null : toPrompt(row);
}

/** The prompt that a snapshot or a run names as `dataset/external id`. */
export function findPrompt(db: ReadableDb, reference: string): Prompt | null {
  const rows = db
    .prepare<[{ reference: string }], PromptRow>(
      `SELECT ${COLUMNS} FROM dataset d JOIN prompt p ON p.dataset_id = d.id
       AND p.external_id = substr(@reference, length(d.name) + 2)
       WHERE d.name || '/' = substr(@reference, 1, length(d.name) + 1)`,
    )
    .all({ reference });
  const [row] = rows;
  return rows.length === 1 ? toPrompt(row) : null;
}

/** A page of prompts in the order of import: those after `afterId`, at most `limit`. */
export function listPrompts(
  db: ReadableDb,
  page: {
    readonly afterId?: number;
    readonly limit: number;
    readonly datasetId?: number;
    readonly split?: SplitName;
  },
): readonly Prompt[] {
  return db
    .prepare<[{ afterId: number; limit: number; datasetId: number | null; split: string | null }], PromptRow>(
      `SELECT ${COLUMNS} FROM prompt p JOIN dataset d ON d.id = p.dataset_id
       WHERE p.id > @afterId AND (@datasetId IS NULL OR p.dataset_id = @datasetId)
         AND (@split IS NULL OR p.split = @split)
       ORDER BY p.id LIMIT @limit`,
    )
    .all({
      afterId: page.afterId ?? 0,
      limit: page.limit,
      datasetId: page.datasetId ?? null,
      split: page.split ?? null,
    })
    .map(toPrompt);
}

export function listDatasets(db: ReadableDb): readonly Dataset[] {
  return db
    .prepare<[], Dataset>(
      `SELECT d.id, d.name, (SELECT count(*) FROM prompt p WHERE p.dataset_id = d.id) AS prompts
       FROM dataset d ORDER BY d.name`,
    )
    .all();
}

/** The id of the dataset of that name, made where it is missing. */
export function ensureDataset(db: WritableDb, name: string): number {
  db.prepare('INSERT INTO dataset (name) VALUES (?) ON CONFLICT (name) DO NOTHING').run(name);
  return db.prepare<[string], number>('SELECT id FROM dataset WHERE name = ?').pluck().get(name) ?? 0;
}

function toPrompt(row: PromptRow): Prompt {
  const covariates: unknown = row.covariates_json === null ? null : JSON.parse(row.covariates_json);
  return {
    id: row.id,
    dataset: row.dataset,
    externalId: row.external_id,
    text: row.text,
    normHash: row.norm_hash,
    split: row.split,
    category: row.category,
    language: row.language,
    turn: row.turn,
    reference: row.reference,
    covariates,
  };
}

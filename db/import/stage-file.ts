import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { AppError } from '../../src/core/errors.ts';
import type { JobControl } from '../../src/core/progress.ts';
import { RowError } from '../../src/dataset/fields.ts';
import { parseMapping } from '../../src/dataset/mapping.ts';
import { READ_LIMITS } from '../../src/dataset/read-bytes.ts';
import type { ReadLimits } from '../../src/dataset/read-bytes.ts';
import { planRead } from '../../src/dataset/read-dataset.ts';
import type { ReadPlan } from '../../src/dataset/read-dataset.ts';
import type { Format } from '../../src/dataset/recognise.ts';
import type { Refusal } from '../repositories/imports.ts';
import { explainSqliteError } from '../sqlite.ts';
import type { Connection } from '../sqlite.ts';
import { REPORTED_REFUSALS } from './import-report.ts';
import type { StagingSummary } from './import-report.ts';
import { openStaging } from './open-staging.ts';
import { removeStaging } from './staging-files.ts';
import { StagingWriter } from './staging-writer.ts';

export interface StageOptions {
  /** Recognised by the content where left out. */
  readonly format?: Format | undefined;
  /** A column mapping as a person wrote it; checked here. */
  readonly mapping?: unknown;
  /** The dataset of rows that do not name one; the file's name without its endings where left out. */
  readonly dataset?: string | undefined;
  readonly limits?: ReadLimits | undefined;
  /** Ids of the grading events to be: UUIDv7. */
  readonly newId: () => string;
}

/** Rows between two looks at whether the job was cancelled. */
const ROWS_BETWEEN_CHECKS = 200;

/**
 * Reads a file into a staging file of its own, in constant memory and without touching the project: for a worker thread.
 * Progress counts rows; its fraction is of the file's bytes.
 *
 * Errors: `cancelled`, `not-found`, `io`, `usage` (format or mapping), `invalid-input` (nothing in the file can be used).
 * The staging file is removed on every one of them.
 */
export async function stageFile(
  filePath: string,
  stagingPath: string,
  options: StageOptions,
  control: JobControl,
): Promise<StagingSummary> {
  removeStaging(stagingPath);
  let db: Connection | undefined;
  try {
    const sha256 = createHash('sha256');
    const size = { done: 0, total: 0 };
    const plan = await planRead(filePath, {
      dataset: options.dataset ?? datasetName(filePath),
      format: options.format,
      mapping: options.mapping === undefined ? undefined : parseMapping(options.mapping),
      limits: options.limits ?? READ_LIMITS,
      onPacked: (chunk) => {
        control.throwIfCancelled();
        size.done += chunk.length;
        sha256.update(chunk);
      },
    });
    size.total = statSync(filePath).size;
    db = openStaging(stagingPath);
    const staged = await stageRows(db, plan, options.newId, (rows) => {
      control.throwIfCancelled();
      const fraction = size.total === 0 ? 1 : Math.min(1, size.done / size.total);
      control.report({ stage: 'Reading rows', fraction, done: rows, unit: 'rows' });
    });
    requireUsable(staged);
    db.close();
    return {
      ...staged,
      fileName: basename(filePath),
      fileSha256: sha256.digest('hex'),
      format: plan.format,
      mapping: plan.mapping,
    };
  } catch (error) {
    db?.close();
    removeStaging(stagingPath);
    throw explainSqliteError(error, stagingPath);
  }
}

type StagedRows = Pick<StagingSummary, 'rowsRead' | 'rowsRefused' | 'refusals' | 'notes'>;

async function stageRows(
  db: Connection,
  plan: ReadPlan,
  newId: () => string,
  onRows: (rows: number) => void,
): Promise<StagedRows> {
  const writer = new StagingWriter(db, newId);
  const refusals: Refusal[] = [];
  let rowsRead = 0;
  let rowsRefused = 0;
  // One transaction over all rows: nothing of it is durable anyway.
  db.exec('BEGIN');
  for await (const item of plan.rows()) {
    rowsRead++;
    const reason =
      'refusal' in item
        ? item.refusal
        : reasonAgainst(() => {
            writer.add(item.line, item.row);
          });
    if (reason !== null) {
      rowsRefused++;
      writer.refuse(item.line, reason);
      if (refusals.length < REPORTED_REFUSALS) refusals.push({ line: item.line, reason });
    }
    if (rowsRead % ROWS_BETWEEN_CHECKS === 0) onRows(rowsRead);
  }
  const notes = writer.finish();
  db.exec('COMMIT');
  onRows(rowsRead);
  return { rowsRead, rowsRefused, refusals, notes };
}

function reasonAgainst(work: () => void): string | null {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof RowError) return error.message;
    throw error;
  }
}

function requireUsable({ rowsRead, rowsRefused, refusals }: StagedRows): void {
  if (rowsRead > rowsRefused) return;
  if (rowsRead === 0) throw new AppError('invalid-input', 'The file has no rows. Nothing was imported.');
  const first = refusals.at(0);
  throw new AppError(
    'invalid-input',
    `None of the ${rowsRead} rows of the file can be used. The first problem is in line ${first?.line ?? 1}: ` +
      `${first?.reason ?? 'unknown'}. Nothing was imported.`,
    { details: { rowsRead, refusals: refusals.slice(0, 20) } },
  );
}

/** `mtbench.pairs.jsonl.gz` is the dataset `mtbench`. */
function datasetName(filePath: string): string {
  const name = basename(filePath);
  const stem = name.replace(/(\.(gz|jsonl|ndjson|json|csv|tsv|txt|wide|pairs|swap))+$/i, '');
  return (stem === '' ? name : stem).slice(0, 200);
}

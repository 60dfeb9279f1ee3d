import type { Clock } from '../../src/core/clock.ts';
import { AppError } from '../../src/core/errors.ts';
import type { Warning } from '../../src/core/warning.ts';
import { insertImport } from '../repositories/imports.ts';
import { ensureRater } from '../repositories/raters.ts';
import { inTransaction } from '../sqlite.ts';
import type { WritableDb } from '../sqlite.ts';
import { drawGold } from './gold-mask.ts';
import type { GoldAmount, GoldDrawReport } from './gold-mask.ts';
import { addNotes, REPORTED_REFUSALS, toWarnings } from './import-report.ts';
import type { ImportCounts, ImportReport, StagingSummary } from './import-report.ts';
import { mergeFile, TEXT_CONFLICT } from './merge-file.ts';
import { removeStaging } from './staging-files.ts';

/** A file that has been staged and can be merged. */
export interface StagedFile {
  readonly stagingPath: string;
  readonly summary: StagingSummary;
}

export interface MergeOptions {
  readonly clock: Clock;
  readonly newId: () => string;
  /** Draws which gold of these files is revealed, in the transaction of the last of them. */
  readonly gold?: { readonly amount: GoldAmount; readonly seed: number } | undefined;
}

export interface MergeReport {
  readonly imports: readonly ImportReport[];
  readonly gold: GoldDrawReport | null;
}

/** Whose grades imported gold is. */
const IMPORTED_RATER = 'imported';

/** SQLite attaches ten files to a connection; some are left for others. */
const FILES_PER_TRANSACTION = 8;

/**
 * Adds one staged file to the project in one short transaction: all of it or nothing. The staging file is removed either
 * way. Errors: `invalid-input` where every row contradicts the project, `io`, `locked`, and those of `drawGold`.
 */
export function mergeStaging(db: WritableDb, file: StagedFile, options: MergeOptions): ImportReport {
  const report = mergeStagedFiles(db, [file], options).imports.at(0);
  if (report === undefined) throw new Error('A merge of one file answers one report');
  return report;
}

/**
 * The same for several files, of which the gold to reveal is drawn together. Up to eight files are one transaction; more are
 * several, and the draw is in the last.
 */
export function mergeStagedFiles(
  db: WritableDb,
  files: readonly StagedFile[],
  options: MergeOptions,
): MergeReport {
  const imports: ImportReport[] = [];
  const promptIds = new Set<number>();
  let gold: GoldDrawReport | null = null;
  try {
    for (let start = 0; start < files.length; start += FILES_PER_TRANSACTION) {
      const batch = files.slice(start, start + FILES_PER_TRANSACTION);
      const isLast = start + batch.length === files.length;
      withAttached(db, batch, (aliases) => {
        inTransaction(db, () => {
          batch.forEach((file, i) => {
            imports.push(mergeOne(db, aliases.at(i) ?? '', file.summary, options, promptIds));
          });
          if (isLast && options.gold !== undefined) {
            const { amount, seed } = options.gold;
            gold = drawGold(db, amount, { seed, clock: options.clock, among: promptIds });
          }
        });
      });
    }
    return { imports, gold };
  } finally {
    for (const file of files) removeStaging(file.stagingPath);
  }
}

function mergeOne(
  db: WritableDb,
  alias: string,
  summary: StagingSummary,
  options: MergeOptions,
  promptIds: Set<number>,
): ImportReport {
  const importId = options.newId();
  const createdMs = options.clock();
  const raterId = ensureRater(db, IMPORTED_RATER, 'imported');
  const { fileName, fileSha256, format, mapping, rowsRead } = summary;
  // Grades refer to their import, so that it comes first; what it added is written once that is known.
  insertImport(
    db,
    {
      id: importId,
      fileName,
      fileSha256,
      format,
      mapping,
      rowsRead,
      rowsRefused: 0,
      added: {},
      warnings: [],
      createdMs,
    },
    [],
  );
  const merged = mergeFile(db, alias, { importId, raterId, createdMs });
  const rowsRefused = summary.rowsRefused + merged.refusedLines.length;
  if (rowsRefused === rowsRead) {
    throw new AppError(
      'invalid-input',
      `None of the ${rowsRead} rows of ${fileName} can be used: the project has other texts for their prompts. ` +
        'Nothing was imported. Give the dataset another name, if it is another one.',
      { details: { fileName, rowsRead } },
    );
  }
  for (const id of merged.promptIds) promptIds.add(id);
  const { added, alreadyThere } = merged;
  const warnings = [
    ...nothingNew(added),
    ...toWarnings(addNotes(summary.notes, merged.notes)),
    ...merged.warnings,
  ];
  db.prepare('UPDATE import SET rows_refused = ?, added_json = ?, warnings_json = ? WHERE id = ?').run(
    rowsRefused,
    JSON.stringify(added),
    JSON.stringify(warnings),
    importId,
  );
  db.prepare(
    `INSERT INTO import_refusal (import_id, line, reason) SELECT ?, line, reason FROM ${alias}.refusal ORDER BY line`,
  ).run(importId);
  const refuse = db.prepare('INSERT INTO import_refusal (import_id, line, reason) VALUES (?, ?, ?)');
  const conflicts = merged.refusedLines.map((line) => ({ line, reason: TEXT_CONFLICT }));
  for (const { line, reason } of conflicts) refuse.run(importId, line, reason);
  const refusals = [...summary.refusals, ...conflicts]
    .sort((a, b) => a.line - b.line)
    .slice(0, REPORTED_REFUSALS);
  return { importId, fileName, format, rowsRead, rowsRefused, refusals, added, alreadyThere, warnings };
}

function nothingNew(added: ImportCounts): readonly Warning[] {
  if (Object.values(added).some((count) => count > 0)) return [];
  return [
    { code: 'nothing-new', message: 'The project had everything in this file already: nothing was added.' },
  ];
}

/** Attaches the staging files for the length of `work`. */
function withAttached(
  db: WritableDb,
  files: readonly StagedFile[],
  work: (aliases: readonly string[]) => void,
): void {
  const aliases: string[] = [];
  try {
    for (const { stagingPath } of files) {
      const alias = `staging_${aliases.length}`;
      db.prepare(`ATTACH ? AS ${alias}`).run(stagingPath);
      aliases.push(alias);
    }
    work(aliases);
  } finally {
    for (const alias of aliases) db.exec(`DETACH ${alias}`);
  }
}

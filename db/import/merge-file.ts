import type { Warning } from '../../src/core/warning.ts';
import { ensureImportedRater } from '../repositories/raters.ts';
import type { WritableDb } from '../sqlite.ts';
import type { ImportCounts, ImportNotes } from './import-report.ts';
import { mergeSources } from './merge-sources.ts';
import {
  CREATE_MAPS,
  createViews,
  dropTemporary,
  GOLD,
  mergeDecisions,
  mergeNames,
  mergePrompts,
  mergeVectors,
  RESPONSES,
  SCORES,
  VERDICTS,
} from './merge-sql.ts';
import type { TableMerge } from './merge-sql.ts';

/** The encoder's name of vectors that came with the data. */
export const PRECOMPUTED = 'precomputed';

export const TEXT_CONFLICT = 'prompt: the project has another text for this prompt_id of the dataset';

export interface MergedFile {
  readonly added: ImportCounts;
  readonly alreadyThere: ImportCounts;
  readonly notes: Partial<ImportNotes>;
  readonly warnings: readonly Warning[];
  /** Lines that contradict a prompt of the project, ascending. */
  readonly refusedLines: readonly number[];
  /** The project's prompts that the file names. */
  readonly promptIds: readonly number[];
}

/** What identifies the import that grades belong to. */
export interface GoldOrigin {
  readonly importId: string;
  readonly raterId: number;
  readonly createdMs: number;
}

/**
 * Adds what is new in a staged file, attached as `alias`, to the project. Call it inside a transaction: it keeps translation
 * tables on the connection and leaves none behind.
 */
export function mergeFile(db: WritableDb, alias: string, origin: GoldOrigin): MergedFile {
  db.exec(dropTemporary());
  db.exec(CREATE_MAPS);
  db.exec(createViews(alias));
  const run = (sql: string, ...binds: readonly (string | number)[]): number =>
    db.prepare(sql).run(...binds).changes;
  const count = (sql: string, ...binds: readonly (string | number)[]): number =>
    db
      .prepare<(string | number)[], number>(sql)
      .pluck()
      .get(...binds) ?? 0;

  const datasets = mergeNames(alias, 'dataset');
  run(datasets.insert);
  run(datasets.map);
  const prompts = mergePrompts(alias);
  const takenPrompts = run(prompts.map);
  run(prompts.refuse);
  const differingSplits = count(prompts.differingSplits);
  const newPrompts = run(prompts.insert);
  if (newPrompts < takenPrompts) run(prompts.complete);

  const models = mergeNames(alias, 'model');
  const newModels = run(models.insert);
  const allModels = run(models.map);
  const sources = mergeSources(db, alias);

  const named = db
    .prepare<[], string>(`SELECT DISTINCT rater FROM ${alias}.gold WHERE rater <> ''`)
    .pluck()
    .all();
  for (const rater of named) {
    run('INSERT INTO temp.map_rater (name, id) VALUES (?, ?)', rater, ensureImportedRater(db, rater));
  }

  const merge = (
    table: TableMerge,
    insertBinds: readonly (string | number)[] = [],
    differingBinds = insertBinds,
  ) => {
    const added = run(table.insert, ...insertBinds);
    const alreadyThere = count(table.count) - added;
    const differing = alreadyThere === 0 ? 0 : count(table.differing, ...differingBinds);
    return { added, alreadyThere, differing };
  };
  const responses = merge(RESPONSES);
  if (responses.alreadyThere > 0) run(RESPONSES.complete);
  const scores = merge(SCORES);
  const verdicts = merge(VERDICTS);
  const gold = merge(GOLD, [origin.createdMs, origin.raterId, origin.importId], []);
  const vectors = merge(mergeVectors(alias), [PRECOMPUTED]);
  const decisions = merge(mergeDecisions(alias));
  const refusedLines = db
    .prepare<[], number>('SELECT line FROM temp.refused_line ORDER BY line')
    .pluck()
    .all();
  const promptIds = db.prepare<[], number>('SELECT id FROM temp.map_prompt').pluck().all();
  db.exec(dropTemporary());
  return {
    added: {
      prompts: newPrompts,
      models: newModels,
      responses: responses.added,
      gold: gold.added,
      sources: sources.added,
      preferences: scores.added + verdicts.added,
      embeddings: vectors.added,
      decisions: decisions.added,
    },
    alreadyThere: {
      prompts: takenPrompts - newPrompts,
      models: allModels - newModels,
      responses: responses.alreadyThere,
      gold: gold.alreadyThere,
      sources: sources.alreadyThere,
      preferences: scores.alreadyThere + verdicts.alreadyThere,
      embeddings: vectors.alreadyThere,
      decisions: decisions.alreadyThere,
    },
    notes: {
      differingSplits,
      differingResponses: responses.differing,
      differingGold: gold.differing,
      differingPreferences: scores.differing + verdicts.differing,
      differingVectors: vectors.differing,
    },
    warnings: sources.warnings,
    refusedLines,
    promptIds,
  };
}

import { goldSigns, sourceAgreements } from '../snapshot/agreement.ts';
import type { SourceAgreement } from '../snapshot/agreement.ts';
import { loadVisibleGrades } from '../snapshot/gold.ts';
import type { Grade } from '../snapshot/gold.ts';
import { outsideTest } from '../snapshot/training-prompts.ts';
import type { ReadableDb } from '../sqlite.ts';
import { countGoldDraws } from './gold-draw.ts';
import { listModels } from './models.ts';
import type { Model } from './models.ts';
import { countPrompts, countPromptsBySplit, listDatasets } from './prompts.ts';
import type { Dataset } from './prompts.ts';
import { listSources } from './sources.ts';
import type { Source } from './sources.ts';

export interface ModelStatus extends Model {
  readonly responses: number;
  readonly responsesWithText: number;
  /** Prompts with visible gold about this model. */
  readonly goldPrompts: number;
}

export interface SourceStatus extends Source, SourceAgreement {
  readonly scores: number;
  readonly verdicts: number;
  /** Prompts it says anything about. */
  readonly prompts: number;
}

export interface ProjectStatus {
  readonly prompts: number;
  /** As imported; `none` are placed by the hash of their text when a run reads them. */
  readonly splits: ReturnType<typeof countPromptsBySplit>;
  readonly datasets: readonly Dataset[];
  readonly responses: number;
  readonly models: readonly ModelStatus[];
  readonly sources: readonly SourceStatus[];
  readonly gold: {
    /** Grades in force that may be seen, and the prompts they are of. */
    readonly visibleGrades: number;
    readonly visiblePrompts: number;
    /** Prompts whose gold a draw masked. Nothing else about them is told. */
    readonly maskedPrompts: number;
  };
  readonly runs: number;
  readonly exports: number;
  readonly imports: number;
}

/** What is in a project. Masked gold is counted by the draw that masked it, and never read. */
export function projectStatus(db: ReadableDb): ProjectStatus {
  const grades = loadVisibleGrades(db);
  const trainingPrompts = outsideTest(db, [...grades.byPrompt.keys()]);
  const models = modelStatuses(db, grades.byPrompt);
  const signs = goldSigns(grades, trainingPrompts);
  return {
    prompts: countPrompts(db),
    splits: countPromptsBySplit(db),
    datasets: listDatasets(db),
    responses: models.reduce((sum, model) => sum + model.responses, 0),
    models,
    sources: sourceStatuses(db, (source) => sourceAgreements(db, source, signs)),
    gold: {
      visibleGrades: [...grades.byPrompt.values()].reduce((sum, own) => sum + own.length, 0),
      visiblePrompts: grades.byPrompt.size,
      maskedPrompts: countGoldDraws(db).masked,
    },
    runs: count(db, 'run'),
    exports: count(db, 'export'),
    imports: count(db, 'import'),
  };
}

function count(db: ReadableDb, table: 'run' | 'export' | 'import'): number {
  return db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0;
}

function modelStatuses(
  db: ReadableDb,
  grades: ReadonlyMap<number, readonly Grade[]>,
): readonly ModelStatus[] {
  const goldPrompts = new Map<number | null, number>();
  for (const own of grades.values()) {
    const graded = new Set(own.flatMap((grade) => [grade.modelAId, grade.modelBId]));
    for (const id of graded) goldPrompts.set(id, (goldPrompts.get(id) ?? 0) + 1);
  }
  const rows = db
    .prepare<[], { modelId: number; responses: number; withText: number }>(
      // Each from an index alone: the texts themselves are not read.
      `SELECT m.id AS modelId, coalesce(r.responses, 0) AS responses,
         (SELECT count(*) FROM response t WHERE t.model_id = m.id AND t.text IS NOT NULL) AS withText
       FROM model m LEFT JOIN (SELECT model_id, count(*) AS responses FROM response GROUP BY model_id) r
         ON r.model_id = m.id`,
    )
    .all();
  const counts = new Map(rows.map((row) => [row.modelId, row]));
  return listModels(db).map((model) => ({
    ...model,
    responses: counts.get(model.id)?.responses ?? 0,
    responsesWithText: counts.get(model.id)?.withText ?? 0,
    goldPrompts: goldPrompts.get(model.id) ?? 0,
  }));
}

function sourceStatuses(
  db: ReadableDb,
  agreementOf: (source: Source) => SourceAgreement,
): readonly SourceStatus[] {
  const rows = db
    .prepare<[], { sourceId: number; scores: number; verdicts: number; prompts: number }>(
      `SELECT s.id AS sourceId,
         (SELECT count(*) FROM preference_score p WHERE p.source_id = s.id) AS scores,
         (SELECT count(*) FROM preference_verdict v WHERE v.source_id = s.id) AS verdicts,
         (SELECT count(*) FROM (
            SELECT DISTINCT prompt_id FROM preference_score WHERE source_id = s.id)) +
         (SELECT count(*) FROM (
            SELECT DISTINCT prompt_id FROM preference_verdict v WHERE source_id = s.id AND NOT EXISTS (
              SELECT 1 FROM preference_score p WHERE p.source_id = s.id AND p.prompt_id = v.prompt_id))) AS prompts
       FROM source s`,
    )
    .all();
  const counts = new Map(rows.map((row) => [row.sourceId, row]));
  return listSources(db).map((source) => ({
    ...source,
    scores: counts.get(source.id)?.scores ?? 0,
    verdicts: counts.get(source.id)?.verdicts ?? 0,
    prompts: counts.get(source.id)?.prompts ?? 0,
    ...agreementOf(source),
  }));
}

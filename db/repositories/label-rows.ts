import type { GoldDetail, GoldKind, SourceKind, Split, Verdict } from '../../src/dataset/canonical.ts';
import { writeSaidFields } from '../../src/dataset/graded-detail.ts';
import type { JudgeType } from '../../src/dataset/pair-judges.ts';
import type { GradeEntry, JudgementEntry, RubricEntry, WideRow } from '../../src/dataset/wide-json.ts';
import type { ReadableDb } from '../sqlite.ts';
import { listModels } from './models.ts';

/** The labels of a project as rows of a `wide` file, a prompt at a time: what every export of labels is made from. */

export interface LabelChoice {
  readonly includesGold: boolean;
  /** Names of sources; null for all. */
  readonly sources: readonly string[] | null;
  /** For formats that hold rubrics. */
  readonly rubricsOf?: (promptId: number) => readonly RubricEntry[];
}

const PROMPTS_AT_ONCE = 500;

interface PromptRow {
  readonly id: number;
  readonly dataset: string;
  readonly externalId: string;
  readonly text: string;
  readonly split: Split | null;
  readonly category: string | null;
  readonly language: string | null;
  readonly turn: number | null;
  readonly reference: string | null;
  readonly covariates: string | null;
}

interface ResponseRow {
  readonly promptId: number;
  readonly model: string;
  readonly text: string | null;
  readonly previousText: string | null;
  readonly chars: number | null;
  readonly isTruncated: 0 | 1 | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly costUsd: number | null;
}

interface SaidRow {
  readonly promptId: number;
  readonly modelA: string;
  readonly modelB: string | null;
  readonly scoreA: number | null;
  readonly scoreB: number | null;
  readonly verdict: Verdict | null;
  readonly strength: number | null;
  readonly scaleLo: number | null;
  readonly scaleHi: number | null;
}

interface GradeRow extends SaidRow {
  readonly id: string;
  readonly createdMs: number;
  readonly rater: string;
  readonly kind: GoldKind | null;
  readonly raterCount: number | null;
  readonly detail: string | null;
  readonly isAdjudicated: 0 | 1;
  /** The task it was graded in here. */
  readonly task: string | null;
}

interface JudgementRow extends SaidRow {
  readonly source: string;
  readonly kind: SourceKind;
  readonly shown: 'ab' | 'ba' | 'both' | '';
  readonly vote: string;
  readonly isConsistent: 0 | 1 | null;
}

/** Grades in force of people here, and imported ones that no mask hides. */
const VISIBLE_GRADES = `FROM current_grade g JOIN rater r ON r.id = g.rater_id
  LEFT JOIN gold_draw d ON d.prompt_id = g.prompt_id
  WHERE (r.kind = 'person' OR d.is_revealed IS NOT 0)`;

/** Every prompt, in the order of import. Masked gold is not even read. */
export function* iterateLabelRows(db: ReadableDb, choice: LabelChoice): Generator<WideRow, void, undefined> {
  const statements = prepare(db, choice);
  const order = new Map(listModels(db).map((model) => [model.name, model.id]));
  let after = 0;
  for (;;) {
    const prompts = statements.prompts.all(after);
    const last = prompts.at(-1);
    if (last === undefined) return;
    const range = { first: prompts[0].id, last: last.id };
    const responses = byPrompt(statements.responses.all(range));
    const grades = byPrompt(choice.includesGold ? statements.grades.all(range) : []);
    const scores = byPrompt(statements.scores.all(range));
    const verdicts = byPrompt(statements.verdicts.all(range));
    const vectors = new Map(statements.vectors.all(range).map((row) => [row.promptId, row.vector]));
    for (const prompt of prompts) {
      yield toWideRow(prompt, {
        responses: responses.get(prompt.id) ?? [],
        grades: grades.get(prompt.id) ?? [],
        judgements: [...(scores.get(prompt.id) ?? []), ...(verdicts.get(prompt.id) ?? [])],
        vector: vectors.get(prompt.id),
        rubrics: choice.rubricsOf?.(prompt.id) ?? [],
        order,
      });
    }
    after = last.id;
  }
}

function prepare(db: ReadableDb, { sources }: LabelChoice) {
  const chosen = sources === null ? '' : `AND s.name IN (SELECT value FROM json_each('${quoted(sources)}'))`;
  const range = 'prompt_id BETWEEN @first AND @last';
  type Range = { readonly first: number; readonly last: number };
  return {
    prompts: db.prepare<[number], PromptRow>(
      `SELECT p.id, d.name AS dataset, p.external_id AS externalId, p.text, p.split, p.category, p.language, p.turn,
         p.reference, p.covariates_json AS covariates
       FROM prompt p JOIN dataset d ON d.id = p.dataset_id WHERE p.id > ? ORDER BY p.id LIMIT ${PROMPTS_AT_ONCE}`,
    ),
    responses: db.prepare<[Range], ResponseRow>(
      `SELECT r.prompt_id AS promptId, m.name AS model, r.text, r.previous_text AS previousText, r.chars,
         r.is_truncated AS isTruncated, r.input_tokens AS inputTokens, r.output_tokens AS outputTokens,
         r.cost_usd AS costUsd
       FROM response r JOIN model m ON m.id = r.model_id WHERE r.${range} ORDER BY r.prompt_id, r.model_id`,
    ),
    grades: db.prepare<[Range], GradeRow>(
      `SELECT g.prompt_id AS promptId, g.id, g.created_ms AS createdMs, r.name AS rater, a.name AS modelA,
         b.name AS modelB, g.score_a AS scoreA, g.score_b AS scoreB, g.verdict, g.strength, g.scale_lo AS scaleLo,
         g.scale_hi AS scaleHi, g.gold_kind AS kind, g.rater_count AS raterCount, g.detail_json AS detail,
         g.action = 'adjudicate' AS isAdjudicated, t.name AS task
       FROM (SELECT g.*, r.name ${VISIBLE_GRADES} AND g.${range}) g JOIN rater r ON r.id = g.rater_id
         LEFT JOIN grading_task t ON t.id = g.task_id
         JOIN model a ON a.id = g.model_a_id LEFT JOIN model b ON b.id = g.model_b_id
       ORDER BY g.prompt_id, g.created_ms, g.id`,
    ),
    scores: db.prepare<[Range], JudgementRow>(
      `SELECT p.prompt_id AS promptId, s.name AS source, s.kind, m.name AS modelA, NULL AS modelB, p.score AS scoreA,
         NULL AS scoreB, NULL AS verdict, NULL AS strength, s.scale_lo AS scaleLo, s.scale_hi AS scaleHi, '' AS shown,
         p.vote, NULL AS isConsistent
       FROM source s JOIN preference_score p ON p.source_id = s.id AND p.${range} JOIN model m ON m.id = p.model_id
       WHERE true ${chosen} ORDER BY p.prompt_id, s.name, p.model_id, p.vote`,
    ),
    verdicts: db.prepare<[Range], JudgementRow>(
      `SELECT v.prompt_id AS promptId, s.name AS source, s.kind, a.name AS modelA, b.name AS modelB,
         v.score_a AS scoreA, v.score_b AS scoreB, v.verdict, v.strength, s.scale_lo AS scaleLo, s.scale_hi AS scaleHi,
         v.shown, v.vote, v.is_consistent AS isConsistent
       FROM source s JOIN preference_verdict v ON v.source_id = s.id AND v.${range}
         JOIN model a ON a.id = v.model_a_id JOIN model b ON b.id = v.model_b_id
       WHERE true ${chosen} ORDER BY v.prompt_id, s.name, v.model_a_id, v.model_b_id, v.shown, v.vote`,
    ),
    vectors: db.prepare<[Range], { promptId: number; vector: Uint8Array }>(
      `SELECT prompt_id AS promptId, vector FROM embedding WHERE encoder = 'precomputed' AND ${range}`,
    ),
  };
}

/** A list of names as the inside of an SQL string. */
function quoted(names: readonly string[]): string {
  return JSON.stringify(names).replaceAll("'", "''");
}

function byPrompt<T extends { readonly promptId: number }>(
  rows: readonly T[],
): ReadonlyMap<number, readonly T[]> {
  const groups = new Map<number, T[]>();
  for (const row of rows) {
    const group = groups.get(row.promptId) ?? [];
    groups.set(row.promptId, group);
    group.push(row);
  }
  return groups;
}

interface Parts {
  readonly responses: readonly ResponseRow[];
  readonly grades: readonly GradeRow[];
  readonly judgements: readonly JudgementRow[];
  readonly vector: Uint8Array | undefined;
  readonly rubrics: readonly RubricEntry[];
  /** Places of the models in the project: a file that is read again gives them the same order. */
  readonly order: ReadonlyMap<string, number>;
}

function toWideRow(
  prompt: PromptRow,
  { responses, grades, judgements, vector, rubrics, order }: Parts,
): WideRow {
  const by = <T>(value: (row: ResponseRow) => T | null): Readonly<Record<string, T>> | undefined => {
    const known = responses.flatMap((row) => {
      const found = value(row);
      return found === null ? [] : [[row.model, found] as const];
    });
    return known.length === 0 ? undefined : Object.fromEntries(known);
  };
  const said = [...grades, ...judgements];
  const models = new Set(responses.map((row) => row.model));
  for (const { modelA, modelB } of said) {
    models.add(modelA);
    if (modelB !== null) models.add(modelB);
  }
  return withoutAbsent({
    prompt_id: prompt.externalId,
    source: prompt.dataset,
    split: prompt.split ?? undefined,
    category: prompt.category ?? undefined,
    lang: prompt.language ?? undefined,
    turn: prompt.turn ?? undefined,
    prompt: prompt.text,
    reference: prompt.reference ?? undefined,
    covariates:
      prompt.covariates === null
        ? undefined
        : (JSON.parse(prompt.covariates) as Readonly<Record<string, number>>),
    vector: vector === undefined ? undefined : Array.from(new Float64Array(Uint8Array.from(vector).buffer)),
    models: [...models].sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0)),
    responses: by((row) => row.text),
    prev_responses: by((row) => row.previousText),
    len: by((row) => row.chars),
    truncated: responses.some((row) => row.isTruncated !== null)
      ? responses.filter((row) => row.isTruncated === 1).map((row) => row.model)
      : undefined,
    cost: by((row) => row.costUsd),
    input_tokens: by((row) => row.inputTokens),
    output_tokens: by((row) => row.outputTokens),
    grades: grades.length === 0 ? undefined : grades.map(toGrade),
    judgements: judgements.length === 0 ? undefined : judgements.map(toJudgement),
    rubrics: rubrics.length === 0 ? undefined : rubrics,
  });
}

function saidOf(row: SaidRow) {
  return {
    model_a: row.modelA,
    model_b: row.modelB ?? undefined,
    scale: row.scaleLo === null || row.scaleHi === null ? undefined : ([row.scaleLo, row.scaleHi] as const),
    score_a: row.scoreA ?? undefined,
    score_b: row.scoreB ?? undefined,
    verdict: row.verdict ?? undefined,
    strength: row.strength ?? undefined,
  };
}

/** What is kept beside a grade (db/import/staged-gold.ts and src/annotate write it); lists may be there and empty. */
type StoredDetail = Partial<GoldDetail>;

function toGrade(row: GradeRow): GradeEntry {
  const detail = row.detail === null ? {} : (JSON.parse(row.detail) as StoredDetail);
  return withoutAbsent({
    ...saidOf(row),
    rater: row.rater,
    event_id: row.id,
    created_ms: row.createdMs,
    kind: row.kind ?? undefined,
    n_raters: row.raterCount ?? undefined,
    metric: detail.metric ?? undefined,
    share_a: detail.shareA ?? undefined,
    votes: detail.votes ?? undefined,
    rank: detail.rank ?? undefined,
    is_gain: detail.isGain,
    comment: detail.comment ?? undefined,
    latency_ms: detail.latencyMs ?? undefined,
    is_adjudicated: row.isAdjudicated === 1 ? true : undefined,
    ...writeSaidFields({
      ...detail,
      task: row.task ?? detail.task ?? null,
      categories: filled(detail.categories),
      criteria: filled(detail.criteria),
      spans: filled(detail.spans),
    }),
  });
}

function filled<T>(list: readonly T[] | null | undefined): readonly T[] | null {
  return list === undefined || list === null || list.length === 0 ? null : list;
}

const JUDGE_TYPE: Readonly<Record<SourceKind, readonly [single: JudgeType, pair: JudgeType]>> = {
  judge: ['pointwise', 'pairwise'],
  crowd: ['crowd', 'crowd'],
  rule: ['rule', 'rule'],
  'reward-model': ['reward_model', 'reward_model'],
  simulated: ['simulated', 'simulated'],
};

function toJudgement(row: JudgementRow): JudgementEntry {
  const [single, pair] = JUDGE_TYPE[row.kind];
  return withoutAbsent({
    judge: row.source,
    type: row.modelB === null ? single : pair,
    ...saidOf(row),
    order: row.shown === '' ? undefined : row.shown,
    vote: row.vote === '' ? undefined : row.vote,
    consistent: row.isConsistent === null ? undefined : row.isConsistent === 1,
  });
}

/** Without the fields that are undefined, so that a row is equal to what a file gives back. */
function withoutAbsent<T extends object>(row: T): T {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)) as T;
}

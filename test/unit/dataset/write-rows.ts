import type {
  CanonicalGold,
  CanonicalRow,
  CanonicalSource,
  CanonicalVerdict,
} from '../../../src/dataset/canonical.ts';

/** Writes canonical rows as files hold them: the other direction, made independently of the readers. */

const JUDGE_TYPE = {
  judge: 'pairwise',
  crowd: 'crowd',
  rule: 'rule',
  'reward-model': 'reward_model',
  simulated: 'simulated',
} as const;

function promptFields({ prompt, vector }: CanonicalRow): object {
  return {
    prompt_id: prompt.externalId,
    source: prompt.dataset,
    split: prompt.split,
    category: prompt.category,
    lang: prompt.language,
    turn: prompt.turn,
    prompt: prompt.text,
    reference: prompt.reference,
    covariates: Object.fromEntries(prompt.covariates),
    vector: vector === null ? null : [...vector],
  };
}

function scaleOf(scale: CanonicalSource['scale']): readonly [number, number] | null {
  return scale === null ? null : [scale.lo, scale.hi];
}

function pairJudge(verdict: CanonicalVerdict): object {
  return {
    judge: verdict.source.name,
    type: JUDGE_TYPE[verdict.source.kind],
    scale: scaleOf(verdict.source.scale),
    score_a: verdict.scoreA,
    score_b: verdict.scoreB,
    verdict: verdict.verdict,
    strength: verdict.strength,
    order: verdict.shown === '' ? null : verdict.shown,
    consistent: verdict.isConsistent,
  };
}

/** A row of two models a and b with at most one gold grade, on the pair. */
export function toPairsJson(row: CanonicalRow): object {
  const [a, b] = row.models;
  const of = (model: string) => row.responses.find((response) => response.model === model);
  const gold: CanonicalGold | undefined = row.gold.at(0);
  const single = row.scores.map((score) => ({
    judge: score.source.name,
    type: score.source.kind === 'judge' ? 'pointwise' : JUDGE_TYPE[score.source.kind],
    scale: scaleOf(score.source.scale),
    score_a: score.model === a ? score.score : null,
    score_b: score.model === b ? score.score : null,
    verdict: null,
    order: null,
  }));
  return {
    ...promptFields(row),
    model_a: a,
    model_b: b,
    response_a: of(a)?.text,
    response_b: of(b)?.text,
    len_a: of(a)?.chars,
    len_b: of(b)?.chars,
    truncated: of(a)?.isTruncated ?? of(b)?.isTruncated,
    prev_response_a: of(a)?.previousText,
    prev_response_b: of(b)?.previousText,
    cost: { a: of(a)?.costUsd, b: of(b)?.costUsd },
    input_tokens: { a: of(a)?.inputTokens, b: of(b)?.inputTokens },
    output_tokens: { a: of(a)?.outputTokens, b: of(b)?.outputTokens },
    gold:
      gold === undefined
        ? null
        : {
            kind: gold.kind,
            scale: scaleOf(gold.scale),
            score_a: gold.scoreA,
            score_b: gold.scoreB,
            pref: gold.verdict,
            strength: gold.strength,
            n_raters: gold.raterCount,
            share_a: gold.detail.shareA,
            metric: gold.detail.metric,
          },
    judges: [...single, ...row.verdicts.map(pairJudge)],
  };
}

/** A row of any models with gold and scores of single responses. */
export function toWideJson(row: CanonicalRow): object {
  const byModel = (value: (response: CanonicalRow['responses'][number]) => unknown): object =>
    Object.fromEntries(row.responses.map((response) => [response.model, value(response)]));
  const judges = (isSimulated: boolean): object => {
    const scores = row.scores.filter(({ source }) => (source.kind === 'simulated') === isSimulated);
    return Object.fromEntries(
      scores.map(({ source }) => [
        source.name,
        {
          type: source.kind === 'judge' ? 'pointwise' : JUDGE_TYPE[source.kind],
          scale: scaleOf(source.scale),
          scores: Object.fromEntries(
            scores.filter((score) => score.source === source).map(({ model, score }) => [model, score]),
          ),
        },
      ]),
    );
  };
  const gold = row.gold.at(0);
  return {
    ...promptFields(row),
    models: row.models,
    responses: byModel((response) => response.text),
    prev_responses: byModel((response) => response.previousText),
    len: byModel((response) => response.chars),
    cost: byModel((response) => response.costUsd),
    input_tokens: byModel((response) => response.inputTokens),
    output_tokens: byModel((response) => response.outputTokens),
    truncated: row.responses.filter((response) => response.isTruncated).map((response) => response.model),
    gold_kind: gold?.kind,
    gold_scale: gold === undefined ? null : scaleOf(gold.scale),
    gold: Object.fromEntries(row.gold.map(({ modelA, scoreA }) => [modelA, scoreA])),
    judges: judges(false),
    sim_judges: judges(true),
  };
}

import type {
  CanonicalScore,
  CanonicalSource,
  CanonicalVerdict,
  Scale,
  SourceKind,
  Verdict,
} from './canonical.ts';
import {
  optionalArray,
  optionalBoolean,
  optionalNumber,
  optionalOneOf,
  optionalScale,
  optionalShare,
  requireInScale,
  requireName,
  requireObject,
} from './fields.ts';
import type { JsonObject } from './fields.ts';
import { VERDICTS } from './prompt-fields.ts';

const JUDGE_TYPES = ['pairwise', 'pointwise', 'rule', 'reward_model', 'crowd', 'simulated'] as const;
export type JudgeType = (typeof JUDGE_TYPES)[number];
const ORDERS = ['ab', 'ba', 'both'] as const;

/** What a file's `type` of a judge is called here. */
export const SOURCE_KIND: Readonly<Record<JudgeType, SourceKind>> = {
  pairwise: 'judge',
  pointwise: 'judge',
  rule: 'rule',
  reward_model: 'reward-model',
  crowd: 'crowd',
  simulated: 'simulated',
};

export function readJudgeType(judge: JsonObject, prefix: string): JudgeType | null {
  return optionalOneOf(judge, 'type', JUDGE_TYPES, prefix);
}

interface PairJudgements {
  readonly scores: readonly CanonicalScore[];
  readonly verdicts: readonly CanonicalVerdict[];
  /** Entries without a verdict and without scores. */
  readonly absent: number;
}

/**
 * The judges of a pairs row, real (`judges`) and simulated (`sim_judges`). Scores of single responses become scores;
 * everything else becomes a verdict on the pair, with the two scores where the judge gave any.
 */
export function readPairJudges(row: JsonObject, a: string, b: string): PairJudgements {
  const scores: CanonicalScore[] = [];
  const verdicts: CanonicalVerdict[] = [];
  const sources = new SourcesOfRow();
  let absent = 0;
  for (const field of ['judges', 'sim_judges'] as const) {
    const entries = optionalArray(row, field);
    for (let i = 0; i < entries.length; i++) {
      const prefix = `${field}[${i}].`;
      const judge = requireObject(entries[i], `${field}[${i}]`);
      const type = readJudgeType(judge, prefix);
      const scale = optionalScale(judge, 'scale', prefix);
      const kind = field === 'sim_judges' ? 'simulated' : SOURCE_KIND[type ?? 'pairwise'];
      const source = sources.get(requireName(judge['judge'], `${prefix}judge`), kind, scale);
      const verdict = readVerdict(judge, prefix, source, a, b);
      const { scoreA, scoreB } = verdict;
      if (scoresSingly(type, verdict.verdict) && (scoreA !== null || scoreB !== null)) {
        if (scoreA !== null) scores.push({ source, model: a, vote: '', score: scoreA });
        if (scoreB !== null) scores.push({ source, model: b, vote: '', score: scoreB });
      } else if (verdict.verdict !== null || (scoreA !== null && scoreB !== null)) {
        verdicts.push(verdict);
      } else {
        absent++;
      }
    }
  }
  return { scores: numberScores(scores), verdicts, absent };
}

/** Whether a judge of this type looked at one response at a time; where the type does not say, a verdict denies it. */
function scoresSingly(type: JudgeType | null, verdict: Verdict | null): boolean {
  switch (type) {
    case 'pointwise':
    case 'rule':
    case 'reward_model':
      return true;
    case 'pairwise':
      return false;
    case 'crowd':
    case 'simulated':
    case null:
      return verdict === null;
  }
}

function readVerdict(
  judge: JsonObject,
  prefix: string,
  source: CanonicalSource,
  modelA: string,
  modelB: string,
): CanonicalVerdict {
  const scoreA = optionalNumber(judge, 'score_a', prefix);
  const scoreB = optionalNumber(judge, 'score_b', prefix);
  requireInScale(scoreA, source.scale, `${prefix}score_a`);
  requireInScale(scoreB, source.scale, `${prefix}score_b`);
  return {
    source,
    modelA,
    modelB,
    shown: optionalOneOf(judge, 'order', ORDERS, prefix) ?? '',
    vote: '',
    verdict: optionalOneOf(judge, 'verdict', VERDICTS, prefix),
    strength: optionalShare(judge, 'strength', prefix),
    scoreA,
    scoreB,
    isConsistent: optionalBoolean(judge, 'consistent', prefix),
  };
}

/** Numbers repeated scores of one source for one response (a judge asked in both orders, say). */
function numberScores(scores: readonly CanonicalScore[]): readonly CanonicalScore[] {
  if (scores.length < 3) return scores;
  const seen = new Map<CanonicalSource, Map<string, number>>();
  return scores.map((score) => {
    const counts = seen.get(score.source) ?? new Map<string, number>();
    seen.set(score.source, counts);
    const count = (counts.get(score.model) ?? 0) + 1;
    counts.set(score.model, count);
    return count === 1 ? score : { ...score, vote: String(count) };
  });
}

/** One object for each distinct source of a row, so that equal sources are identical. */
class SourcesOfRow {
  readonly #sources: CanonicalSource[] = [];

  get(name: string, kind: SourceKind, scale: Scale | null): CanonicalSource {
    for (const known of this.#sources) {
      if (known.name === name && known.kind === kind && isSameScale(known.scale, scale)) return known;
    }
    const source = { name, kind, scale };
    this.#sources.push(source);
    return source;
  }
}

function isSameScale(a: Scale | null, b: Scale | null): boolean {
  return a?.lo === b?.lo && a?.hi === b?.hi;
}

import { NO_DETAIL } from './canonical.ts';
import type { CanonicalGold, CanonicalScore, CanonicalSource, CanonicalVerdict } from './canonical.ts';
import {
  optionalArray,
  optionalBoolean,
  optionalCount,
  optionalName,
  optionalNumber,
  optionalObject,
  optionalOneOf,
  optionalScale,
  optionalShare,
  optionalString,
  requireCount,
  requireInScale,
  requireName,
  requireObject,
  RowError,
} from './fields.ts';
import type { JsonObject } from './fields.ts';
import { readSaidFields, requireRubricScore } from './graded-detail.ts';
import { readJudgeType, SOURCE_KIND } from './pair-judges.ts';
import { GOLD_KINDS } from './pairs-row.ts';
import { VERDICTS } from './prompt-fields.ts';

/**
 * The two lists of a wide row that hold everything a project can know about its responses, one entry a judgement: `grades`
 * (gold, each with its rater) and `judgements` (preferences, each with its source). An entry with `model_b` is about a pair,
 * one without is about the response of `model_a`.
 */

const ORDERS = ['ab', 'ba', 'both'] as const;

/** The entries of `grades`. Throws RowError. */
export function readGrades(row: JsonObject): readonly CanonicalGold[] {
  return entries(row, 'grades').map(({ entry, prefix }) => {
    const scale = optionalScale(entry, 'scale', prefix);
    const { modelA, modelB } = readModels(entry, prefix);
    const beside = readSaidFields(entry, prefix);
    const said = readSaid(entry, prefix, beside.criteria === null ? scale : null, modelB);
    if (beside.criteria !== null) requireRubricScore(said.scoreA, beside.criteria, `${prefix}score_a`);
    if (said.verdict === null && said.scoreA === null) {
      throw new RowError(`${prefix}verdict`, 'expected a verdict or scores, found neither');
    }
    return {
      modelA,
      modelB,
      ...said,
      scale,
      kind: optionalOneOf(entry, 'kind', GOLD_KINDS, prefix),
      raterCount: optionalCount(entry, 'n_raters', prefix),
      detail: {
        ...NO_DETAIL,
        metric: optionalString(entry, 'metric', prefix),
        shareA: optionalShare(entry, 'share_a', prefix),
        votes: readVotes(entry, prefix),
        rank: optionalShare(entry, 'rank', prefix),
        isGain: optionalBoolean(entry, 'is_gain', prefix) ?? false,
        comment: optionalString(entry, 'comment', prefix),
        latencyMs: optionalNumber(entry, 'latency_ms', prefix),
        ...beside,
      },
      provenance: {
        rater: optionalName(entry, 'rater', prefix),
        eventId: readEventId(entry, prefix),
        createdMs: optionalCount(entry, 'created_ms', prefix),
        isAdjudicated: optionalBoolean(entry, 'is_adjudicated', prefix) ?? false,
      },
    };
  });
}

export interface Judgements {
  readonly scores: readonly CanonicalScore[];
  readonly verdicts: readonly CanonicalVerdict[];
  /** Entries without a verdict and without a score. */
  readonly absent: number;
}

/** The entries of `judgements`. Throws RowError. */
export function readJudgements(row: JsonObject): Judgements {
  const scores: CanonicalScore[] = [];
  const verdicts: CanonicalVerdict[] = [];
  let absent = 0;
  for (const { entry, prefix } of entries(row, 'judgements')) {
    const source: CanonicalSource = {
      name: requireName(entry['judge'], `${prefix}judge`),
      kind: SOURCE_KIND[readJudgeType(entry, prefix) ?? 'pairwise'],
      scale: optionalScale(entry, 'scale', prefix),
    };
    const { modelA, modelB } = readModels(entry, prefix);
    const said = readSaid(entry, prefix, source.scale, modelB);
    const vote = optionalString(entry, 'vote', prefix) ?? '';
    if (modelB === null) {
      if (said.scoreA === null) absent++;
      else scores.push({ source, model: modelA, vote, score: said.scoreA });
    } else if (said.verdict === null && (said.scoreA === null || said.scoreB === null)) {
      absent++;
    } else {
      verdicts.push({
        source,
        modelA,
        modelB,
        shown: optionalOneOf(entry, 'order', ORDERS, prefix) ?? '',
        vote,
        ...said,
        isConsistent: optionalBoolean(entry, 'consistent', prefix),
      });
    }
  }
  return { scores, verdicts, absent };
}

function entries(row: JsonObject, field: string): readonly { entry: JsonObject; prefix: string }[] {
  return optionalArray(row, field).map((value, i) => ({
    entry: requireObject(value, `${field}[${i}]`),
    prefix: `${field}[${i}].`,
  }));
}

function readModels(entry: JsonObject, prefix: string): { modelA: string; modelB: string | null } {
  const modelA = requireName(entry['model_a'], `${prefix}model_a`);
  const modelB = optionalName(entry, 'model_b', prefix);
  if (modelA === modelB) {
    throw new RowError(`${prefix}model_b`, 'expected another model than model_a, found the same');
  }
  return { modelA, modelB };
}

function readSaid(
  entry: JsonObject,
  prefix: string,
  scale: CanonicalSource['scale'],
  modelB: string | null,
): Pick<CanonicalVerdict, 'verdict' | 'strength' | 'scoreA' | 'scoreB'> {
  const scoreA = optionalNumber(entry, 'score_a', prefix);
  const scoreB = optionalNumber(entry, 'score_b', prefix);
  const verdict = optionalOneOf(entry, 'verdict', VERDICTS, prefix);
  requireInScale(scoreA, scale, `${prefix}score_a`);
  requireInScale(scoreB, scale, `${prefix}score_b`);
  if (modelB === null && (verdict !== null || scoreB !== null)) {
    throw new RowError(`${prefix}model_b`, 'expected the name of the other model, found nothing');
  }
  return { verdict, strength: optionalShare(entry, 'strength', prefix), scoreA, scoreB };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function readEventId(entry: JsonObject, prefix: string): string | null {
  const id = optionalString(entry, 'event_id', prefix);
  if (id !== null && !UUID.test(id))
    throw new RowError(`${prefix}event_id`, 'expected a UUID, found another text');
  return id;
}

function readVotes(entry: JsonObject, prefix: string): (typeof NO_DETAIL)['votes'] {
  const votes = optionalObject(entry, 'votes', prefix);
  if (votes === null) return null;
  const count = (side: string): number => requireCount(votes[side] ?? 0, `${prefix}votes.${side}`);
  return { a: count('a'), b: count('b'), tie: count('tie') };
}

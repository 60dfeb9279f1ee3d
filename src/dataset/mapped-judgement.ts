import type { Scale, Verdict } from './canonical.ts';
import { requireInScale, RowError } from './fields.ts';
import { columnField } from './mapped-cells.ts';
import type { Cells } from './mapped-cells.ts';
import type { Judgement } from './mapping.ts';

/** What a mapped judgement says of one row: scores of single responses, or one statement on a pair. */
export type MappedJudgement =
  | {
      readonly as: 'scores';
      readonly scale: Scale | null;
      readonly scores: readonly (readonly [string, number])[];
    }
  | {
      readonly as: 'pair';
      readonly scale: Scale | null;
      readonly modelA: string;
      readonly modelB: string;
      readonly verdict: Verdict | null;
      readonly scoreA: number | null;
      readonly scoreB: number | null;
      readonly shown: 'ab' | 'ba' | 'both' | '';
      readonly isGain: boolean;
      readonly isOutOfRange: boolean;
    };

/** The gain of a file that declares no scale is in units of this one. */
const UNIT: Scale = { lo: 0, hi: 1 };

function toScale(ends: readonly [number, number] | undefined): Scale | null {
  return ends === undefined ? null : { lo: ends[0], hi: ends[1] };
}

/** null where the row has no judgement. */
export function readJudgement(judgement: Judgement, cells: Cells): MappedJudgement | null {
  switch (judgement.as) {
    case 'scores':
      return readScores(judgement, cells);
    case 'verdict':
      return readVerdict(judgement, cells);
    case 'gain':
      return readGain(judgement, cells);
  }
}

function readScores(judgement: Extract<Judgement, { as: 'scores' }>, cells: Cells): MappedJudgement | null {
  const scale = toScale(judgement.scale);
  const scores: (readonly [string, number])[] = [];
  for (const [model, column] of Object.entries(judgement.columns)) {
    const score = cells.number(column);
    requireInScale(score, scale, columnField(column));
    if (score !== null) scores.push([model, score]);
  }
  return scores.length === 0 ? null : { as: 'scores', scale, scores };
}

function readVerdict(judgement: Extract<Judgement, { as: 'verdict' }>, cells: Cells): MappedJudgement | null {
  const said = cells.text(judgement.column);
  if (said === null) return null;
  const { a, b, tie } = judgement.values;
  const verdict = a.includes(said) ? 'a' : b.includes(said) ? 'b' : tie.includes(said) ? 'tie' : null;
  if (verdict === null) {
    throw new RowError(
      columnField(judgement.column),
      'expected a value that the mapping names, found another',
    );
  }
  return {
    as: 'pair',
    scale: null,
    modelA: judgement.models[0],
    modelB: judgement.models[1],
    verdict,
    scoreA: null,
    scoreB: null,
    shown: judgement.shown ?? '',
    isGain: false,
    isOutOfRange: false,
  };
}

/**
 * A gain is stored as two scores on the declared scale: the strong model's is the gain and the cheap model's is 0, so that
 * (strong − cheap) / (hi − lo) is the gain again. `isGain` says that neither is the quality of a response.
 */
function readGain(judgement: Extract<Judgement, { as: 'gain' }>, cells: Cells): MappedJudgement | null {
  const gain = cells.number(judgement.column);
  if (gain === null) return null;
  const scale = toScale(judgement.scale) ?? UNIT;
  const largest = scale.hi - scale.lo;
  const isOutOfRange = Math.abs(gain) > largest * (1 + 1e-9);
  if (isOutOfRange && judgement.isBounded) {
    throw new RowError(
      columnField(judgement.column),
      `the gain is outside [-${largest}, ${largest}]; declare its scale in the mapping`,
    );
  }
  return {
    as: 'pair',
    scale,
    modelA: judgement.strong,
    modelB: judgement.cheap,
    verdict: null,
    scoreA: gain,
    scoreB: 0,
    shown: '',
    isGain: true,
    isOutOfRange,
  };
}

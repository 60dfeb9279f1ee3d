import type { Matrix } from '../core/matrix.ts';
import type { Warning } from '../core/warning.ts';
import { fitLogistic, predictProbability } from '../learners/logistic.ts';
import { mean } from '../stats/descriptive.ts';
import { FOLD_COUNT, makeFolds } from './folds.ts';

/**
 * π: the probability that a prompt's gold was revealed. Where the design is logged it is used as logged, never clipped.
 * Where it is not, a regularised logistic regression of "has gold" on x, clipped in this one place; clipped rows are
 * counted and reported.
 */
export interface Propensity {
  readonly values: Float64Array;
  readonly source: 'designed' | 'estimated' | 'mixed' | 'everything-graded';
  readonly clippedRows: number;
  readonly warnings: readonly Warning[];
}

/** @param designed logged probabilities, NaN where nobody logged one. */
export function resolvePropensity(
  x: Matrix,
  hasGold: Uint8Array,
  group: Int32Array,
  designed: Float64Array,
  seed: number,
): Propensity {
  const unknown = designed.filter((p) => Number.isNaN(p)).length;
  if (unknown === 0) return { values: designed, source: 'designed', clippedRows: 0, warnings: [] };
  if (hasGold.every((t) => t === 1)) {
    const values = designed.map((p) => (Number.isNaN(p) ? 1 : p));
    return { values, source: 'everything-graded', clippedRows: 0, warnings: [] };
  }
  const estimated = estimatePropensity(x, hasGold, group, seed);
  const values = designed.map((p, i) => (Number.isNaN(p) ? estimated.values[i] : p));
  const isMixed = unknown < designed.length;
  const warnings: Warning[] = [
    {
      code: 'estimated-propensity',
      message:
        `Nobody logged how ${isMixed ? `${unknown} of ${designed.length}` : 'the'} prompts were chosen for grading, so the ` +
        'probability is estimated from the prompt. The correction is right only if nothing else decided who was graded.',
    },
  ];
  if (estimated.clippedRows > 0) {
    warnings.push({
      code: 'propensity-clipped',
      message: `${estimated.clippedRows} of ${designed.length} estimated probabilities were far from the mean and were clipped.`,
    });
  }
  return { values, source: isMixed ? 'mixed' : 'estimated', clippedRows: estimated.clippedRows, warnings };
}

/** p̂(t = 1 | x), clipped to [.1 p̄, 1 − .1 (1 − p̄)] around the mean p̄. */
export function estimatePropensity(
  x: Matrix,
  hasGold: Uint8Array,
  group: Int32Array,
  seed: number,
): { values: Float64Array; clippedRows: number } {
  const [folds] = makeFolds({ hasGold, group }, { kind: 'grouped', repeats: 1, seed });
  const raw = predictProbability(fitLogistic(x, hasGold, folds, FOLD_COUNT), x);
  const centre = mean(hasGold);
  const low = 0.1 * centre;
  const high = 1 - 0.1 * (1 - centre);
  let clippedRows = 0;
  const values = raw.map((p) => {
    if (p >= low && p <= high) return p;
    clippedRows++;
    return Math.min(Math.max(p, low), high);
  });
  return { values, clippedRows };
}

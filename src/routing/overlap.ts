import { takeRows } from '../core/matrix.ts';
import type { Sample } from '../causal/sample.ts';
import { rowsWhere } from '../causal/sample.ts';
import { estimatePropensity } from '../causal/propensity.ts';
import type { Warning } from '../core/warning.ts';
import { effectiveSampleSize, mean, quantile } from '../stats/descriptive.ts';
import { createRng, deriveSeed } from '../core/rng.ts';

/**
 * Do gold and preference prompts look alike? Positivity, the assumption that can be checked: everywhere there are
 * preferences to correct there must be gold to learn from.
 */
export interface Overlap {
  /** Deciles of the estimated p̂(gold | x) for prompts with and without gold. */
  readonly goldDeciles: readonly number[];
  readonly otherDeciles: readonly number[];
  /** Kish's effective number of gold prompts under their 1/π weights. */
  readonly effectiveGold: number;
  readonly nGold: number;
  /** Rows whose p̂ / mean p̂ lies outside [.1, 10]. */
  readonly rowsOutside: number;
  readonly rowsChecked: number;
  readonly warnings: readonly Warning[];
}

/** More rows than this do not sharpen the picture. */
const MOST_ROWS = 20_000;

/** Null where every prompt, or none, has gold: there is nothing to compare. */
export function checkOverlap(sample: Sample, seed: number): Overlap | null {
  const goldRows = rowsWhere(sample.hasGold);
  if (goldRows.length === 0 || goldRows.length === sample.hasGold.length) return null;
  const rows = someRows(sample.hasGold.length, seed);
  const hasGold = Uint8Array.from(rows, (i) => sample.hasGold[i]);
  if (!hasGold.includes(1) || !hasGold.includes(0)) return null;
  const group = Int32Array.from(rows, (i) => sample.group[i]);
  const { values } = estimatePropensity(
    takeRows(sample.x, rows),
    hasGold,
    group,
    deriveSeed(seed, 'overlap'),
  );
  const centre = mean(values);
  const rowsOutside = values.filter((p) => p / centre < 0.1 || p / centre > 10).length;
  const effectiveGold = effectiveSampleSize(Array.from(goldRows, (i) => 1 / sample.propensity[i]));
  const warnings: Warning[] = [];
  if (rowsOutside > 0.01 * rows.length) {
    warnings.push({
      code: 'poor-overlap',
      message:
        `${rowsOutside} of ${rows.length} prompts are more than 10 times more or less likely to carry gold than the mean: ` +
        'there the correction extrapolates.',
    });
  }
  if (effectiveGold < 0.5 * goldRows.length) {
    warnings.push({
      code: 'uneven-gold-weights',
      message: `The ${goldRows.length} gold prompts count like ${Math.round(effectiveGold)} evenly drawn ones.`,
    });
  }
  const deciles = (of: 0 | 1): number[] => {
    const chosen = values.filter((_, i) => hasGold[i] === of);
    return Array.from({ length: 11 }, (_, k) => quantile(chosen, k / 10));
  };
  return {
    goldDeciles: deciles(1),
    otherDeciles: deciles(0),
    effectiveGold,
    nGold: goldRows.length,
    rowsOutside,
    rowsChecked: rows.length,
    warnings,
  };
}

function someRows(n: number, seed: number): Int32Array {
  if (n <= MOST_ROWS) return Int32Array.from({ length: n }, (_, i) => i);
  return createRng(deriveSeed(seed, 'overlap-rows')).permutation(n).slice(0, MOST_ROWS).sort();
}

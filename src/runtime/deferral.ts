/** When a cascade asks a person: the gains of bootstrap refits disagree about the threshold. */
import { tensorData } from './blocks.ts';
import type { RouterFile } from './router-file.ts';

/** The percentile interval of the gains of the refits. */
export type GainInterval = (features: ArrayLike<number>) => readonly [number, number];

/** The p quantile of sorted numbers, linear between them. */
function quantile(sorted: Float64Array, p: number): number {
  const position = p * (sorted.length - 1);
  const below = Math.min(Math.floor(position), sorted.length - 2);
  return sorted[below] + (position - below) * (sorted[below + 1] - sorted[below]);
}

/**
 * The interval of a router file, or null where it has none.
 *
 * @example
 * createGainInterval(file)?.(features); // [0.02, 0.31]
 */
export function createGainInterval({ manifest, tensors }: RouterFile): GainInterval | null {
  const { deferral, blocks } = manifest;
  if (deferral === null || deferral === undefined) return null;
  const { draws, level } = deferral;
  const dim = blocks.reduce((sum, block) => sum + block.dim, 0);
  const coefficients = tensorData(tensors, 'deferral.coefficients', draws * dim);
  const intercepts = tensorData(tensors, 'deferral.intercepts', draws);
  const gains = new Float64Array(draws);
  return (features) => {
    let at = 0;
    for (let b = 0; b < draws; b++) {
      let gain = intercepts[b];
      for (let j = 0; j < dim; j++) gain += features[j] * coefficients[at++];
      gains[b] = gain;
    }
    gains.sort();
    return [quantile(gains, (1 - level) / 2), quantile(gains, (1 + level) / 2)];
  };
}

/** Whether an interval leaves it open on which side of a threshold the gain is. */
export function straddles([low, high]: readonly [number, number], threshold: number): boolean {
  return low <= threshold && high > threshold;
}

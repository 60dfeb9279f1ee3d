import { takeRows } from '../core/matrix.ts';
import type { JobControl } from '../core/progress.ts';
import { createRng, deriveSeed } from '../core/rng.ts';
import type { LearnerFit } from './learner-fit.ts';
import { fitNearest, nearestPoints, NEIGHBOURS } from './nearest-neighbours.ts';
import type { TrainingTable } from './training-table.ts';

const CHOICES: readonly number[] = [5, NEIGHBOURS, 20, 40, 80];
/** Rows that are predicted from the others to choose k: the cost is this many times all rows. */
const MOST_QUERIES = 500;

/**
 * Nearest neighbours with the k that predicts left-out rows best; a row's own group is no neighbour of it. Weights count in
 * the choice of k; the model itself is a plain mean and knows no weights.
 */
export function tuneNearest(table: TrainingTable, seed: number, control: JobControl): LearnerFit {
  const { x, y, weights, group } = table;
  const rows = Int32Array.from(weights.keys()).filter((i) => weights[i] > 0);
  const choices = CHOICES.filter((k, i) => i === 0 || 2 * k <= rows.length);
  const largest = choices[choices.length - 1];
  const order = createRng(deriveSeed(seed, 'nearest queries')).permutation(rows.length);
  const queries = Int32Array.from(order.subarray(0, MOST_QUERIES), (at) => rows[at]);
  const all = fitNearest(
    takeRows(x, rows),
    Float64Array.from(rows, (i) => y[i]),
    rows.length,
  );
  const loss = new Float64Array(choices.length);
  let total = 0;
  for (const query of queries) {
    control.throwIfCancelled();
    const found = nearestPoints(all, x.data.subarray(query * x.cols, (query + 1) * x.cols), largest, (j) => {
      return group[rows[j]] !== group[query];
    });
    if (found.length === 0) continue;
    total += weights[query];
    choices.forEach((k, c) => {
      const near = found.subarray(0, k);
      const mean = near.reduce((sum, j) => sum + y[rows[j]], 0) / near.length;
      loss[c] += weights[query] * (y[query] - mean) ** 2;
    });
  }
  const best = loss.indexOf(Math.min(...loss));
  const k = choices[best];
  return {
    model: { ...all, k: Math.min(k, rows.length) },
    settings: { k },
    heldOutError: total > 0 ? loss[best] / total : null,
  };
}

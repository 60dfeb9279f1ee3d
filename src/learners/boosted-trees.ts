import { weightedMean } from '../stats/descriptive.ts';
import { createLeafwiseGrower, type BoostedTreeShape } from './boosted-tree.ts';
import type { TrainingTable } from './training-table.ts';
import { leafValue, type TreeEnsemble } from './tree-ensemble.ts';
import { createTreeNodes } from './tree-nodes.ts';

export interface BoostingOptions extends BoostedTreeShape {
  /** The share of each tree's correction that is taken. */
  readonly learningRate: number;
}

export const BOOSTING_DEFAULTS: BoostingOptions = { maxLeaves: 31, minLeaf: 20, l2: 0, learningRate: 0.1 };

/** Gradient boosting one tree at a time, so that whoever drives it decides when to stop. */
export interface Booster {
  /** Adds a tree. */
  readonly step: () => void;
  /** Prediction so far for every row of the table, those that it is not trained on too. */
  readonly predicted: Float64Array;
  readonly finish: () => TreeEnsemble;
}

/**
 * Gradient-boosted trees for the weighted squared error on histograms (Friedman 2001, doi 10.1214/aos/1013203451).
 * @param rows the rows of the table to train on.
 */
export function createBooster(table: TrainingTable, rows: Int32Array, options: BoostingOptions): Booster {
  const { x, binned, y } = table;
  const weights = meanOne(table.weights, rows);
  const base = Math.fround(
    weightedMean(
      Array.from(rows, (i) => y[i]),
      Array.from(rows, (i) => weights[i]),
    ),
  );
  const others = rowsBeside(rows, x.rows);
  const rounded = Float32Array.from(x.data);
  const predicted = new Float64Array(x.rows).fill(base);
  const gradient = new Float64Array(x.rows);
  const nodes = createTreeNodes();
  const grow = createLeafwiseGrower(binned, options);
  const roots: number[] = [];
  return {
    predicted,
    step: () => {
      for (const i of rows) gradient[i] = weights[i] * (y[i] - predicted[i]);
      const root = grow({ row: rows.slice(), gradient, weight: weights }, nodes, (optimum, leafRows) => {
        const value = Math.fround(options.learningRate * optimum);
        for (const i of leafRows) predicted[i] += value;
        return value;
      });
      const columns = nodes.view();
      for (const i of others) predicted[i] += leafValue(columns, root, rounded, i * x.cols);
      roots.push(root);
    },
    finish: () => nodes.finish(x.cols, base, roots),
  };
}

/** `iterations` trees on all rows of the table that carry weight. */
export function fitBoosted(table: TrainingTable, options: BoostingOptions, iterations: number): TreeEnsemble {
  const rows = Int32Array.from(table.weights.keys()).filter((i) => table.weights[i] > 0);
  const booster = createBooster(table, rows, options);
  for (let i = 0; i < iterations; i++) booster.step();
  return booster.finish();
}

/** Weights divided by their mean over the rows, so that l2 means the same whatever their scale. */
function meanOne(weights: Float64Array, rows: Int32Array): Float64Array {
  let total = 0;
  for (const i of rows) total += weights[i];
  const factor = rows.length / total;
  return weights.map((w) => w * factor);
}

function rowsBeside(rows: Int32Array, count: number): Int32Array {
  const isTaken = new Uint8Array(count);
  for (const i of rows) isTaken[i] = 1;
  return Int32Array.from(isTaken.keys()).filter((i) => isTaken[i] === 0);
}

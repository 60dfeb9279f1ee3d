import { type JobControl, uncontrolled } from '../core/progress.ts';
import { createRng, deriveSeed } from '../core/rng.ts';
import { createTreeGrower, type TreeRows, type TreeShape } from './forest-tree.ts';
import type { TrainingTable } from './training-table.ts';
import { leafValue, type TreeEnsemble } from './tree-ensemble.ts';
import { weightedMean } from '../stats/descriptive.ts';
import { createTreeNodes } from './tree-nodes.ts';

export interface ForestOptions extends TreeShape {
  readonly trees: number;
  /** Each tree draws as many groups as there are, with replacement; false: every tree has every row. */
  readonly isBootstrapped: boolean;
  readonly seed: number;
}

export const FOREST_DEFAULTS = {
  trees: 100,
  maxDepth: 20,
  minLeaf: 1,
  isBootstrapped: true,
  seed: 0,
} as const;

export interface ForestFit {
  readonly model: TreeEnsemble;
  /**
   * Weighted mean squared error where each row is predicted by the trees that drew nothing of its group; null where no row
   * was left out of any.
   */
  readonly outOfBagError: number | null;
}

/**
 * Random forest (Breiman 2001): the mean of trees, each grown on a bootstrap of the groups with a few features drawn anew
 * for each split. A tree depends on the seed and its number alone.
 */
export function fitForest(
  table: TrainingTable,
  options: ForestOptions,
  control: JobControl = uncontrolled,
): ForestFit {
  const { binned, y, weights } = table;
  const { trees, seed } = options;
  const n = binned.rows;
  const base = Math.fround(weightedMean(y, weights));
  const nodes = createTreeNodes();
  const grow = createTreeGrower(binned, options);
  const roots: number[] = [];
  const draws: Uint16Array[] = [];
  const data = {
    row: new Int32Array(n),
    weight: new Float64Array(n),
    weighted: new Float64Array(n),
  };
  for (let tree = 0; tree < trees; tree++) {
    control.throwIfCancelled();
    const rng = createRng(deriveSeed(seed, 'tree', tree));
    const drawn = options.isBootstrapped ? drawGroups(table.groupCount, rng.uniform) : null;
    let count = 0;
    for (let i = 0; i < n; i++) {
      const weight = weights[i] * (drawn === null ? 1 : drawn[table.group[i]]);
      if (weight === 0) continue;
      data.row[count] = i;
      data.weight[count] = weight;
      data.weighted[count] = weight * (y[i] - base);
      count++;
    }
    // Where only rows of weight 0 were drawn there is nothing to learn from.
    if (count === 0) continue;
    const rows: TreeRows = { ...data, count };
    roots.push(grow(rows, nodes, rng, (mean) => mean / trees));
    if (drawn !== null) draws.push(drawn);
  }
  const model = nodes.finish(binned.cols, base, roots);
  return { model, outOfBagError: outOfBagError(table, model, draws, trees) };
}

/** How often each group is drawn, in as many draws as there are groups. */
function drawGroups(groupCount: number, uniform: () => number): Uint16Array {
  const drawn = new Uint16Array(groupCount);
  for (let i = 0; i < groupCount; i++) drawn[Math.floor(uniform() * groupCount)]++;
  return drawn;
}

function outOfBagError(
  { x, y, weights, group }: TrainingTable,
  model: TreeEnsemble,
  draws: readonly Uint16Array[],
  trees: number,
): number | null {
  const rounded = Float32Array.from(x.data);
  const sum = new Float64Array(x.rows);
  const count = new Int32Array(x.rows);
  draws.forEach((drawn, tree) => {
    for (let i = 0; i < x.rows; i++) {
      if (drawn[group[i]] > 0) continue;
      sum[i] += leafValue(model, model.roots[tree], rounded, i * x.cols);
      count[i]++;
    }
  });
  let loss = 0;
  let total = 0;
  for (let i = 0; i < x.rows; i++) {
    if (count[i] === 0) continue;
    loss += weights[i] * (y[i] - model.base - (sum[i] * trees) / count[i]) ** 2;
    total += weights[i];
  }
  return total > 0 ? loss / total : null;
}

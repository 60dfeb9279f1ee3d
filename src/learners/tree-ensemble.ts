import type { Matrix } from '../core/matrix.ts';

/** Of `feature`: the node is a leaf. */
export const LEAF = -1;

/**
 * A sum of regression trees. The nodes of all trees stand in one set of columns; `left` and `right` are row numbers there.
 *
 *   prediction(x) = base + Σ over trees of the value of the leaf that x reaches;   left where fround(x[feature]) <= threshold
 *
 * Features are compared as float32, because a threshold is stored as float32: whoever reads the file, in float32 or
 * float64, walks the same way. The share of a tree in a mean and the shrinkage of boosting are part of `value`.
 */
export interface TreeEnsemble {
  readonly kind: 'trees';
  /** Features. */
  readonly dim: number;
  readonly base: number;
  /** The node at which each tree starts. */
  readonly roots: Int32Array;
  /** The feature that a node asks for, or LEAF. */
  readonly feature: Int32Array;
  readonly threshold: Float32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** What a leaf adds; 0 elsewhere. */
  readonly value: Float32Array;
}

/** The columns of the nodes. */
export type TreeColumns = Pick<TreeEnsemble, 'feature' | 'threshold' | 'left' | 'right' | 'value'>;

export function predictTrees(model: TreeEnsemble, x: Matrix): Float64Array {
  const rounded = Float32Array.from(x.data);
  const out = new Float64Array(x.rows).fill(model.base);
  // Tree by tree: its nodes stay in the cache while all rows pass.
  for (const root of model.roots) {
    for (let i = 0; i < x.rows; i++) out[i] += leafValue(model, root, rounded, i * x.cols);
  }
  return out;
}

/** What the tree at `root` adds for the row that starts at `at` of the float32 features. */
export function leafValue(nodes: TreeColumns, root: number, rounded: Float32Array, at: number): number {
  const { feature, threshold, left, right, value } = nodes;
  let node = root;
  while (feature[node] !== LEAF) {
    node = rounded[at + feature[node]] <= threshold[node] ? left[node] : right[node];
  }
  return value[node];
}

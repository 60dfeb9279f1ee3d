import type { BinnedFeatures } from './bins.ts';
import { BEYOND_ROUNDING } from './forest-tree.ts';
import type { TreeNodes } from './tree-nodes.ts';

export interface BoostedTreeShape {
  readonly maxLeaves: number;
  /** Rows that a leaf holds at least. */
  readonly minLeaf: number;
  /** Added to the weight of a leaf: pulls its value to 0. */
  readonly l2: number;
}

/** What a tree is fitted to: −gradient and curvature of the loss for every row of the table (read at `row` only). */
export interface BoostingTarget {
  readonly row: Int32Array;
  readonly gradient: Float64Array;
  readonly weight: Float64Array;
}

/** Told of each leaf: Σ gradient / (Σ weight + l2), and its rows. @returns the leaf's value. */
export type OnLeaf = (optimum: number, rows: Int32Array) => number;

interface Split {
  readonly feature: number;
  readonly bin: number;
  readonly gain: number;
}

interface Candidate {
  readonly node: number;
  /** Rows from … to of the permuted `row`. */
  readonly from: number;
  readonly to: number;
  readonly gradient: number;
  readonly weight: number;
  /** Null where the tree is full and nobody will ask. */
  readonly histogram: Float64Array | null;
  readonly split: Split | null;
}

/** −gradient, weight and rows of each bin of each feature. */
const FIELDS = 3;

/**
 * Grows one tree leaf by leaf, each time where the loss falls most (Ke et al. 2017, LightGBM; Chen & Guestrin 2016,
 * arXiv 1603.02754, eq. 6–7). Histograms of the larger child are those of the parent less those of the smaller.
 */
export function createLeafwiseGrower(
  { rows, cols, bins, cuts }: BinnedFeatures,
  shape: BoostedTreeShape,
): (target: BoostingTarget, nodes: TreeNodes, onLeaf: OnLeaf) => number {
  const mostBins = cuts.reduce((most, { length }) => Math.max(most, length + 1), 1);
  const stride = mostBins * FIELDS;
  const size = cols * stride;
  const pool: Float64Array[] = [];
  const gradients = new Float64Array(rows);
  const rowWeights = new Float64Array(rows);
  const takeHistogram = (): Float64Array => pool.pop() ?? new Float64Array(size);

  const giveBack = ({ histogram }: Candidate): void => {
    if (histogram !== null) pool.push(histogram);
  };

  const fillHistogram = (target: BoostingTarget, from: number, to: number): Float64Array => {
    const histogram = takeHistogram().fill(0);
    const { row, gradient, weight } = target;
    // In the order of the node's rows, once for all features.
    for (let i = from; i < to; i++) {
      gradients[i] = gradient[row[i]];
      rowWeights[i] = weight[row[i]];
    }
    for (let f = 0; f < cols; f++) {
      const column = f * rows;
      const start = f * stride;
      for (let i = from; i < to; i++) {
        const at = start + bins[column + row[i]] * FIELDS;
        histogram[at] += gradients[i];
        histogram[at + 1] += rowWeights[i];
        histogram[at + 2] += 1;
      }
    }
    return histogram;
  };

  const bestSplit = (
    histogram: Float64Array,
    gradientAll: number,
    weightAll: number,
    rowsAll: number,
  ): Split | null => {
    const { minLeaf, l2 } = shape;
    if (rowsAll < 2 * minLeaf) return null;
    const whole = (gradientAll * gradientAll) / (weightAll + l2);
    let best: Split | null = null;
    let bar = whole * BEYOND_ROUNDING + Number.MIN_VALUE;
    for (let f = 0; f < cols; f++) {
      let gradientLeft = 0;
      let weightLeft = 0;
      let rowsLeft = 0;
      const start = f * stride;
      const lastCut = cuts[f].length;
      for (let bin = 0; bin < lastCut; bin++) {
        const at = start + bin * FIELDS;
        if (histogram[at + 2] === 0) continue;
        gradientLeft += histogram[at];
        weightLeft += histogram[at + 1];
        rowsLeft += histogram[at + 2];
        if (rowsLeft < minLeaf) continue;
        if (rowsAll - rowsLeft < minLeaf) break;
        const gradientRight = gradientAll - gradientLeft;
        const score =
          (gradientLeft * gradientLeft) / (weightLeft + l2) +
          (gradientRight * gradientRight) / (weightAll - weightLeft + l2);
        if (score > bar) {
          bar = score * BEYOND_ROUNDING;
          best = { feature: f, bin, gain: score - whole };
        }
      }
    }
    return best;
  };

  const candidate = (
    target: BoostingTarget,
    node: number,
    from: number,
    to: number,
    histogram: Float64Array | null,
  ): Candidate => {
    let gradient = 0;
    let weight = 0;
    for (let i = from; i < to; i++) {
      gradient += target.gradient[target.row[i]];
      weight += target.weight[target.row[i]];
    }
    const split = histogram === null ? null : bestSplit(histogram, gradient, weight, to - from);
    return { node, from, to, gradient, weight, histogram, split };
  };

  const partition = (row: Int32Array, from: number, to: number, { feature, bin }: Split): number => {
    const column = feature * rows;
    let i = from;
    let j = to - 1;
    while (i <= j) {
      if (bins[column + row[i]] <= bin) {
        i++;
        continue;
      }
      const r = row[i];
      row[i] = row[j];
      row[j] = r;
      j--;
    }
    return i;
  };

  /** Histograms of both children of a split, from that of the parent. */
  const childHistograms = (
    target: BoostingTarget,
    { from, to, histogram }: Candidate,
    middle: number,
  ): [Float64Array | null, Float64Array | null] => {
    if (histogram === null) return [null, null];
    const isLeftSmaller = middle - from <= to - middle;
    const smaller = isLeftSmaller ? fillHistogram(target, from, middle) : fillHistogram(target, middle, to);
    for (let k = 0; k < size; k++) histogram[k] -= smaller[k];
    return isLeftSmaller ? [smaller, histogram] : [histogram, smaller];
  };

  return (target, nodes, onLeaf) => {
    const { row } = target;
    const root = nodes.add();
    const leaves = [candidate(target, root, 0, row.length, fillHistogram(target, 0, row.length))];
    while (leaves.length < shape.maxLeaves) {
      const next = indexOfLargestGain(leaves);
      if (next === -1) break;
      const [parent] = leaves.splice(next, 1);
      const { split, from, to } = parent;
      if (split === null) break;
      const middle = partition(row, from, to, split);
      const left = nodes.add();
      const right = nodes.add();
      nodes.setSplit(parent.node, split.feature, cuts[split.feature][split.bin], left, right);
      const isFull = leaves.length + 2 >= shape.maxLeaves;
      if (isFull) giveBack(parent);
      const [leftHistogram, rightHistogram] = isFull ? [null, null] : childHistograms(target, parent, middle);
      leaves.push(
        candidate(target, left, from, middle, leftHistogram),
        candidate(target, right, middle, to, rightHistogram),
      );
    }
    for (const leaf of leaves) {
      const optimum = leaf.gradient / (leaf.weight + shape.l2);
      nodes.setLeaf(leaf.node, onLeaf(optimum, row.subarray(leaf.from, leaf.to)));
      giveBack(leaf);
    }
    return root;
  };
}

/** The leaf whose split lowers the loss most; the first of equals; -1 where none can be split. */
function indexOfLargestGain(leaves: readonly Candidate[]): number {
  let best = -1;
  let gain = 0;
  leaves.forEach(({ split }, i) => {
    if (split !== null && split.gain > gain) {
      best = i;
      gain = split.gain;
    }
  });
  return best;
}

import type { Rng } from '../core/rng.ts';
import { MOST_BINS, type BinnedFeatures } from './bins.ts';
import type { TreeNodes } from './tree-nodes.ts';

/** The rows of one tree. The arrays are permuted while it grows. */
export interface TreeRows {
  readonly count: number;
  /** Row numbers; the first `count` are in the tree. */
  readonly row: Int32Array;
  /** Weight of each, in the same order, and weight × label. */
  readonly weight: Float64Array;
  readonly weighted: Float64Array;
}

export interface TreeShape {
  readonly maxDepth: number;
  /** Rows that a leaf holds at least. */
  readonly minLeaf: number;
  /** Features looked at in each split; those that are constant in the node do not count. */
  readonly featuresPerSplit: number;
}

interface Split {
  feature: number;
  /** The last bin that goes left, and the next that holds rows of the node. */
  bin: number;
  nextBin: number;
  /** What another split must exceed. */
  bar: number;
}

/** Splits that divide a node alike differ by rounding only: the first of them is taken, whatever the scale of the labels. */
export const BEYOND_ROUNDING = 1 + 1e-10;

/** Weight, weight × label and rows of each bin. */
const FIELDS = 4;

/**
 * Grows regression trees one after another on the same binned features. A split minimises the weighted squared error; a
 * leaf's value is its weighted mean, handed to `leafValue` (Breiman 2001, doi 10.1023/A:1010933404324).
 */
export function createTreeGrower(
  { rows, cols, bins, cuts }: BinnedFeatures,
  shape: TreeShape,
): (data: TreeRows, nodes: TreeNodes, rng: Rng, leafValue: (mean: number) => number) => number {
  const histogram = new Float64Array(MOST_BINS * FIELDS);
  const occupied = new Int32Array(MOST_BINS / 32);
  const features = Int32Array.from({ length: cols }, (_, f) => f);
  const best: Split = { feature: -1, bin: 0, nextBin: 0, bar: 0 };

  /** Looks for a better split of the rows from … to by one feature. @returns whether the feature varies among them. */
  const trySplits = (
    data: TreeRows,
    from: number,
    to: number,
    f: number,
    weightAll: number,
    weightedAll: number,
  ): boolean => {
    const { row, weight, weighted } = data;
    const offset = f * rows;
    for (let i = from; i < to; i++) {
      const bin = bins[offset + row[i]];
      occupied[bin >> 5] |= 1 << (bin & 31);
      const at = bin * FIELDS;
      histogram[at] += weight[i];
      histogram[at + 1] += weighted[i];
      histogram[at + 2] += 1;
    }
    let previous = -1;
    let weightLeft = 0;
    let weightedLeft = 0;
    let rowsLeft = 0;
    const leastRight = to - from - shape.minLeaf;
    let varies = false;
    for (let word = 0; word < occupied.length; word++) {
      let bits = occupied[word];
      occupied[word] = 0;
      while (bits !== 0) {
        const lowest = bits & -bits;
        bits ^= lowest;
        const bin = word * 32 + 31 - Math.clz32(lowest);
        if (previous >= 0) {
          varies = true;
          if (rowsLeft >= shape.minLeaf && rowsLeft <= leastRight) {
            const weightedRight = weightedAll - weightedLeft;
            const score =
              (weightedLeft * weightedLeft) / weightLeft +
              (weightedRight * weightedRight) / (weightAll - weightLeft);
            if (score > best.bar) {
              best.bar = score * BEYOND_ROUNDING;
              best.feature = f;
              best.bin = previous;
              best.nextBin = bin;
            }
          }
        }
        const at = bin * FIELDS;
        weightLeft += histogram[at];
        weightedLeft += histogram[at + 1];
        rowsLeft += histogram[at + 2];
        histogram[at] = 0;
        histogram[at + 1] = 0;
        histogram[at + 2] = 0;
        previous = bin;
      }
    }
    return varies;
  };

  const findSplit = (
    data: TreeRows,
    from: number,
    to: number,
    weightAll: number,
    weightedAll: number,
    rng: Rng,
  ): boolean => {
    best.feature = -1;
    best.bar = ((weightedAll * weightedAll) / weightAll) * BEYOND_ROUNDING + Number.MIN_VALUE;
    let useful = 0;
    for (let drawn = 0; drawn < cols && useful < shape.featuresPerSplit; drawn++) {
      const pick = drawn + Math.floor(rng.uniform() * (cols - drawn));
      const f = features[pick];
      features[pick] = features[drawn];
      features[drawn] = f;
      if (trySplits(data, from, to, f, weightAll, weightedAll)) useful++;
    }
    return best.feature >= 0;
  };

  /** Rows of bins up to `bin` first. @returns where the others start. */
  const partition = ({ row, weight, weighted }: TreeRows, from: number, to: number): number => {
    const offset = best.feature * rows;
    let i = from;
    let j = to - 1;
    while (i <= j) {
      if (bins[offset + row[i]] <= best.bin) {
        i++;
        continue;
      }
      const r = row[i];
      const w = weight[i];
      const g = weighted[i];
      row[i] = row[j];
      weight[i] = weight[j];
      weighted[i] = weighted[j];
      row[j] = r;
      weight[j] = w;
      weighted[j] = g;
      j--;
    }
    return i;
  };

  return (data, nodes, rng, leafValue) => {
    // Every draw starts from the same order, so that a tree does not depend on those before it.
    for (let f = 0; f < cols; f++) features[f] = f;
    const root = nodes.add();
    const stack: (readonly [node: number, from: number, to: number, depth: number])[] = [
      [root, 0, data.count, 0],
    ];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const [node, from, to, depth] = next;
      let weightAll = 0;
      let weightedAll = 0;
      for (let i = from; i < to; i++) {
        weightAll += data.weight[i];
        weightedAll += data.weighted[i];
      }
      const isSplit =
        depth < shape.maxDepth &&
        to - from >= 2 * shape.minLeaf &&
        !isPure(data, from, to) &&
        findSplit(data, from, to, weightAll, weightedAll, rng);
      if (!isSplit) {
        nodes.setLeaf(node, leafValue(weightedAll / weightAll));
        continue;
      }
      const threshold = thresholdBetween(cuts[best.feature], best.bin, best.nextBin);
      const middle = partition(data, from, to);
      const left = nodes.add();
      const right = nodes.add();
      nodes.setSplit(node, best.feature, threshold, left, right);
      stack.push([right, middle, to, depth + 1], [left, from, middle, depth + 1]);
    }
    return root;
  };
}

/** All labels are equal (up to the rounding of weight × label). */
function isPure({ weight, weighted }: TreeRows, from: number, to: number): boolean {
  const ratio = weighted[from] / weight[from];
  for (let i = from + 1; i < to; i++) {
    if (Math.abs(weighted[i] - ratio * weight[i]) > 1e-12 * weight[i]) return false;
  }
  return true;
}

/** Halfway between two bins that hold rows of the node, where there is room between them; every value of the first lies below. */
function thresholdBetween(cuts: Float32Array, bin: number, nextBin: number): number {
  return Math.fround((cuts[bin] + cuts[nextBin - 1]) / 2);
}

import { LEAF, type TreeColumns, type TreeEnsemble } from './tree-ensemble.ts';

/** The nodes of an ensemble while it grows. */
export interface TreeNodes {
  /** A new node, a leaf of value 0 until told otherwise. */
  readonly add: () => number;
  readonly setLeaf: (node: number, value: number) => void;
  readonly setSplit: (node: number, feature: number, threshold: number, left: number, right: number) => void;
  /** The nodes so far; a new node may move them elsewhere. */
  readonly view: () => TreeColumns;
  /** No root at all gives a tree of one leaf that adds nothing: an ensemble is never empty. */
  readonly finish: (dim: number, base: number, roots: readonly number[]) => TreeEnsemble;
}

export function createTreeNodes(): TreeNodes {
  let capacity = 1024;
  let count = 0;
  let feature = new Int32Array(capacity).fill(LEAF);
  let threshold = new Float32Array(capacity);
  let left = new Int32Array(capacity);
  let right = new Int32Array(capacity);
  let value = new Float32Array(capacity);

  const grow = (): void => {
    const used = capacity;
    capacity += capacity >> 1;
    const wider = <T extends Int32Array | Float32Array>(wide: T, narrow: T): T => {
      wide.set(narrow);
      return wide;
    };
    feature = wider(new Int32Array(capacity), feature).fill(LEAF, used);
    threshold = wider(new Float32Array(capacity), threshold);
    left = wider(new Int32Array(capacity), left);
    right = wider(new Int32Array(capacity), right);
    value = wider(new Float32Array(capacity), value);
  };
  const add = (): number => {
    if (count === capacity) grow();
    return count++;
  };
  return {
    add,
    setLeaf: (node, v) => {
      value[node] = v;
    },
    setSplit: (node, f, cut, l, r) => {
      feature[node] = f;
      threshold[node] = cut;
      left[node] = l;
      right[node] = r;
    },
    view: () => ({ feature, threshold, left, right, value }),
    finish: (dim, base, roots) => {
      const all = Int32Array.from(roots.length > 0 ? roots : [add()]);
      return {
        kind: 'trees',
        dim,
        base,
        roots: all,
        feature: feature.slice(0, count),
        threshold: threshold.slice(0, count),
        left: left.slice(0, count),
        right: right.slice(0, count),
        value: value.slice(0, count),
      };
    },
  };
}

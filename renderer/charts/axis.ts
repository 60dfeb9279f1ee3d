import { scaleLinear, type ScaleLinear } from 'd3-scale';

/** Scales and ticks as plain data, so that a chart only draws. */

export type Scale = ScaleLinear<number, number>;

export interface Tick {
  readonly value: number;
  /** Pixels along the axis. */
  readonly at: number;
  readonly label: string;
}

export interface Margin {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

/** Where the data go: pixels from the corner of the picture. */
export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export function frameOf(width: number, height: number, margin: Margin): Frame {
  return {
    left: margin.left,
    right: Math.max(width - margin.right, margin.left + 40),
    top: margin.top,
    bottom: Math.max(height - margin.bottom, margin.top + 40),
  };
}

/**
 * The extent of the values with some air on both sides; never empty.
 * @param anchor a value that has to be inside (0 for differences)
 */
export function paddedExtent(values: readonly number[], padding = 0.06, anchor?: number): [number, number] {
  const known = values.filter(Number.isFinite);
  if (anchor !== undefined) known.push(anchor);
  if (known.length === 0) return [0, 1];
  const low = Math.min(...known);
  const high = Math.max(...known);
  // What differs by rounding only is one value: the axis has no room for sixteen digits.
  const isOne = high - low <= 1e-9 * Math.max(1, Math.abs(low), Math.abs(high));
  const air = !isOne ? padding * (high - low) : Math.max(Math.abs(low) * 0.1, 0.05);
  return [low - air, high + air];
}

export function linearScale(domain: readonly [number, number], range: readonly [number, number]): Scale {
  return scaleLinear().domain(domain).range(range);
}

/** Ticks at round values, about one for every `spacing` pixels. */
export function ticksOf(scale: Scale, spacing: number, format?: (value: number) => string): Tick[] {
  const [start, end] = scale.range();
  const count = Math.max(2, Math.round(Math.abs(end - start) / spacing));
  const standard = scale.tickFormat(count);
  return scale.ticks(count).map((value) => ({
    value,
    at: scale(value),
    label: format === undefined ? standard(value) : format(value),
  }));
}

/**
 * Moves labels apart along one axis so that neighbours keep `gap`, as near to where they belong as possible, all between
 * `low` and `high` (as far as they fit). Keeps the order of the labels.
 */
export function spreadLabels(wanted: readonly number[], gap: number, low: number, high: number): number[] {
  const order = wanted.map((at, index) => ({ at, index })).sort((a, b) => a.at - b.at || a.index - b.index);
  // Isotonic regression on at − rank · gap: blocks that touch move to their mean (pool adjacent violators).
  const blocks: { sum: number; count: number }[] = [];
  order.forEach(({ at }, rank) => {
    let block = { sum: at - rank * gap, count: 1 };
    for (let last = blocks.at(-1); last !== undefined; last = blocks.at(-1)) {
      if (last.sum / last.count <= block.sum / block.count) break;
      blocks.pop();
      block = { sum: last.sum + block.sum, count: last.count + block.count };
    }
    blocks.push(block);
  });
  const highest = high - (order.length - 1) * gap;
  const placed = new Array<number>(wanted.length).fill(0);
  let rank = 0;
  for (const { sum, count } of blocks) {
    const base = Math.max(low, Math.min(sum / count, highest));
    for (let k = 0; k < count; k++, rank++) placed[order[rank].index] = base + rank * gap;
  }
  return placed;
}

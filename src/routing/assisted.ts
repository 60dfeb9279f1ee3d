import type { Measured } from '../runtime/manifest.ts';
import { assistedMean, weightedAssistedMean, type AssistedMean } from '../stats/ppi.ts';

/** Means over the test prompts with the help of those without gold (PPI++, src/stats/ppi). */
export interface AssistedInput {
  /** ψ̂ of each test prompt by the router, which is fixed. */
  readonly predicted: Float64Array;
  /** r; NaN where there is no gold. */
  readonly gain: Float64Array;
  /** What stands in for r, for every prompt: any function of what is known of it without gold. */
  readonly proxy: Float64Array;
  /** Copies of a prompt count as one. */
  readonly group: Int32Array;
  /** Probability of gold, where it was logged and differs; null: gold was drawn evenly. */
  readonly propensity: Float64Array | null;
  readonly weights: readonly number[];
}

export interface AssistedValue {
  readonly name: string;
  /** Null: the mean gain. */
  readonly w: number | null;
  readonly goldOnly: Measured;
  readonly assisted: Measured;
  readonly lambda: number | null;
}

/** The mean gain, and V(w) of the router at each w, from gold alone and assisted. */
export function assistedValues(input: AssistedInput): readonly AssistedValue[] {
  const { predicted, gain, proxy, weights } = input;
  const routed = (values: Float64Array, w: number): Float64Array =>
    values.map((v, i) => (predicted[i] > w ? v - w : Number.isNaN(v) ? v : 0));
  return [
    { name: 'mean-gain', w: null, ...assist(input, gain, proxy) },
    ...weights.map((w) => ({ name: `V(${w})`, w, ...assist(input, routed(gain, w), routed(proxy, w)) })),
  ];
}

/** @param g known where gold is, NaN elsewhere; @param f known everywhere */
function assist(
  { group, propensity }: AssistedInput,
  g: Float64Array,
  f: Float64Array,
): Pick<AssistedValue, 'goldOnly' | 'assisted' | 'lambda'> {
  const prompts = distinct(group, g, f, propensity);
  const graded = Uint8Array.from(prompts, (p) => Number(p.g !== null));
  const values = Float64Array.from(prompts, (p) => p.g ?? 0);
  const predictions = Float64Array.from(prompts, (p) => p.f);
  if (propensity === null) {
    const isGold = (_: number, i: number): boolean => graded[i] === 1;
    const [known, own] = [values.filter(isGold), predictions.filter(isGold)];
    const others = predictions.filter((_, i) => graded[i] === 0);
    const assisted = assistedMean(known, own, others);
    return described(assistedMean(known, own, new Float64Array(0)), assisted);
  }
  const pi = Float64Array.from(prompts, (p) => p.propensity);
  return described(
    weightedAssistedMean(predictions, graded, values, pi, false),
    weightedAssistedMean(predictions, graded, values, pi),
  );
}

function described(
  alone: AssistedMean,
  assisted: AssistedMean,
): Pick<AssistedValue, 'goldOnly' | 'assisted' | 'lambda'> {
  return {
    goldOnly: { value: alone.value, ci95: alone.ci95 },
    assisted: { value: assisted.value, ci95: assisted.ci95 },
    lambda: assisted.lambda,
  };
}

interface Prompt {
  readonly g: number | null;
  readonly f: number;
  readonly propensity: number;
}

/** One entry a group: means over its copies. */
function distinct(
  group: Int32Array,
  g: Float64Array,
  f: Float64Array,
  propensity: Float64Array | null,
): readonly Prompt[] {
  const members = new Map<number, number[]>();
  group.forEach((number, i) => {
    const known = members.get(number) ?? [];
    known.push(i);
    members.set(number, known);
  });
  const meanOf = (rows: readonly number[], values: Float64Array): number =>
    rows.reduce((sum, i) => sum + values[i], 0) / rows.length;
  return [...members.values()].map((rows) => {
    const graded = rows.filter((i) => !Number.isNaN(g[i]));
    return {
      g: graded.length === 0 ? null : meanOf(graded, g),
      f: meanOf(rows, f),
      propensity: propensity === null || graded.length === 0 ? 1 : meanOf(graded, propensity),
    };
  });
}

/**
 * How well a ranking by predicted gain ψ̂ routes, on test prompts with true gains r (gold), each with a weight.
 *
 *   TE(ρ) = Σ of r over the top share ρ by ψ̂ / Σ weights     ties: r averaged inside the tie; linear in between
 *   EG(ρ) = TE(ρ) − ρ · mean r                                 efficiency gain over random routing at the same share
 *
 * Zhang et al. 2025 (arXiv 2509.25535), section on efficiency gain, per prompt. Unit weights are the plain metrics;
 * exponential ones the draws of the bootstrap. The ranking is worked out once for all of them.
 */
export interface Ranking {
  /** Rows by falling ψ̂, equal ones in their order. */
  readonly order: Int32Array;
  /** For each position of `order`, where its tie begins. */
  readonly tieStart: Int32Array;
  readonly predicted: Float64Array;
}

const TIE = 1e-10;

export function rankByGain(predicted: Float64Array): Ranking {
  const order = Int32Array.from(predicted.keys()).sort((a, b) => predicted[b] - predicted[a] || a - b);
  const tieStart = new Int32Array(order.length);
  for (let i = 1; i < order.length; i++) {
    const isTied =
      Math.abs(predicted[order[i]] - predicted[order[i - 1]]) <= TIE ||
      predicted[order[i]] === predicted[order[i - 1]];
    tieStart[i] = isTied ? tieStart[i - 1] : i;
  }
  return { order, tieStart, predicted };
}

/** A piecewise linear curve over the share of prompts sent to the strong model, from 0 to 1. */
export interface GainCurve {
  readonly share: Float64Array;
  /** TE at each share: gain per prompt over always-cheap. */
  readonly gain: Float64Array;
  readonly meanGain: number;
}

export function gainCurve(ranking: Ranking, gains: Float64Array, weights: Float64Array): GainCurve {
  const { order, tieStart } = ranking;
  const n = order.length;
  const averaged = averageInsideTies(order, tieStart, gains, weights);
  const share = new Float64Array(n + 1);
  const gain = new Float64Array(n + 1);
  for (let i = 0; i < n; i++) {
    const w = weights[order[i]];
    share[i + 1] = share[i] + w;
    gain[i + 1] = gain[i] + w * averaged[i];
  }
  const total = share[n];
  for (let i = 1; i <= n; i++) {
    share[i] /= total;
    gain[i] /= total;
  }
  return { share, gain, meanGain: gain[n] };
}

function averageInsideTies(
  order: Int32Array,
  tieStart: Int32Array,
  gains: Float64Array,
  weights: Float64Array,
): Float64Array {
  const n = order.length;
  const averaged = new Float64Array(n);
  let start = 0;
  while (start < n) {
    let end = start + 1;
    while (end < n && tieStart[end] === start) end++;
    let value = gains[order[start]];
    if (end - start > 1) {
      let sum = 0;
      let weight = 0;
      for (let i = start; i < end; i++) {
        sum += weights[order[i]] * gains[order[i]];
        weight += weights[order[i]];
      }
      value = sum / weight;
    }
    averaged.fill(value, start, end);
    start = end;
  }
  return averaged;
}

/** TE at the given ascending shares. */
export function gainAtShares(curve: GainCurve, shares: readonly number[]): Float64Array {
  const out = new Float64Array(shares.length);
  let i = 1;
  shares.forEach((rho, k) => {
    while (i < curve.share.length - 1 && curve.share[i] < rho) i++;
    const width = curve.share[i] - curve.share[i - 1];
    const position = width > 0 ? Math.min(Math.max((rho - curve.share[i - 1]) / width, 0), 1) : 1;
    out[k] = curve.gain[i - 1] + position * (curve.gain[i] - curve.gain[i - 1]);
  });
  return out;
}

/** The shares .20, .21 … .80 over which EG is averaged. */
export const EFFICIENCY_SHARES: readonly number[] = Array.from({ length: 61 }, (_, i) => (20 + i) / 100);

/** Mean EG over EFFICIENCY_SHARES; `largestShare` stops the use of the strong model there (the ψ̂ > 0 cut). */
export function meanEfficiencyGain(curve: GainCurve, largestShare = 1): number {
  const shares = EFFICIENCY_SHARES.map((rho) => Math.min(rho, largestShare));
  const gains = gainAtShares(curve, shares);
  let total = 0;
  shares.forEach((rho, k) => {
    total += gains[k] - rho * curve.meanGain;
  });
  return total / shares.length;
}

/** ∫ EG(ρ) dρ over [0, 1], by trapezoids. */
export function efficiencyArea(curve: GainCurve): number {
  let area = 0;
  for (let i = 1; i < curve.share.length; i++) {
    const left = curve.gain[i - 1] - curve.share[i - 1] * curve.meanGain;
    const right = curve.gain[i] - curve.share[i] * curve.meanGain;
    area += ((left + right) / 2) * (curve.share[i] - curve.share[i - 1]);
  }
  return area;
}

/**
 * CPT: the least share of strong calls that recovers `fraction` of the mean gain (RouteLLM, arXiv 2406.18665, section 3).
 * Null where the curve never reaches it. Needs a positive mean gain.
 */
export function callPerformanceThreshold(curve: GainCurve, fraction: number): number | null {
  const wanted = fraction * curve.meanGain;
  for (let i = 1; i < curve.gain.length; i++) {
    if (curve.gain[i] >= wanted - 1e-12) {
      const rise = curve.gain[i] - curve.gain[i - 1];
      const position = rise > 0 ? Math.max((wanted - curve.gain[i - 1]) / rise, 0) : 0;
      return curve.share[i - 1] + position * (curve.share[i] - curve.share[i - 1]);
    }
  }
  return null;
}

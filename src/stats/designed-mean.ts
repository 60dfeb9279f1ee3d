/**
 * The mean of gold over all prompts that had a draw, from those drawn: θ = mean(f) + mean(ξ/π (r − f)) with f = a + λ y fitted
 * by least squares with weights ξ/π (active statistical inference, Zrnic & Candès 2024, arXiv 2403.03208, equation 2; the
 * regression estimator of Cassel, Särndal & Wretman 1976, doi 10.1093/biomet/63.3.615). Valid whatever the draw looked at,
 * because π is what it was.
 */
export interface DesignedSample {
  /** r of the prompts that were drawn and graded; NaN elsewhere. */
  readonly gold: Float64Array;
  /** π of each prompt, in (0, 1]. */
  readonly propensity: Float64Array;
  /** y; NaN where the source says nothing. */
  readonly preference: Float64Array;
}

export interface DesignedMean {
  readonly value: number;
  readonly ci95: readonly [number, number];
  readonly drawn: number;
}

const Z95 = 1.959963984540054;
/** Fewer say nothing about the spread. */
const LEAST_DRAWN = 10;

/** Null with fewer than 10 graded prompts. */
export function designedMean(sample: DesignedSample): DesignedMean | null {
  const { gold, propensity, preference } = sample;
  const n = gold.length;
  const drawn = Array.from(gold.keys()).filter((i) => !Number.isNaN(gold[i]));
  if (drawn.length < LEAST_DRAWN) return null;
  const y = preference.map((value) => (Number.isNaN(value) ? 0 : value));
  const { intercept, slope } = weightedLine(drawn, sample, y);
  // What each prompt adds to the mean: its prediction, and where it was graded the error of that, scaled up.
  const parts = Float64Array.from(gold, (r, i) => {
    const predicted = intercept + slope * y[i];
    return predicted + (Number.isNaN(r) ? 0 : (r - predicted) / propensity[i]);
  });
  const value = parts.reduce((sum, part) => sum + part, 0) / n;
  const variance = parts.reduce((sum, part) => sum + (part - value) ** 2, 0) / (n * (n - 1));
  const half = Z95 * Math.sqrt(variance);
  return { value, ci95: [value - half, value + half], drawn: drawn.length };
}

/** Least squares of r on y with weights 1/π; a slope of 0 where y never varies. */
function weightedLine(
  drawn: readonly number[],
  { gold, propensity }: DesignedSample,
  y: Float64Array,
): { readonly intercept: number; readonly slope: number } {
  let total = 0;
  let meanY = 0;
  let meanR = 0;
  for (const i of drawn) {
    total += 1 / propensity[i];
    meanY += y[i] / propensity[i];
    meanR += gold[i] / propensity[i];
  }
  meanY /= total;
  meanR /= total;
  let yy = 0;
  let yr = 0;
  for (const i of drawn) {
    yy += (y[i] - meanY) ** 2 / propensity[i];
    yr += ((y[i] - meanY) * (gold[i] - meanR)) / propensity[i];
  }
  const slope = yy > 1e-12 * total ? yr / yy : 0;
  return { intercept: meanR - slope * meanY, slope };
}

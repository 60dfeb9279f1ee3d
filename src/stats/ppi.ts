import { mean } from './descriptive.ts';
import { Z95 } from './normal.ts';

/**
 * Prediction-powered means: the mean of g over all prompts, where g is known (gold) for some of them and a prediction f for
 * all. A control variate, never much wider than gold alone, whatever f is worth.
 */
export interface AssistedMean {
  readonly value: number;
  readonly ci95: readonly [number, number];
  readonly standardError: number;
  /** Weight of the predictions. */
  readonly lambda: number;
}

/**
 * PPI++ (Angelopoulos, Duchi & Zrnic 2023, arXiv 2311.01453, section 6), gold drawn evenly:
 *   θ̂ = λ · mean_N f + mean_n (g − λ f),   λ = Cov_n(g, f) / ((1 + n/N) Var f),   Var θ̂ = Var(g − λf)/n + λ² Var(f)/N.
 * Variances with n − 1; Var f in λ over all n + N predictions. λ is not cut to [0, 1]: any value is valid, and a source that
 * reverses the truth, or speaks on another scale, still helps.
 * @param g of the n prompts with gold; @param f of the same; @param other f of the N without gold
 */
export function assistedMean(g: Float64Array, f: Float64Array, other: Float64Array): AssistedMean {
  const n = g.length;
  const total = other.length;
  if (total === 0) return fromError(mean(g), Math.sqrt(variance(g) / n), 0);
  const spread = variance(Float64Array.from([...f, ...other]));
  const lambda = spread > 0 ? covariance(g, f) / ((1 + n / total) * spread) : 0;
  const rest = g.map((v, i) => v - lambda * f[i]);
  const error = variance(rest) / n + (lambda ** 2 * variance(other)) / total;
  return fromError(lambda * mean(other) + mean(rest), Math.sqrt(error), lambda);
}

/**
 * The same where prompts were graded with unequal probabilities π (active inference, Zrnic & Candès 2024, arXiv 2403.03208),
 * with self-normalised weights ω = ξ/π:
 *   θ̂ = λ · mean f + Σ ω (g − λ f) / Σ ω over all prompts, λ minimises the variance of the linearised estimate
 *   A − λ B,  A = ω/ω̄ (g − ḡ_ω),  B = ω/ω̄ (f − f̄_ω) − (f − f̄).
 * @param graded which prompts carry gold; @param g read there only; @param propensity π, read there only
 */
export function weightedAssistedMean(
  f: Float64Array,
  graded: Uint8Array,
  g: Float64Array,
  propensity: Float64Array,
  usePredictions = true,
): AssistedMean {
  const n = f.length;
  const omega = Float64Array.from(graded, (t, i) => (t === 1 ? 1 / propensity[i] : 0));
  const total = omega.reduce((sum, w) => sum + w, 0);
  const scale = total / n;
  const weighted = (value: (i: number) => number): number => {
    let sum = 0;
    omega.forEach((w, i) => {
      if (w > 0) sum += w * value(i);
    });
    return sum / total;
  };
  const meanG = weighted((i) => g[i]);
  const meanF = weighted((i) => f[i]);
  const all = mean(f);
  const a = omega.map((w, i) => (w > 0 ? (w / scale) * (g[i] - meanG) : 0));
  const b = omega.map((w, i) => (w / scale) * (f[i] - meanF) - (f[i] - all));
  const spread = b.reduce((sum, v) => sum + v * v, 0);
  const cross = a.reduce((sum, v, i) => sum + v * b[i], 0);
  const lambda = usePredictions && spread > 0 ? cross / spread : 0;
  let square = 0;
  for (let i = 0; i < n; i++) square += (a[i] - lambda * b[i]) ** 2;
  const drawn = graded.reduce((sum, t) => sum + t, 0);
  // The means were estimated from the graded prompts.
  const error = Math.sqrt((square / n ** 2) * (drawn / (drawn - 1)));
  return fromError(lambda * all + meanG - lambda * meanF, error, lambda);
}

function fromError(value: number, standardError: number, lambda: number): AssistedMean {
  return {
    value,
    standardError,
    lambda,
    ci95: [value - Z95 * standardError, value + Z95 * standardError],
  };
}

function covariance(a: Float64Array, b: Float64Array): number {
  const [ma, mb] = [mean(a), mean(b)];
  return a.reduce((sum, v, i) => sum + (v - ma) * (b[i] - mb), 0) / (a.length - 1);
}

function variance(a: Float64Array): number {
  return covariance(a, a);
}

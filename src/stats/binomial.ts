/** Exact binomial probabilities, and p-values for a bounded risk. */

/** log Γ(x) for x > 0 (Lanczos, g = 7, n = 9): relative error below 1e-14 where it is used. */
function logGamma(x: number): number {
  const shifted = x - 1;
  let sum = LANCZOS[0];
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i] / (shifted + i);
  const t = shifted + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(sum);
}

const LANCZOS: readonly number[] = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** P(K ≤ k) for K ~ Binomial(n, p): the terms added up from the largest down. */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  if (k >= n) return 1;
  if (p <= 0) return 1;
  if (p >= 1) return 0;
  const mode = Math.floor((n + 1) * p);
  // Beyond the mode the upper tail is the short one.
  if (k >= mode) return 1 - upperTail(k + 1, n, p);
  return lowerTail(k, n, p);
}

function lowerTail(k: number, n: number, p: number): number {
  let term = Math.exp(logTerm(k, n, p));
  let sum = 0;
  for (let i = k; i >= 0 && term > sum * 1e-17; i--) {
    sum += term;
    term *= (i * (1 - p)) / ((n - i + 1) * p);
  }
  return sum;
}

function upperTail(k: number, n: number, p: number): number {
  let term = Math.exp(logTerm(k, n, p));
  let sum = 0;
  for (let i = k; i <= n && term > sum * 1e-17; i++) {
    sum += term;
    term *= ((n - i) * p) / ((i + 1) * (1 - p));
  }
  return sum;
}

function logTerm(k: number, n: number, p: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1) + k * Math.log(p) + (n - k) * Math.log1p(-p);
}

/**
 * Hoeffding–Bentkus p-value of H₀: E[loss] > α, from n losses in [0, 1] with mean `risk` (Bates et al. 2021, arXiv
 * 2101.02703; Angelopoulos et al. 2021, Learn then Test, arXiv 2110.01052, proposition 1):
 *   min( exp(−n h₁(min(risk, α), α)),  e · P(Binomial(n, α) ≤ ⌈n · risk⌉) ),  h₁(a, b) = a ln(a/b) + (1 − a) ln((1−a)/(1−b)).
 */
export function hoeffdingBentkus(risk: number, n: number, alpha: number): number {
  if (n === 0) return 1;
  const hoeffding = Math.exp(-n * relativeEntropy(Math.min(risk, alpha), alpha));
  // n · risk is a count that a division may have left a little above itself.
  const bentkus = Math.E * binomialCdf(Math.ceil(n * risk - 1e-9), n, alpha);
  return Math.min(1, hoeffding, bentkus);
}

function relativeEntropy(a: number, b: number): number {
  const part = (x: number, y: number): number => (x === 0 ? 0 : x * Math.log(x / y));
  return part(a, b) + part(1 - a, 1 - b);
}

/**
 * Two-sided interval of a share by inverting the binomial (Clopper & Pearson 1934): never below its level.
 */
export function clopperPearson(k: number, n: number, level = 0.95): readonly [number, number] {
  const tail = (1 - level) / 2;
  if (n === 0) return [0, 1];
  const low = k === 0 ? 0 : bisect((p) => 1 - binomialCdf(k - 1, n, p) - tail);
  const high = k === n ? 1 : bisect((p) => tail - binomialCdf(k, n, p));
  return [low, high];
}

/** The zero of a function that rises from below 0 at 0 to above 0 at 1. */
function bisect(f: (p: number) => number): number {
  let low = 0;
  let high = 1;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (f(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

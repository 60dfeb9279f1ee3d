import { bootstrapWeights, percentileInterval } from './bootstrap.ts';

/**
 * How much narrower an interval more gold labels buy: the width of the mean gain by prediction-powered inference with power
 * tuning (PPI++, Angelopoulos, Duchi & Zrnic 2023, arXiv 2311.01453, section 6). g gold gains, f preference gains, n graded
 * prompts, N judged prompts without gold; θ(λ) = λ mean_N f + mean_n (g − λ f), λ* = Cov(g, f) / ((1 + n/N) Var f), and
 * Var θ(λ*) = Var(g − λ* f)/n + λ*² Var f / N.
 */
export interface Moments {
  readonly goldVariance: number;
  readonly preferenceVariance: number;
  readonly covariance: number;
}

export interface BudgetData {
  /** Prompts with gold; NaN in `preference` where the source says nothing. */
  readonly gold: Float64Array;
  readonly preference: Float64Array;
  /** Prompts of the source without gold. */
  readonly unlabelled: number;
}

export interface BudgetRow {
  /** Grades beyond those there are. */
  readonly more: number;
  /** Half the width of the 95 % interval of the mean gain. */
  readonly halfWidth: number;
  /** Of the half-width, over draws of the graded prompts: how well these are known. */
  readonly ci95: readonly [number, number];
  /** The same from gold alone. */
  readonly goldOnlyHalfWidth: number;
  readonly goldOnlyCi95: readonly [number, number];
}

const Z95 = 1.959963984540054;
const DRAWS = 200;
const MAX_MORE = 1_000_000;

/** The half-width with n graded prompts and N without gold; from gold alone where N is 0 or f never varies. */
export function ppiHalfWidth(moments: Moments, n: number, unlabelled: number): number {
  const { goldVariance, preferenceVariance, covariance } = moments;
  if (n <= 0) return Infinity;
  if (unlabelled <= 0 || preferenceVariance <= 0) return Z95 * Math.sqrt(goldVariance / n);
  const lambda = covariance / ((1 + n / unlabelled) * preferenceVariance);
  const rectifier = goldVariance - 2 * lambda * covariance + lambda ** 2 * preferenceVariance;
  return Z95 * Math.sqrt(Math.max(0, rectifier) / n + (lambda ** 2 * preferenceVariance) / unlabelled);
}

/** One row an amount. Graded prompts come out of those without gold, as far as there are any. */
export function budgetRows(data: BudgetData, amounts: readonly number[], seed: number): readonly BudgetRow[] {
  const paired = pairedRows(data);
  const moments = momentsOf(paired.gold, paired.preference);
  const all = momentsOf(data.gold, data.gold);
  const draws = drawMoments(paired, seed);
  const goldDraws = drawMoments({ gold: data.gold, preference: data.gold }, seed);
  return amounts.map((more) => {
    const n = data.gold.length + more;
    const left = Math.max(0, data.unlabelled - more);
    return {
      more,
      halfWidth: ppiHalfWidth(moments, n, left),
      ci95: percentileInterval(draws.map((each) => ppiHalfWidth(each, n, left))),
      goldOnlyHalfWidth: Z95 * Math.sqrt(all.goldVariance / n),
      goldOnlyCi95: percentileInterval(goldDraws.map((each) => Z95 * Math.sqrt(each.goldVariance / n))),
    };
  });
}

/** The fewest further grades with which the half-width is at most this; null where no number of them does. */
export function gradesForHalfWidth(
  data: BudgetData,
  halfWidth: number,
  moments: Moments = momentsOf(pairedRows(data).gold, pairedRows(data).preference),
): number | null {
  const at = (more: number): number =>
    ppiHalfWidth(moments, data.gold.length + more, Math.max(0, data.unlabelled - more));
  if (!(at(MAX_MORE) <= halfWidth)) return null;
  let lo = 0;
  let hi = MAX_MORE;
  while (lo < hi) {
    const middle = Math.floor((lo + hi) / 2);
    if (at(middle) <= halfWidth) hi = middle;
    else lo = middle + 1;
  }
  return lo;
}

/** The same number over draws of the graded prompts. */
export function gradesForHalfWidthInterval(
  data: BudgetData,
  halfWidth: number,
  seed: number,
): readonly [number, number] {
  const needed = drawMoments(pairedRows(data), seed).map(
    (moments) => gradesForHalfWidth(data, halfWidth, moments) ?? MAX_MORE,
  );
  return percentileInterval(needed);
}

/** Correlation of gold and preference where both are; NaN where one never varies. */
export function pairedCorrelation(data: BudgetData): number {
  const { gold, preference } = pairedRows(data);
  return correlationOf(momentsOf(gold, preference));
}

/** The same over draws of the graded prompts; draws in which one never varies say nothing and are left out. */
export function pairedCorrelationInterval(data: BudgetData, seed: number): readonly [number, number] {
  return percentileInterval(
    drawMoments(pairedRows(data), seed)
      .map(correlationOf)
      .filter((value) => Number.isFinite(value)),
  );
}

function correlationOf({ goldVariance, preferenceVariance, covariance }: Moments): number {
  const scale = Math.sqrt(goldVariance * preferenceVariance);
  return scale > 0 ? covariance / scale : Number.NaN;
}

interface Paired {
  readonly gold: Float64Array;
  readonly preference: Float64Array;
}

/** Gold prompts that the source judged; without any, gold beside a preference that never varies. */
function pairedRows({ gold, preference }: BudgetData): Paired {
  const isJudged = (_: number, i: number): boolean => !Number.isNaN(preference[i]);
  const paired = { gold: gold.filter(isJudged), preference: preference.filter(isJudged) };
  return paired.gold.length >= 2 ? paired : { gold, preference: new Float64Array(gold.length) };
}

function drawMoments({ gold, preference }: Paired, seed: number): readonly Moments[] {
  const each = Int32Array.from({ length: gold.length }, (_, i) => i);
  return Array.from(bootstrapWeights(each, seed, DRAWS), (weights) => momentsOf(gold, preference, weights));
}

/** Weighted second moments, divided by n − 1 where weights are equal. */
function momentsOf(gold: Float64Array, preference: Float64Array, weights?: Float64Array): Moments {
  const n = gold.length;
  const w = (i: number): number => weights?.[i] ?? 1;
  let total = 0;
  let meanG = 0;
  let meanF = 0;
  for (let i = 0; i < n; i++) {
    total += w(i);
    meanG += w(i) * gold[i];
    meanF += w(i) * preference[i];
  }
  meanG /= total;
  meanF /= total;
  let gg = 0;
  let ff = 0;
  let gf = 0;
  for (let i = 0; i < n; i++) {
    gg += w(i) * (gold[i] - meanG) ** 2;
    ff += w(i) * (preference[i] - meanF) ** 2;
    gf += w(i) * (gold[i] - meanG) * (preference[i] - meanF);
  }
  const scale = n / ((n - 1) * total);
  return { goldVariance: gg * scale, preferenceVariance: ff * scale, covariance: gf * scale };
}

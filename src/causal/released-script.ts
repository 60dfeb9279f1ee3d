import { joinColumns, take, takeRows, type Matrix } from '../core/matrix.ts';
import { deriveSeed } from '../core/rng.ts';
import { fitForest } from '../learners/forest.ts';
import { predict, type Model } from '../learners/model.ts';
import { trainingTable } from '../learners/training-table.ts';
import { rowsWhere, type Sample } from './sample.ts';

/**
 * The recipe of the published script (papers.md 1.3), for comparison only: random forests throughout, nothing cross-fitted,
 * an estimated propensity clipped far above the truth where gold is scarce, rows dropped where it is clipped. What each step
 * costs is in docs/statistics.md. The smallest splits of its forests (5 rows for the bias) are not bounded here, its smallest
 * leaves are.
 */
export interface ReleasedScript {
  readonly rLearner: Model;
  readonly drLearner: Model;
}

/** The script's constants. */
const OUTCOME_FOREST = { trees: 100, maxDepth: 20, minLeaf: 1 } as const;
const BIAS_FOREST = { trees: 200, maxDepth: 30, minLeaf: 2 } as const;
const LARGEST_BIAS = 1.2;
const R_CLIP = [0.1, 0.9] as const;
const DR_CLIP = [0.05, 0.95] as const;
/** Rows with a smaller |T − e| (R) or e (1 − e) (DR) are dropped. */
const LEAST = 0.05;
/** With fewer rows left than this, DR corrects nothing. */
const LEAST_ROWS = 11;

/** @param sample with one source of preferences. */
export function fitReleasedScript(sample: Sample, seed: number): ReleasedScript {
  const gold = rowsWhere(sample.hasGold);
  const [{ hasPreference, preferenceGain }] = sample.sources;
  const judged = rowsWhere(hasPreference);
  const rows = Int32Array.from([...gold, ...judged]);
  const x = takeRows(sample.x, rows);
  const treated = Float64Array.from(rows, (_, i) => Number(i < gold.length));
  const observed = Float64Array.from([...take(sample.goldGain, gold), ...take(preferenceGain, judged)]);
  const xJudged = takeRows(sample.x, judged);
  const fit = (
    name: string,
    options: typeof OUTCOME_FOREST | typeof BIAS_FOREST,
    features: Matrix,
    target: Float64Array,
    weights?: Float64Array,
  ): Model =>
    fitForest(trainingTable(features, target, weights), {
      ...options,
      featuresPerSplit: Math.max(1, Math.floor(Math.sqrt(features.cols))),
      isBootstrapped: true,
      seed: deriveSeed(seed, 'released-script', name),
    }).model;
  const outcome = (name: string, features: Matrix, target: Float64Array): Model =>
    fit(name, OUTCOME_FOREST, features, target);
  const propensity = predict(outcome('propensity', x, treated), x);
  /** Gold as it is and every preference plus its Δ̂, in one forest. */
  const refit = (name: string, bias: Float64Array): Model =>
    outcome(
      name,
      x,
      observed.map((o, i) =>
        i < gold.length ? o : o + clamp(bias[i - gold.length], -LARGEST_BIAS, LARGEST_BIAS),
      ),
    );

  const expected = predict(outcome('outcome', x, observed), x);
  const residual = treated.map((t, i) => t - clamp(propensity[i], ...R_CLIP));
  const ofR = keptRows(rows.length, (i) => Math.abs(residual[i]) > LEAST);
  const biasR = fit(
    'bias of R',
    BIAS_FOREST,
    takeRows(x, ofR),
    Float64Array.from(ofR, (i) => (observed[i] - expected[i]) / residual[i]),
    Float64Array.from(ofR, (i) => residual[i] ** 2),
  );

  // One model of the outcome with the treatment as a feature.
  const withTreatment = (t: Float64Array): Matrix =>
    joinColumns([x, { rows: rows.length, cols: 1, data: t }]);
  const joint = outcome('outcome by treatment', withTreatment(treated), observed);
  const mu1 = predict(joint, withTreatment(new Float64Array(rows.length).fill(1)));
  const mu0 = predict(joint, withTreatment(new Float64Array(rows.length)));
  const e = propensity.map((p) => clamp(p, ...DR_CLIP));
  const ofDr = keptRows(rows.length, (i) => e[i] * (1 - e[i]) > LEAST);
  const score = (i: number): number => {
    const fitted = treated[i] === 1 ? mu1[i] : mu0[i];
    return ((treated[i] - e[i]) / (e[i] * (1 - e[i]))) * (observed[i] - fitted) + mu1[i] - mu0[i];
  };
  const drBias =
    ofDr.length < LEAST_ROWS
      ? new Float64Array(judged.length)
      : predict(fit('bias of DR', BIAS_FOREST, takeRows(x, ofDr), Float64Array.from(ofDr, score)), xJudged);
  return {
    rLearner: refit('R', predict(biasR, xJudged)),
    drLearner: refit('DR', drBias),
  };
}

function keptRows(n: number, isKept: (row: number) => boolean): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => i).filter(isKept);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

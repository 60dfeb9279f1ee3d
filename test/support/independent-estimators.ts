import type { Sample } from '../../src/causal/sample.ts';

/**
 * The estimators of docs/statistics.md once more, written from the formulas with lists of rows and Gaussian elimination, to
 * be compared with the real ones on the same folds. Slow and plain on purpose; shares no code with src.
 */
type Row = readonly number[];
export type Predict = (x: Row) => number;

const K = 5;
const GRID = Array.from({ length: 13 }, (_, i) => 10 ** (-3 + i / 2));

function solve(a: readonly Row[], b: Row): number[] {
  const m = a.map((row, i) => [...row, b[i]]);
  const n = m.length;
  for (let c = 0; c < n; c++) {
    let pivot = c;
    for (let r = c + 1; r < n; r++) if (Math.abs(m[r][c]) > Math.abs(m[pivot][c])) pivot = r;
    [m[c], m[pivot]] = [m[pivot], m[c]];
    for (let r = 0; r < n; r++) {
      if (r === c) continue;
      const factor = m[r][c] / m[c][c];
      for (let k = c; k <= n; k++) m[r][k] -= factor * m[c][k];
    }
  }
  return m.map((row, i) => row[n] / row[i]);
}

const dot = (a: Row, b: Row): number => a.reduce((sum, v, i) => sum + v * b[i], 0);
const total = (values: Row): number => values.reduce((a, b) => a + b, 0);
const average = (values: Row): number => total(values) / values.length;

/** Ridge with a free intercept; residuals over 1 − leverage from the inverse of the normal matrix, for each penalty. */
export function ridge(x: readonly Row[], y: Row, w: Row = y.map(() => 1)): Predict {
  const rows = x.map((row) => [1, ...row]);
  const size = rows[0].length;
  const weight = total(w);
  let best: { error: number; beta: number[] } | undefined;
  for (const g of GRID) {
    const normal = Array.from({ length: size }, (_, j) =>
      Array.from(
        { length: size },
        (_unused, k) =>
          total(rows.map((row, i) => w[i] * row[j] * row[k])) + (j === k && j > 0 ? weight * g : 0),
      ),
    );
    const right = Array.from({ length: size }, (_, j) => total(rows.map((row, i) => w[i] * row[j] * y[i])));
    const beta = solve(normal, right);
    const error = total(
      rows.map((row, i) => {
        const leverage = w[i] * dot(row, solve(normal, row));
        return w[i] * ((y[i] - dot(row, beta)) / Math.max(1 - leverage, 1e-6)) ** 2;
      }),
    );
    if (best === undefined || error < best.error) best = { error, beta };
  }
  const { beta } = best ?? { beta: [0] };
  return (row) => dot([1, ...row], beta);
}

const medianOf = (values: Row): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** Every estimator that the labels of the only source admit. */
export function plainEstimators(sample: Sample, foldings: readonly Int32Array[]): Record<string, Predict> {
  const n = sample.x.rows;
  const d = sample.x.cols;
  const all = Array.from({ length: n }, (_, i) => i);
  const x = all.map((i) => Array.from(sample.x.data.subarray(i * d, (i + 1) * d)));
  const [source] = sample.sources;
  const r = sample.goldGain;
  const y = source.preferenceGain;
  const pi = sample.propensity;
  const gold = all.filter((i) => sample.hasGold[i] === 1);
  const judged = all.filter((i) => source.hasPreference[i] === 1);
  const paired = gold.filter((i) => source.hasPreference[i] === 1);
  const q = paired.length / gold.length;
  const piJudge = all.map((i) => pi[i] * q + 1 - pi[i]);
  const regress = (rows: readonly number[], target: (i: number) => number, weigh?: (i: number) => number) =>
    ridge(
      rows.map((i) => x[i]),
      rows.map(target),
      weigh && rows.map(weigh),
    );
  const inverse = (i: number): number => 1 / pi[i];
  /** Out of fold for every row, median over the repeats. */
  const crossFit = (
    fit: (outside: (rows: readonly number[]) => number[], repeat: number) => Predict,
  ): number[] => {
    const repeats = foldings.map((folds, repeat) => {
      const models = Array.from({ length: K }, (_, k) =>
        fit((rows) => rows.filter((i) => folds[i] !== k), repeat),
      );
      return all.map((i) => models[folds[i]](x[i]));
    });
    return all.map((i) => medianOf(repeats.map((values) => values[i])));
  };
  const outcome = foldings.map((folds) => {
    const fit = (
      rows: readonly number[],
      target: ArrayLike<number>,
      weigh?: (i: number) => number,
    ): number[] => {
      const models = Array.from({ length: K }, (_, k) =>
        regress(
          rows.filter((i) => folds[i] !== k),
          (i) => target[i],
          weigh,
        ),
      );
      return all.map((i) => models[folds[i]](x[i]));
    };
    return { gold: fit(gold, r, inverse), judge: fit(judged, y) };
  });
  const clip = (v: number): number => Math.min(Math.max(v, -2), 2);
  const refit = (delta: Row): Predict =>
    regress(all, (i) => (sample.hasGold[i] === 1 ? r[i] : y[i] + clip(delta[i])));

  const eta = regress(judged, (i) => y[i]);
  const etaAt =
    paired.length === 0
      ? all.map((i) => eta(x[i]))
      : all.map((i) => medianOf(outcome.map((o) => o.judge[i])));
  const isUniform = all.every((i) => pi[i] === pi[0]);
  const weightedMean = (rows: readonly number[], value: (i: number) => number): number =>
    total(rows.map((i) => value(i) / pi[i])) / total(rows.map(inverse));
  let shift = weightedMean(gold, (i) => r[i] - etaAt[i]);
  if (isUniform) shift = average(gold.map((i) => r[i])) - average(judged.map((i) => y[i]));
  if (paired.length > 0) shift = weightedMean(paired, (i) => r[i] - y[i]);

  const rDelta = crossFit((outside, repeat) => {
    const row = (i: number, t: number) => {
      const p = pi[i] / (pi[i] + piJudge[i]);
      const m = p * outcome[repeat].gold[i] + (1 - p) * outcome[repeat].judge[i];
      return { x: x[i], target: ((t === 1 ? r[i] : y[i]) - m) / (t - p), weight: (t - p) ** 2 };
    };
    const stacked = [...outside(gold).map((i) => row(i, 1)), ...outside(judged).map((i) => row(i, 0))];
    return ridge(
      stacked.map((s) => s.x),
      stacked.map((s) => s.target),
      stacked.map((s) => s.weight),
    );
  });
  const drDelta = crossFit((outside, repeat) => {
    const { gold: mu1, judge: mu0 } = outcome[repeat];
    return regress(outside(all), (i) => {
      const ofGold = sample.hasGold[i] === 1 ? (r[i] - mu1[i]) / pi[i] : 0;
      const ofJudge = source.hasPreference[i] === 1 ? (y[i] - mu0[i]) / piJudge[i] : 0;
      return mu1[i] - mu0[i] + ofGold - ofJudge;
    });
  });
  const correction = regress(gold, (i) => r[i] - etaAt[i], inverse);
  const spread = Math.sqrt(average(etaAt.map((v) => (v - average(etaAt)) ** 2))) + 1e-9;
  const column = (v: number): number => (5 * (v - average(etaAt))) / spread;
  const calibrated = ridge(
    gold.map((i) => [...x[i], column(etaAt[i])]),
    gold.map((i) => r[i]),
    gold.map(inverse),
  );
  const estimators: Record<string, Predict> = {
    'gold-only': regress(gold, (i) => r[i], inverse),
    'preference-only': eta,
    pooled: ridge(
      [...gold, ...judged].map((i) => x[i]),
      [...gold.map((i) => r[i]), ...judged.map((i) => y[i])],
    ),
    'mean-shift': refit(all.map(() => shift)),
    'r-learner': refit(rDelta),
    'dr-learner': refit(drDelta),
    offset: (row) => eta(row) + correction(row),
    'calibrated-offset': (row) => calibrated([...row, column(eta(row))]),
  };
  if (judged.length < n) return estimators;

  const standardised = (values: readonly number[]): number[] => {
    const centre = average(values);
    const sd = Math.sqrt(average(values.map((v) => (v - centre) ** 2))) + 1e-9;
    return values.map((v) => (5 * (v - centre)) / sd);
  };
  const plain = standardised(Array.from(y));
  const absolute = standardised(Array.from(y, Math.abs));
  const wide = all.map((i) => [...x[i], plain[i], absolute[i]]);
  const repeats = foldings.map((folds) => {
    const models = Array.from({ length: K }, (_, k) => {
      const rows = gold.filter((i) => folds[i] !== k);
      return ridge(
        rows.map((i) => wide[i]),
        rows.map((i) => r[i]),
        rows.map(inverse),
      );
    });
    return all.map((i) => models[folds[i]](wide[i]));
  });
  const f = all.map((i) => medianOf(repeats.map((values) => values[i])));
  const smooth = regress(all, (i) => f[i]);
  const rest = regress(gold, (i) => r[i] - f[i], inverse);
  return {
    ...estimators,
    'paired-difference': refit(crossFit((outside) => regress(outside(gold), (i) => r[i] - y[i], inverse))),
    'two-stage-surrogate': (row) => smooth(row) + rest(row),
    'surrogate-aipw': regress(all, (i) => (sample.hasGold[i] === 1 ? f[i] + (r[i] - f[i]) / pi[i] : f[i])),
  };
}

/** auto's weights and the part of its spread that it keeps, with everything refitted without each fifth of the gold. */
export function plainWeights(
  sample: Sample,
  members: readonly string[],
  held: Int32Array,
  without: (rows: readonly number[]) => { readonly sample: Sample; readonly foldings: readonly Int32Array[] },
): { readonly weights: Record<string, number>; readonly kept: number } {
  const d = sample.x.cols;
  const gold = Array.from(sample.hasGold.keys()).filter((i) => sample.hasGold[i] === 1);
  const inverse = gold.map((i) => 1 / sample.propensity[i]);
  const weight = inverse.map((v) => v / average(inverse));
  const predicted = Object.fromEntries(members.map((name) => [name, gold.map(() => 0)]));
  for (let k = 0; k < K; k++) {
    const out = gold.filter((_, g) => held[g] === k);
    const reduced = without(out);
    const fitted = plainEstimators(reduced.sample, reduced.foldings);
    gold.forEach((i, g) => {
      if (held[g] !== k) return;
      const row = Array.from(sample.x.data.subarray(i * d, (i + 1) * d));
      for (const name of members) predicted[name][g] = fitted[name](row);
    });
  }
  const loss = members.map((name) =>
    total(gold.map((i, g) => weight[g] * (sample.goldGain[i] - predicted[name][g]) ** 2)),
  );
  const least = Math.min(...loss);
  const raw = loss.map((value) => Math.exp(-(value - least) / ((4 * least) / gold.length)));
  const weights = Object.fromEntries(members.map((name, m) => [name, raw[m] / total(raw)]));
  const sum = gold.map((_, g) => total(members.map((name) => weights[name] * predicted[name][g])));
  const levels = Array.from({ length: K }, (_, k) => {
    const inside = Array.from(gold.keys()).filter((g) => held[g] === k);
    return total(inside.map((g) => weight[g] * sum[g])) / total(inside.map((g) => weight[g]));
  });
  const spread = total(sum.map((value, g) => weight[g] * (value - levels[held[g]]) ** 2)) / gold.length;
  const prompts = total(inverse) ** 2 / total(inverse.map((v) => v * v));
  return { weights, kept: Math.max(0.05, 1 - (1.5 * least) / gold.length / (prompts * spread)) };
}

/** The weighted sum of the members, pulled towards its mean over all rows. */
export function plainAuto(
  sample: Sample,
  fitted: Readonly<Record<string, Predict>>,
  weights: Readonly<Record<string, number>>,
  kept: number,
): Predict {
  const d = sample.x.cols;
  const sum: Predict = (x) => total(Object.entries(weights).map(([name, w]) => w * fitted[name](x)));
  const level = average(
    Array.from(sample.hasGold.keys()).map((i) => sum(Array.from(sample.x.data.subarray(i * d, (i + 1) * d)))),
  );
  return (x) => level + kept * (sum(x) - level);
}

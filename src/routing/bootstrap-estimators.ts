import type { EstimatorName } from '../causal/estimators.ts';
import { FOLD_COUNT } from '../causal/folds.ts';
import {
  addAll,
  dot,
  fitFolds,
  fitWithoutEach,
  quadratic,
  type FoldRegression,
  type PenaltyBook,
} from '../stats/bootstrap-ridge.ts';
import type { BootstrapProblem, DrawMoments, Kind, Label } from './bootstrap-problem.ts';

/**
 * The estimators of `src/causal` from second moments alone. Everything they regress is linear in (1, x, y, |y|, r) and in
 * out-of-fold predictions that are linear themselves, so every Σ w z (target) is a product of moments and coefficients.
 * Notation as there; θ = (intercept, coefficients).
 */
export type MomentEstimates = Readonly<Partial<Record<EstimatorName, Float64Array>>>;

export interface MomentFit {
  readonly estimates: MomentEstimates;
  /** Mean Δ: of the pairs where there are enough, else of the doubly robust scores. */
  readonly meanBias: number | null;
}

const GOLD: readonly Label[] = ['gold', 'both'];
const PREFERENCE: readonly Label[] = ['preference', 'both'];
const ALL: readonly Label[] = ['gold', 'both', 'preference'];
const FOLDS: readonly number[] = Array.from({ length: FOLD_COUNT }, (_, k) => k);
/** As in causal/mean-bias and causal/nuisances. */
const ENOUGH_PAIRS = 20;
const NEARLY_FREE = 5;

/** @param without the fold of auto's cross-validation whose gold prompts are left out entirely */
export function fitFromMoments(
  problem: BootstrapProblem,
  moments: DrawMoments,
  book: PenaltyBook,
  without: number | null,
): MomentFit {
  const q = problem.dim + 4;
  const m = problem.dim + 1;
  const [Y, R] = [m, m + 2];
  const byFold = (labels: readonly Label[], kind: Kind): Float64Array[] =>
    FOLDS.map((fold) => moments.sum(fold, labels, kind, without));
  const grams = (full: readonly Float64Array[]): Float64Array[] => full.map((s) => corner(s, q, m));
  const crossOf = (full: readonly Float64Array[], column: number): Float64Array[] =>
    full.map((s) => columnOf(s, q, m, column));
  const fit = (regression: FoldRegression): Float64Array => fitFolds(regression, book);
  const fitOutOfFold = (regression: FoldRegression): Float64Array[] => fitWithoutEach(regression, book);

  const gold = byFold(GOLD, 'gold');
  const goldGram = grams(gold);
  const goldOnly = { name: 'gold', grams: goldGram, crosses: crossOf(gold, R) };
  const estimates: Partial<Record<EstimatorName, Float64Array>> = { 'gold-only': fit(goldOnly) };
  const preference = byFold(PREFERENCE, 'plain');
  if (preference.every((s) => s[0] === 0)) return { estimates, meanBias: null };

  const preferenceGram = grams(preference);
  const onPreference = { name: 'preference', grams: preferenceGram, crosses: crossOf(preference, Y) };
  const eta = fit(onPreference);
  const goldPlain = byFold(GOLD, 'plain');
  const goldPlainCross = crossOf(goldPlain, R);
  estimates['preference-only'] = eta;
  estimates.pooled = fit({
    name: 'pooled',
    grams: pairwise(grams(goldPlain), preferenceGram, 1),
    crosses: pairwise(goldPlainCross, onPreference.crosses, 1),
  });

  // Stage 2: every prompt once, gold where known, else its preference plus Δ̂ of its fold.
  const alone = byFold(['preference'], 'plain');
  const aloneGram = grams(alone);
  const aloneCross = crossOf(alone, Y);
  const allGram = pairwise(grams(goldPlain), aloneGram, 1);
  const refit = (name: string, bias: readonly Float64Array[]): Float64Array =>
    fit({
      name: `${name}/refit`,
      grams: allGram,
      crosses: FOLDS.map((k) => addAll([goldPlainCross[k], aloneCross[k], apply(aloneGram[k], bias[k])])),
    });

  const both = byFold(['both'], 'gold');
  const mu1 = fitOutOfFold(goldOnly);
  const mu0 = fitOutOfFold(onPreference);
  estimates['mean-shift'] = refit(
    'mean-shift',
    FOLDS.map(() => constant(meanShift(), m)),
  );

  const treated = byFold(GOLD, 'treatedSquare');
  const treatedProduct = byFold(GOLD, 'product');
  const control = byFold(PREFERENCE, 'controlSquare');
  const controlProduct = byFold(PREFERENCE, 'product');
  const orthogonal = FOLDS.map((k) => {
    const [t, tp, c, cp] = [treated[k], treatedProduct[k], control[k], controlProduct[k]].map((s) =>
      corner(s, q, m),
    );
    return {
      gram: addAll([t, c]),
      // Σ w (t − p)(o − p μ̂₁ − (1 − p) μ̂₀) z, with (1 − p) = (1 − p)² + p(1 − p) and p = p² + p(1 − p).
      cross: combine([
        [1, columnOf(treated[k], q, m, R)],
        [1, columnOf(treatedProduct[k], q, m, R)],
        [-1, apply(tp, mu1[k])],
        [-1, apply(t, mu0[k])],
        [-1, columnOf(control[k], q, m, Y)],
        [-1, columnOf(controlProduct[k], q, m, Y)],
        [1, apply(c, mu1[k])],
        [1, apply(cp, mu0[k])],
      ]),
    };
  });
  const rLearner = {
    name: 'r-learner',
    grams: orthogonal.map((o) => o.gram),
    crosses: orthogonal.map((o) => o.cross),
  };
  estimates['r-learner'] = refit('r-learner', fitOutOfFold(rLearner));

  const weighted = byFold(PREFERENCE, 'preference');
  const weightedGram = grams(weighted);
  const scores = FOLDS.map((k) =>
    combine([
      [1, apply(allGram[k], mu1[k])],
      [-1, apply(allGram[k], mu0[k])],
      [1, goldOnly.crosses[k]],
      [-1, apply(goldGram[k], mu1[k])],
      [-1, columnOf(weighted[k], q, m, Y)],
      [1, apply(weightedGram[k], mu0[k])],
    ]),
  );
  const drLearner = { name: 'dr-learner', grams: allGram, crosses: scores };
  estimates['dr-learner'] = refit('dr-learner', fitOutOfFold(drLearner));

  // η̂ at the rows: out of fold where labels are paired.
  const etaAt = FOLDS.map((k) => (problem.isPaired ? mu0[k] : eta));
  estimates.offset = addAll([
    eta,
    fit({
      name: 'offset',
      grams: goldGram,
      crosses: FOLDS.map((k) =>
        combine([
          [1, goldOnly.crosses[k]],
          [-1, apply(goldGram[k], etaAt[k])],
        ]),
      ),
    }),
  ]);
  estimates['calibrated-offset'] = calibratedOffset();

  if (problem.isFullyPaired) {
    const bothGram = grams(both);
    const paired = {
      name: 'paired-difference',
      grams: bothGram,
      crosses: FOLDS.map((k) =>
        combine([
          [1, columnOf(both[k], q, m, R)],
          [-1, columnOf(both[k], q, m, Y)],
        ]),
      ),
    };
    estimates['paired-difference'] = refit('paired-difference', fitOutOfFold(paired));
    surrogates();
  }
  return { estimates, meanBias: meanBias() };

  function meanShift(): number {
    const pairs = addAll(both);
    if (problem.isPaired) return (pairs[R] - pairs[Y]) / pairs[0];
    if (problem.isUniform) {
      const [g, p] = [addAll(goldPlain), addAll(preference)];
      return g[R] / g[0] - p[Y] / p[0];
    }
    const g = addAll(gold);
    return (g[R] - dot(g.subarray(0, m), eta)) / g[0];
  }

  function meanBias(): number {
    const pairs = addAll(both);
    if (problem.pairedRows >= ENOUGH_PAIRS) return (pairs[R] - pairs[Y]) / pairs[0];
    return addAll(scores)[0] / addAll(allGram)[0];
  }

  function calibratedOffset(): Float64Array {
    const total = addAll(allGram)[0];
    const shift = FOLDS.reduce((sum, k) => sum + dot(allGram[k].subarray(0, m), etaAt[k]), 0) / total;
    const square = FOLDS.reduce((sum, k) => sum + quadratic(allGram[k], etaAt[k]), 0) / total;
    const factor = NEARLY_FREE / (Math.sqrt(Math.max(square - shift ** 2, 0)) + 1e-9);
    const columns = FOLDS.map((k) => {
      const at = apply(goldGram[k], etaAt[k]);
      const scaled = at.map((v, j) => factor * (v - shift * goldGram[k][j]));
      const own = factor ** 2 * (dot(at, etaAt[k]) - 2 * shift * at[0] + shift ** 2 * goldGram[k][0]);
      const label = goldOnly.crosses[k];
      return {
        gram: bordered(goldGram[k], m, [scaled], [[own]]),
        cross: Float64Array.from([...label, factor * (dot(label, etaAt[k]) - shift * label[0])]),
      };
    });
    const theta = fit({
      name: 'calibrated-offset',
      grams: columns.map((c) => c.gram),
      crosses: columns.map((c) => c.cross),
    });
    const slope = theta[m] * factor;
    const model = combine([
      [1, theta.subarray(0, m)],
      [slope, eta],
    ]);
    model[0] -= slope * shift;
    return model;
  }

  /** f̂(x, y) = E[r | x, y, |y|], out of fold, and what is built on it. */
  function surrogates(): void {
    const everything = byFold(ALL, 'plain');
    const sum = addAll(everything);
    const scales = [Y, Y + 1].map((column) => {
      const shift = sum[column] / sum[0];
      const spread = Math.sqrt(Math.max(sum[column * q + column] / sum[0] - shift ** 2, 0));
      return { column, shift, factor: NEARLY_FREE / (spread + 1e-9) };
    });
    const scaled = FOLDS.map((k) => scaleColumns(gold[k], q, m, scales, R));
    const f = fitOutOfFold({
      name: 'surrogate',
      grams: scaled.map((s) => s.gram),
      crosses: scaled.map((s) => s.cross),
    }).map((theta) => {
      // Back to the columns as they are.
      const raw = Float64Array.from(theta);
      scales.forEach(({ shift, factor }, i) => {
        raw[m + i] = theta[m + i] * factor;
        raw[0] -= raw[m + i] * shift;
      });
      return raw;
    });
    const width = m + 2;
    const predicted = FOLDS.map((k) => apply(corner(everything[k], q, width), f[k]).subarray(0, m));
    const atGold = FOLDS.map((k) => apply(corner(gold[k], q, width), f[k]).subarray(0, m));
    const residual = FOLDS.map((k) =>
      combine([
        [1, goldOnly.crosses[k]],
        [-1, atGold[k]],
      ]),
    );
    estimates['two-stage-surrogate'] = addAll([
      fit({ name: 'two-stage', grams: allGram, crosses: predicted }),
      fit({ name: 'two-stage/residual', grams: goldGram, crosses: residual }),
    ]);
    estimates['surrogate-aipw'] = fit({
      name: 'surrogate-aipw',
      grams: allGram,
      crosses: pairwise(predicted, residual, 1),
    });
  }
}

/** The first m × m of q × q. */
function corner(full: Float64Array, q: number, m: number): Float64Array {
  const out = new Float64Array(m * m);
  for (let j = 0; j < m; j++) out.set(full.subarray(j * q, j * q + m), j * m);
  return out;
}

/** The first m of a column; moments are symmetric. */
function columnOf(full: Float64Array, q: number, m: number, column: number): Float64Array {
  return full.subarray(column * q, column * q + m);
}

function apply(gram: Float64Array, theta: Float64Array): Float64Array {
  const m = theta.length;
  const out = new Float64Array(m);
  for (let j = 0; j < m; j++) out[j] = dot(gram.subarray(j * m, (j + 1) * m), theta);
  return out;
}

function constant(value: number, m: number): Float64Array {
  const theta = new Float64Array(m);
  theta[0] = value;
  return theta;
}

function pairwise(a: readonly Float64Array[], b: readonly Float64Array[], sign: 1 | -1): Float64Array[] {
  return a.map((v, k) =>
    combine([
      [1, v],
      [sign, b[k]],
    ]),
  );
}

export function combine(terms: readonly (readonly [number, Float64Array])[]): Float64Array {
  const out = new Float64Array(terms[0][1].length);
  for (const [factor, values] of terms) for (let i = 0; i < out.length; i++) out[i] += factor * values[i];
  return out;
}

/** A symmetric m × m with further columns beside and below it. */
function bordered(
  gram: Float64Array,
  m: number,
  columns: readonly Float64Array[],
  block: readonly (readonly number[])[],
): Float64Array {
  const size = m + columns.length;
  const out = new Float64Array(size * size);
  for (let j = 0; j < m; j++) out.set(gram.subarray(j * m, (j + 1) * m), j * size);
  columns.forEach((column, c) => {
    for (let j = 0; j < m; j++) {
      out[j * size + m + c] = column[j];
      out[(m + c) * size + j] = column[j];
    }
    block[c].forEach((value, other) => {
      out[(m + c) * size + m + other] = value;
    });
  });
  return out;
}

/** Moments of (1, x) and of columns shifted and scaled; and their products with the column `label`. */
function scaleColumns(
  full: Float64Array,
  q: number,
  m: number,
  scales: readonly { readonly column: number; readonly shift: number; readonly factor: number }[],
  label: number,
): { readonly gram: Float64Array; readonly cross: Float64Array } {
  const at = (j: number, k: number): number => full[j * q + k];
  const columns = scales.map(({ column, shift, factor }) =>
    Float64Array.from({ length: m }, (_, j) => factor * (at(column, j) - shift * at(0, j))),
  );
  const block = scales.map((a) =>
    scales.map(
      (b) =>
        a.factor *
        b.factor *
        (at(a.column, b.column) -
          a.shift * at(0, b.column) -
          b.shift * at(0, a.column) +
          a.shift * b.shift * at(0, 0)),
    ),
  );
  return {
    gram: bordered(corner(full, q, m), m, columns, block),
    cross: Float64Array.from([
      ...columnOf(full, q, m, label),
      ...scales.map(({ column, shift, factor }) => factor * (at(column, label) - shift * at(0, label))),
    ]),
  };
}

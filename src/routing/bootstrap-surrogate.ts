import { addAll, dot, times } from '../stats/bootstrap-ridge.ts';
import { rowStart } from '../stats/ridge-factor.ts';
import type { Columns } from './bootstrap-problem.ts';
import { combine, combineFolds, crossOf, momentAt, predictedCrosses, type Terms } from './bootstrap-terms.ts';

/** Estimators whose regressions have columns beside x on which the penalty hardly acts: `causal/estimators`, once more. */

/** As in causal/nuisances. */
const NEARLY_FREE = 5;

/** A linear function of u, shifted and scaled: (zθ − shift) · factor, or a column of u. */
interface ScaledColumn {
  readonly shift: number;
  readonly factor: number;
}

function scaleOf(mean: number, meanSquare: number): ScaledColumn {
  const spread = Math.sqrt(Math.max(meanSquare - mean ** 2, 0));
  return { shift: mean, factor: NEARLY_FREE / (spread + 1e-9) };
}

/** r ~ a + Σ b_j η̂_j(x) + Δ(x): one linear model, since η̂_j is linear in x. */
export function calibratedOffset(terms: Terms): Float64Array {
  const { columns, everyone, gold, goldRegression, sources } = terms;
  const { features } = columns;
  const total = addAll(everyone.folds)[0];
  const scales = sources.map(({ etaAt }) => {
    let sum = 0;
    let square = 0;
    everyone.folds.forEach((moments, k) => {
      const cross = times(moments, etaAt[k]);
      sum += cross[0];
      square += dot(cross, etaAt[k]);
    });
    return scaleOf(sum / total, square / total);
  });
  const extended = gold.folds.map((moments, k) => {
    const at = sources.map(({ etaAt }) => times(moments, etaAt[k]));
    const label = goldRegression.crosses[k];
    return {
      gram: bordered(
        moments,
        features,
        at.map((cross, a) => {
          const own = scales[a];
          return borderRow(
            features,
            a + 1,
            (i) => own.factor * (cross[i] - own.shift * firstColumn(moments, i)),
            (b) =>
              own.factor *
              scales[b].factor *
              (dot(cross, sources[b].etaAt[k]) -
                own.shift * at[b][0] -
                scales[b].shift * cross[0] +
                own.shift * scales[b].shift * moments[0]),
          );
        }),
      ),
      cross: Float64Array.from([
        ...label,
        ...sources.map(
          ({ etaAt }, a) => scales[a].factor * (dot(label, etaAt[k]) - scales[a].shift * label[0]),
        ),
      ]),
    };
  });
  const size = features + sources.length;
  const theta = terms.fit({
    name: 'calibrated-offset',
    gram: terms.gramOf(
      extended.map(({ gram }) => gram),
      size,
    ),
    crosses: extended.map(({ cross }) => cross),
  });
  const slopes = scales.map(({ factor }, a) => theta[features + a] * factor);
  const model = combine([
    [1, theta.subarray(0, features)],
    ...slopes.map((slope, a) => [slope, sources[a].eta] as const),
  ]);
  slopes.forEach((slope, a) => (model[0] -= slope * scales[a].shift));
  return model;
}

/** Σ w z f̂ over everyone and Σ w z (r − f̂)/π over gold, by fold: what is built on f̂(x, y) = E[r | x, y, |y|]. */
interface SurrogateCrosses {
  readonly predicted: readonly Float64Array[];
  readonly residual: readonly Float64Array[];
}

const known = new WeakMap<Terms, SurrogateCrosses>();

/** f̂ from the verdicts of the sources that judged everything, out of fold; two estimators share it. */
function surrogate(terms: Terms): SurrogateCrosses {
  const kept = known.get(terms) ?? fitSurrogate(terms);
  known.set(terms, kept);
  return kept;
}

function fitSurrogate(terms: Terms): SurrogateCrosses {
  const { problem, columns, everyone, gold, goldRegression } = terms;
  const { features } = columns;
  const judges = problem.sources.flatMap(({ isFullyPaired }, j) => (isFullyPaired ? [j] : []));
  const sum = addAll(everyone.folds);
  const verdicts = [...judges.map(columns.preference), ...judges.map(columns.strength)].map((column) => ({
    column,
    ...scaleOf(momentAt(sum, column, 0) / sum[0], momentAt(sum, column, column) / sum[0]),
  }));
  const size = features + verdicts.length;
  const f = terms
    .fitOutOfFold({
      name: 'surrogate',
      gram: terms.gramOf(
        gold.folds.map((moments) => withVerdicts(moments, features, verdicts)),
        size,
      ),
      crosses: gold.folds.map((moments) => {
        const label = crossOf(moments, columns, columns.gold);
        return Float64Array.from([
          ...label,
          ...verdicts.map(
            ({ column, shift, factor }) =>
              factor * (momentAt(moments, columns.gold, column) - shift * label[0]),
          ),
        ]);
      }),
    })
    .map((theta) => asColumnsAre(theta, columns, verdicts));
  const predicted = predictedCrosses(everyone, f).map((cross) => cross.subarray(0, features));
  const atGold = predictedCrosses(gold, f).map((cross) => cross.subarray(0, features));
  return {
    predicted,
    residual: combineFolds([
      [1, goldRegression.crosses],
      [-1, atGold],
    ]),
  };
}

/** f̂ regressed on x over everyone, plus a regression of the gold residual on x. */
export function twoStageSurrogate(terms: Terms): Float64Array {
  const { predicted, residual } = surrogate(terms);
  return combine([
    [1, terms.fit({ name: 'two-stage', isPlentiful: true, gram: terms.everyone.gram, crosses: predicted })],
    [1, terms.fit({ name: 'two-stage/residual', gram: terms.gold.gram, crosses: residual })],
  ]);
}

/** Regression of f̂ + t (r − f̂)/π on x. */
export function surrogateAipw(terms: Terms): Float64Array {
  const { predicted, residual } = surrogate(terms);
  return terms.fit({
    name: 'surrogate-aipw',
    gram: terms.everyone.gram,
    crosses: combineFolds([
      [1, predicted],
      [1, residual],
    ]),
  });
}

type Verdict = ScaledColumn & { readonly column: number };

function withVerdicts(moments: Float64Array, features: number, verdicts: readonly Verdict[]): Float64Array {
  return bordered(
    moments,
    features,
    verdicts.map((a, i) =>
      borderRow(
        features,
        i + 1,
        (j) => a.factor * (momentAt(moments, a.column, j) - a.shift * firstColumn(moments, j)),
        (other) => {
          const b = verdicts[other];
          return (
            a.factor *
            b.factor *
            (momentAt(moments, a.column, b.column) -
              a.shift * firstColumn(moments, b.column) -
              b.shift * firstColumn(moments, a.column) +
              a.shift * b.shift * moments[0])
          );
        },
      ),
    ),
  );
}

function borderRow(
  features: number,
  further: number,
  withFeature: (feature: number) => number,
  withFurther: (other: number) => number,
): Float64Array {
  const row = new Float64Array(features + further);
  for (let i = 0; i < features; i++) row[i] = withFeature(i);
  for (let i = 0; i < further; i++) row[features + i] = withFurther(i);
  return row;
}

/** Σ w u_column. */
function firstColumn(moments: Float64Array, column: number): number {
  return momentAt(moments, column, 0);
}

/** θ on scaled verdicts as a θ on u. */
function asColumnsAre(
  theta: Float64Array,
  { features, all }: Columns,
  verdicts: readonly Verdict[],
): Float64Array {
  const raw = new Float64Array(all);
  raw.set(theta.subarray(0, features));
  verdicts.forEach(({ column, shift, factor }, i) => {
    raw[column] = theta[features + i] * factor;
    raw[0] -= raw[column] * shift;
  });
  return raw;
}

/** The corner of (1, x) with further rows below it, each as far as its own diagonal. */
function bordered(moments: Float64Array, features: number, further: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(rowStart(features + further.length));
  out.set(moments.subarray(0, rowStart(features)));
  further.forEach((row, i) => {
    out.set(row, rowStart(features + i));
  });
  return out;
}

import { doublyRobustScores, medianOverRepeats } from '../causal/bias.ts';
import { compareLearners, MOST_STANDARD_ERRORS } from '../causal/disagreement.ts';
import { FOLD_COUNT, foldRows } from '../causal/folds.ts';
import { estimateMeanBias, intervalOfMean, type MeanBias } from '../causal/mean-bias.ts';
import type { SourceProblem } from '../causal/nuisances.ts';
import { regressionOn } from '../causal/regression.ts';
import { predictRows } from '../learners/linear.ts';
import { weightedMean } from '../stats/descriptive.ts';
import { normalQuantile, Z95 } from '../stats/normal.ts';
import { slicingsOf } from './bias-slices.ts';
import {
  between,
  exact,
  holds,
  signed,
  unknown,
  type Diagnostic,
  type PicturePoint,
} from './diagnostics-types.ts';
import type { RunSample } from './run-sample.ts';

type Labels = Pick<RunSample, 'sample' | 'problem'>;

/** One number a prompt whose mean, weighted, is the mean bias: differences of pairs, or doubly robust scores. */
export interface BiasScores {
  readonly source: string;
  /** Rows of the sample. */
  readonly rows: Int32Array;
  /** By position in `rows`. */
  readonly scores: Float64Array;
  readonly weights: Float64Array;
  readonly bias: MeanBias;
}

export function biasScores({ sample, problem }: Labels, source: SourceProblem): BiasScores {
  const bias = estimateMeanBias(problem, source);
  const { hasPreference, preferenceGain } = source.labels;
  if (bias.method === 'paired-difference') {
    const rows = problem.goldRows.filter((i) => hasPreference[i] === 1);
    return {
      source: source.labels.name,
      rows,
      scores: Float64Array.from(rows, (i) => sample.goldGain[i] - preferenceGain[i]),
      weights: Float64Array.from(rows, (i) => 1 / sample.propensity[i]),
      bias,
    };
  }
  const rows = Int32Array.from(sample.group.keys());
  return {
    source: source.labels.name,
    rows,
    scores: medianOverRepeats(
      problem.foldings.map((_, repeat) => doublyRobustScores(problem, source, repeat)),
    ),
    weights: new Float64Array(rows.length).fill(1),
    bias,
  };
}

const MEAN_BIAS = 'Mean bias';
const MEAN_BIAS_UNIT = 'gold gain minus preference gain';
const SLICES = 'Bias by slice';
const SLICES_UNIT = 'largest difference of a slice from the whole';
const AGREEMENT = 'R-learner and DR-learner';
const AGREEMENT_UNIT = 'mean bias by R minus mean bias by DR';

/** What cannot be told without preferences. */
export function unknownBias(): readonly Diagnostic[] {
  const missing = 'there are no preferences to correct';
  return [
    unknown('mean-bias', MEAN_BIAS, MEAN_BIAS_UNIT, missing),
    unknown('heterogeneity', HETEROGENEITY, SKILL, missing),
    unknown('slices', SLICES, SLICES_UNIT, missing),
    unknown('agreement', AGREEMENT, AGREEMENT_UNIT, missing),
  ];
}

export function meanBiasDiagnostic({ source, bias, rows }: BiasScores): Diagnostic {
  const isBiased = !holds(bias.ci95, 0);
  return {
    name: 'mean-bias',
    title: MEAN_BIAS,
    verdict: isBiased ? 'look' : 'fine',
    value: { value: bias.mean, ci95: bias.ci95 },
    unit: MEAN_BIAS_UNIT,
    sentence: isBiased
      ? `${source} ${bias.mean > 0 ? 'underrates' : 'overrates'} the strong model by ${Math.abs(bias.mean).toFixed(3)} on average (95 %: ${between(bias.ci95)}). The correction takes this off.`
      : `On average ${source} shows no bias for or against the strong model: ${signed(bias.mean)} (95 %: ${between(bias.ci95)}).`,
    warningCode: null,
    figures: [{ name: 'prompts that it rests on', value: exact(rows.length, 'a count') }],
    picture: {
      xLabel: 'source',
      yLabel: 'Δ, gold minus preference',
      xScale: 'categories',
      series: [
        {
          name: 'mean bias',
          mark: 'points',
          points: [{ x: 0, y: bias.mean, ci95: bias.ci95, label: source }],
        },
      ],
      references: [{ kind: 'y', value: 0, label: 'no bias' }],
    },
  };
}

const HETEROGENEITY = 'Does the bias depend on the prompt';
const SKILL = 'share of the spread of r − y that x explains, out of fold';

/**
 * Cross-fitted loss of a prompt-dependent Δ̂(x) against a constant Δ: each row is predicted by a ridge fitted without its fold,
 * and by the mean of the other folds (papers.md 1.7 k; a calibration test in the sense of Chernozhukov et al. 2018, arXiv 1712.04802).
 */
export function heterogeneity(input: Labels, { rows, scores, weights }: BiasScores): Diagnostic {
  const n = rows.length;
  if (n < 5 * FOLD_COUNT)
    return unknown('heterogeneity', HETEROGENEITY, SKILL, `only ${n} prompts carry both labels`);
  const { sample } = input;
  const target = new Float64Array(sample.x.rows);
  const weightOf = new Float64Array(sample.x.rows);
  const isIn = new Uint8Array(sample.x.rows);
  rows.forEach((row, i) => {
    target[row] = scores[i];
    weightOf[row] = weights[i];
    isIn[row] = 1;
  });
  const [folds] = input.problem.foldings;
  const predicted = new Float64Array(sample.x.rows);
  const constant = new Float64Array(sample.x.rows);
  for (let fold = 0; fold < FOLD_COUNT; fold++) {
    const train = foldRows(folds, fold, 'outside').filter((i) => isIn[i] === 1);
    const held = foldRows(folds, fold, 'inside').filter((i) => isIn[i] === 1);
    const trainWeights = Float64Array.from(train, (i) => weightOf[i]);
    const model = regressionOn(sample, train, trainWeights).fit(target);
    const level = weightedMean(
      Float64Array.from(train, (i) => target[i]),
      trainWeights,
    );
    predictRows(model, sample.x, held).forEach((value, i) => {
      predicted[held[i]] = value;
      constant[held[i]] = level;
    });
  }
  const loss = Float64Array.from(rows, (i) => (target[i] - constant[i]) ** 2);
  const gain = Float64Array.from(rows, (i, k) => loss[k] - (target[i] - predicted[i]) ** 2);
  const base = weightedMean(loss, weights);
  const { mean, ci95 } = intervalOfMean(gain, weights);
  const scaled: readonly [number, number] = [ci95[0] / base, ci95[1] / base];
  const isSeen = scaled[0] > 0;
  return {
    name: 'heterogeneity',
    title: HETEROGENEITY,
    verdict: 'fine',
    value: { value: mean / base, ci95: scaled },
    unit: SKILL,
    sentence: isSeen
      ? `The bias differs from prompt to prompt in a way that the features see: they explain ${(100 * (mean / base)).toFixed(1)} % of it out of fold (95 %: ${(100 * scaled[0]).toFixed(1)} to ${(100 * scaled[1]).toFixed(1)} %). Correcting by prompt can help the ranking.`
      : `Nothing shows that the features see where the bias is larger (${(100 * (mean / base)).toFixed(1)} %, 95 %: ${(100 * scaled[0]).toFixed(1)} to ${(100 * scaled[1]).toFixed(1)} %): one number corrects as well, and the ranking cannot gain much.`,
    warningCode: null,
    figures: [{ name: 'mean squared error of a constant bias', value: exact(base, 'out of fold') }],
    picture: {
      xLabel: 'predicted bias Δ̂(x), out of fold',
      yLabel: 'observed bias',
      xScale: 'linear',
      series: [
        {
          name: 'fifths by predicted bias',
          mark: 'points',
          points: fifths(
            Float64Array.from(rows, (i) => predicted[i]),
            scores,
            weights,
          ),
        },
      ],
      references: [{ kind: 'diagonal', label: 'as predicted' }],
    },
  };
}

function fifths(predicted: Float64Array, observed: Float64Array, weights: Float64Array): PicturePoint[] {
  const order = Array.from(predicted.keys()).sort((a, b) => predicted[a] - predicted[b] || a - b);
  return Array.from({ length: 5 }, (_, k) => {
    const part = order.slice(Math.floor((k * order.length) / 5), Math.floor(((k + 1) * order.length) / 5));
    const pick = (values: Float64Array): Float64Array => Float64Array.from(part, (i) => values[i]);
    const { mean, ci95 } = intervalOfMean(pick(observed), pick(weights));
    return { x: weightedMean(pick(predicted), pick(weights)), y: mean, ci95 };
  });
}

const LEAST_IN_SLICE = 10;

/** The bias in parts of the prompts, and whether any is apart from the whole, allowing for how many were looked at. */
export function slicesDiagnostic(
  { pair, training }: Pick<RunSample, 'pair' | 'training'>,
  scores: BiasScores,
): Diagnostic {
  const points: (PicturePoint & { readonly apart: number; readonly error: number })[] = [];
  const rowsOfSnapshot = Int32Array.from(scores.rows, (i) => training.rows[i]);
  for (const slicing of slicingsOf(pair, rowsOfSnapshot)) {
    const members = new Map<string, number[]>();
    rowsOfSnapshot.forEach((row, k) => {
      const value = slicing.valueOf(row);
      if (value === null) return;
      const known = members.get(value) ?? [];
      known.push(k);
      members.set(value, known);
    });
    if (members.size < 2) continue;
    for (const [value, part] of members) {
      if (part.length < LEAST_IN_SLICE || part.length === scores.rows.length) continue;
      const pick = (values: Float64Array): Float64Array => Float64Array.from(part, (k) => values[k]);
      const { mean, ci95 } = intervalOfMean(pick(scores.scores), pick(scores.weights));
      points.push({
        x: points.length,
        y: mean,
        ci95,
        label: `${slicing.by} ${value}`,
        apart: mean - scores.bias.mean,
        // A slice is part of the whole; its own error is the larger part of that of the difference.
        error: (ci95[1] - ci95[0]) / (2 * Z95),
      });
    }
  }
  if (points.length === 0)
    return unknown('slices', SLICES, SLICES_UNIT, `no slice has ${LEAST_IN_SLICE} labelled prompts`);
  const worst = points.reduce((a, b) => (Math.abs(b.apart) / b.error > Math.abs(a.apart) / a.error ? b : a));
  const critical = normalQuantile(1 - 0.025 / points.length);
  const isApart = Math.abs(worst.apart) > critical * worst.error;
  return {
    name: 'slices',
    title: SLICES,
    verdict: isApart ? 'look' : 'fine',
    value: {
      value: worst.apart,
      ci95: [worst.apart - critical * worst.error, worst.apart + critical * worst.error],
    },
    unit: SLICES_UNIT,
    sentence: isApart
      ? `In ${worst.label ?? 'one slice'} the bias is ${signed(worst.y)}, against ${signed(scores.bias.mean)} overall: more than chance among ${points.length} slices would give.`
      : `None of ${points.length} slices is clearly apart from the whole; furthest is ${worst.label ?? 'one'} with ${signed(worst.y)}, against ${signed(scores.bias.mean)}.`,
    warningCode: isApart ? 'slice-apart' : null,
    figures: [
      {
        name: 'slices looked at',
        value: exact(points.length, 'a count; the interval allows for it (Bonferroni)'),
      },
    ],
    picture: {
      xLabel: 'slice',
      yLabel: 'Δ, gold minus preference',
      xScale: 'categories',
      series: [
        {
          name: scores.source,
          mark: 'points',
          points: points.map(({ apart: _, error: __, ...point }) => point),
        },
      ],
      references: [
        { kind: 'y', value: scores.bias.mean, label: 'over all' },
        { kind: 'y', value: 0, label: 'no bias' },
      ],
    },
  };
}

export function agreement({ problem }: Labels, source: SourceProblem): Diagnostic {
  const { rLearner, drLearner, difference, standardError } = compareLearners(problem, source);
  const isApart = Math.abs(difference) > MOST_STANDARD_ERRORS * standardError;
  const ci95: readonly [number, number] = [
    difference - Z95 * standardError,
    difference + Z95 * standardError,
  ];
  return {
    name: 'agreement',
    title: AGREEMENT,
    verdict: isApart ? 'bad' : 'fine',
    value: { value: difference, ci95 },
    unit: AGREEMENT_UNIT,
    sentence: isApart
      ? `Two ways to the same mean bias differ by ${signed(difference)}, more than two standard errors: an assumption fails, or overlap is poor.`
      : `Two ways to the mean bias agree: ${signed(rLearner)} by R, ${signed(drLearner)} by DR.`,
    warningCode: isApart ? 'learners-disagree' : null,
    figures: [
      { name: 'mean bias by the R-learner', value: exact(rLearner, 'the difference has the interval') },
      { name: 'mean bias by the DR-learner', value: exact(drLearner, 'the difference has the interval') },
    ],
    picture: {
      xLabel: '',
      yLabel: 'difference of mean biases',
      xScale: 'categories',
      series: [{ name: 'R − DR', mark: 'points', points: [{ x: 0, y: difference, ci95, label: 'R − DR' }] }],
      references: [{ kind: 'y', value: 0, label: 'they agree' }],
    },
  };
}

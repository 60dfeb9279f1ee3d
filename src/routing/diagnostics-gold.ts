import { intervalOfMean } from '../causal/mean-bias.ts';
import { deriveSeed } from '../core/rng.ts';
import type { Measured } from '../runtime/manifest.ts';
import { bootstrapWeights, percentileInterval } from '../stats/bootstrap.ts';
import { mean, variance } from '../stats/descriptive.ts';
import type { Candidate } from './evaluation-draw.ts';
import type { EvaluationSet } from './evaluation-set.ts';
import { gainCurve, meanEfficiencyGain, rankByGain } from './gain-curve.ts';
import { calibrationBins } from './inspect-run.ts';
import { policyValue } from './policy-value.ts';
import { between, holds, signed, unknown, type Diagnostic } from './diagnostics-types.ts';

/** Checks on held-out gold. */
export interface HeldOut {
  readonly set: EvaluationSet;
  readonly router: Candidate;
  readonly others: readonly Candidate[];
  readonly w: number;
  readonly seed: number;
}

const LEAST = 20;

const CALIBRATION = 'Calibration';
const SLOPE = 'slope of gold gain on predicted gain';

/** r on ψ̂ over held-out gold: slope 1 and mean error 0 where ψ̂ means what it says. Intervals by the bootstrap of prompts. */
export function calibration({ set, router, seed }: HeldOut): Diagnostic {
  const n = set.rows.length;
  if (n < LEAST) return unknown('calibration', CALIBRATION, SLOPE, `only ${n} test prompts carry gold`);
  const unit = new Float64Array(n).fill(1);
  const level = intervalOfMean(
    router.predicted.map((p, i) => p - set.gain[i]),
    unit,
  );
  const value = lineThrough(router.predicted, set.gain, unit);
  const draws = Array.from(bootstrapWeights(set.group, deriveSeed(seed, 'calibration')), (weights) =>
    lineThrough(router.predicted, set.gain, weights),
  );
  // A router that predicts one number for all has no slope.
  const hasSlope = variance(router.predicted, 1) > 1e-12;
  const slope: Measured = hasSlope
    ? { value: value.slope, ci95: percentileInterval(draws.map((d) => d.slope)) }
    : { value: null, ci95: null, reason: 'the router predicts the same for all prompts' };
  const isLevelOff = !holds(level.ci95, 0);
  const isSlopeOff = slope.ci95 !== null && !holds(slope.ci95, 1);
  return {
    name: 'calibration',
    title: CALIBRATION,
    verdict: isLevelOff || isSlopeOff ? 'look' : 'fine',
    value: slope,
    unit: SLOPE,
    sentence:
      (isLevelOff
        ? `Predicted gains are ${level.mean > 0 ? 'too high' : 'too low'} by ${Math.abs(level.mean).toFixed(3)} on average (95 %: ${between(level.ci95)}): thresholds on w are off by that. `
        : `Predicted gains are right on average: off by ${signed(level.mean)} (95 %: ${between(level.ci95)}). `) +
      (slope.value === null || slope.ci95 === null
        ? 'They do not differ between prompts.'
        : isSlopeOff
          ? `Where they differ by 1 gold differs by ${slope.value.toFixed(2)} (95 %: ${slope.ci95[0].toFixed(2)} to ${slope.ci95[1].toFixed(2)}): ${slope.value < 1 ? 'they are too bold' : 'they are too timid'}.`
          : `Their differences mean what they say: slope ${slope.value.toFixed(2)} (95 %: ${slope.ci95[0].toFixed(2)} to ${slope.ci95[1].toFixed(2)}).`),
    warningCode: isLevelOff || isSlopeOff ? 'miscalibrated' : null,
    figures: [
      { name: 'mean error of ψ̂', value: { value: level.mean, ci95: level.ci95 } },
      {
        name: 'intercept',
        value: { value: value.intercept, ci95: percentileInterval(draws.map((d) => d.intercept)) },
      },
    ],
    picture: {
      xLabel: 'predicted gain ψ̂',
      yLabel: 'gold gain',
      xScale: 'linear',
      series: [
        {
          name: 'test prompts by predicted gain',
          mark: 'points',
          points: calibrationBins(router.predicted, set.gain).map((bin) => ({
            x: bin.meanPredicted,
            y: bin.meanGold,
            ci95: bin.ci95,
            label: `${bin.n} prompts`,
          })),
        },
      ],
      references: [{ kind: 'diagonal', label: 'as predicted' }],
    },
  };
}

function lineThrough(
  x: Float64Array,
  y: Float64Array,
  weights: Float64Array,
): { readonly slope: number; readonly intercept: number } {
  let [total, sx, sy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    total += weights[i];
    sx += weights[i] * x[i];
    sy += weights[i] * y[i];
  }
  const [mx, my] = [sx / total, sy / total];
  let [cross, square] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    cross += weights[i] * (x[i] - mx) * (y[i] - my);
    square += weights[i] * (x[i] - mx) ** 2;
  }
  const slope = square > 0 ? cross / square : 0;
  return { slope, intercept: my - slope * mx };
}

/** What a run's router is compared with to see what the correction buys. */
const UNCORRECTED = 'pooled';
const SHOWN = ['gold-only', UNCORRECTED, 'preference-only'];

/**
 * What the correction buys, on held-out gold: the level of ψ̂ (squared error) and the ranking (efficiency gain) of the router
 * against pooling gold and preferences uncorrected, each by itself.
 */
export function correctionDiagnostics(held: HeldOut): readonly Diagnostic[] {
  const { set, router, others } = held;
  const pooled = others.find((candidate) => candidate.name === UNCORRECTED);
  const n = set.rows.length;
  const reason =
    n < LEAST
      ? `only ${n} test prompts carry gold`
      : pooled === undefined
        ? 'there are no preferences to correct'
        : router.name === UNCORRECTED
          ? 'the router itself is uncorrected'
          : null;
  if (reason !== null || pooled === undefined) {
    return [
      unknown('correction-level', LEVEL, LEVEL_UNIT, reason ?? ''),
      unknown('correction-ranking', RANKING, RANKING_UNIT, reason ?? ''),
    ];
  }
  return [levelDiagnostic(held, pooled), rankingDiagnostic(held, pooled)];
}

const LEVEL = 'What correction buys: the level';
const LEVEL_UNIT = 'relative MSE of pooling minus that of the router';
const RANKING = 'What correction buys: the ranking';
const RANKING_UNIT = 'efficiency gain of the router minus that of pooling';

function levelDiagnostic({ set, router, others, w }: HeldOut, pooled: Candidate): Diagnostic {
  const spread = variance(set.gain, 0);
  const unit = new Float64Array(set.gain.length).fill(1);
  const errors = (candidate: Candidate): Float64Array =>
    candidate.predicted.map((p, i) => (p - set.gain[i]) ** 2 / spread);
  const [own, raw] = [errors(router), errors(pooled)];
  const { mean: difference, ci95 } = intervalOfMean(
    raw.map((e, i) => e - own[i]),
    unit,
  );
  const shown = [router, ...others.filter(({ name }) => SHOWN.includes(name))];
  const value = (candidate: Candidate): number => policyValue(candidate.predicted, set.gain, unit, w);
  return {
    name: 'correction-level',
    title: LEVEL,
    ...judge(ci95),
    value: { value: difference, ci95 },
    unit: LEVEL_UNIT,
    sentence:
      `${opening(ci95, 'the level of predicted gains')} relative MSE ${mean(raw).toFixed(3)} pooled, ${mean(own).toFixed(3)} corrected ` +
      `(difference 95 %: ${between(ci95)}); V(${w}) ${value(pooled).toFixed(3)} and ${value(router).toFixed(3)}.`,
    figures: shown.map((candidate) => {
      const { mean: level, ci95: interval } = intervalOfMean(errors(candidate), unit);
      return { name: `relative MSE of ${candidate.name}`, value: { value: level, ci95: interval } };
    }),
    picture: {
      xLabel: 'estimator',
      yLabel: 'relative MSE on test gold',
      xScale: 'categories',
      series: [
        {
          name: 'relative MSE',
          mark: 'points',
          points: shown.map((candidate, x) => {
            const { mean: y, ci95: interval } = intervalOfMean(errors(candidate), unit);
            return { x, y, ci95: interval, label: candidate.name };
          }),
        },
      ],
      references: [{ kind: 'y', value: 1, label: 'the mean gain alone' }],
    },
  };
}

function rankingDiagnostic({ set, router, others, seed }: HeldOut, pooled: Candidate): Diagnostic {
  const shown = [
    router,
    pooled,
    ...others.filter(({ name }) => SHOWN.includes(name) && name !== UNCORRECTED),
  ];
  const rankings = shown.map((candidate) => rankByGain(candidate.predicted));
  const score = (weights: Float64Array): number[] =>
    rankings.map((ranking) => meanEfficiencyGain(gainCurve(ranking, set.gain, weights)));
  const point = score(new Float64Array(set.gain.length).fill(1));
  const draws = Array.from(bootstrapWeights(set.group, deriveSeed(seed, 'correction')), score);
  const ci95 = percentileInterval(draws.map((d) => d[0] - d[1]));
  return {
    name: 'correction-ranking',
    title: RANKING,
    ...judge(ci95),
    value: { value: point[0] - point[1], ci95 },
    unit: RANKING_UNIT,
    sentence:
      `${opening(ci95, 'the ranking')} efficiency gain ${point[1].toFixed(4)} pooled, ${point[0].toFixed(4)} corrected ` +
      `(difference 95 %: ${between(ci95)}).`,
    figures: shown.map(({ name }, k) => ({
      name: `efficiency gain of ${name}`,
      value: { value: point[k], ci95: percentileInterval(draws.map((d) => d[k])) },
    })),
    picture: {
      xLabel: 'estimator',
      yLabel: 'efficiency gain on test gold',
      xScale: 'categories',
      series: [
        {
          name: 'efficiency gain',
          mark: 'points',
          points: shown.map(({ name }, k) => ({
            x: k,
            y: point[k],
            ci95: percentileInterval(draws.map((d) => d[k])),
            label: name,
          })),
        },
      ],
      references: [{ kind: 'y', value: 0, label: 'random routing' }],
    },
  };
}

function judge([low, high]: readonly [number, number]): Pick<Diagnostic, 'verdict' | 'warningCode'> {
  if (low > 0) return { verdict: 'fine', warningCode: null };
  return high < 0
    ? { verdict: 'bad', warningCode: 'correction-hurts' }
    : { verdict: 'look', warningCode: 'correction-does-not-help' };
}

function opening([low, high]: readonly [number, number], what: string): string {
  if (low > 0) return `Correction helps ${what}:`;
  return high < 0
    ? `Correction hurts ${what} here:`
    : `Correction does not help ${what} here, as far as these test prompts can tell:`;
}

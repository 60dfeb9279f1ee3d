import { subProgress, type JobControl } from '../core/progress.ts';
import { deriveSeed } from '../core/rng.ts';
import type { Warning } from '../core/warning.ts';
import { AppError } from '../core/errors.ts';
import { featuresOf } from '../features/block-rows.ts';
import { predict } from '../learners/model.ts';
import { clopperPearson } from '../stats/binomial.ts';
import {
  agreement,
  biasScores,
  heterogeneity,
  meanBiasDiagnostic,
  slicesDiagnostic,
} from './diagnostics-bias.ts';
import { calibration, correctionDiagnostics } from './diagnostics-gold.ts';
import { exact, unknown, warningsOf, type Diagnostic } from './diagnostics-types.ts';
import { evaluateRun, pairCandidates, type RunToEvaluate } from './evaluate-run.ts';
import { evaluationSet } from './evaluation-set.ts';
import { learningCurve, powerDiagnostic } from './learning-curve.ts';
import { checkOverlap } from './overlap.ts';
import { placebo } from './placebo.ts';
import { runSample, type RunSample } from './run-sample.ts';
import { sensitivity } from './sensitivity.ts';

export interface Diagnostics {
  readonly diagnostics: readonly Diagnostic[];
  readonly warnings: readonly Warning[];
}

/**
 * Everything that can be checked of a run's assumptions and worth, from the labels that the project has now.
 * @throws AppError `usage` for a router of more than two models: each of its heads would need its own.
 */
export function diagnoseRun(run: RunToEvaluate, control: JobControl): Diagnostics {
  const { config } = run;
  if (run.snapshot.models.length > 1) {
    throw new AppError('usage', 'Diagnostics are made for routers of two models: this run has more.');
  }
  const input = runSample(run);
  control.report({ stage: 'bias', fraction: 0.1 });
  const scores = biasScores(input);
  const missing = 'there are no preferences to correct';
  const ofBias: Diagnostic[] =
    scores === null
      ? [
          unknown('mean-bias', 'Mean bias', 'gold gain minus preference gain', missing),
          unknown('heterogeneity', 'Does the bias depend on the prompt', 'share explained', missing),
          unknown('slices', 'Bias by slice', 'largest difference of a slice from the whole', missing),
        ]
      : [meanBiasDiagnostic(scores), heterogeneity(input, scores), slicesDiagnostic(input, scores)];
  control.throwIfCancelled();
  control.report({ stage: 'placebo', fraction: 0.15 });
  const halves = placebo(input.sample, deriveSeed(config.seed, 'placebo'));
  control.throwIfCancelled();
  control.report({ stage: 'held-out gold', fraction: 0.3 });
  const ofGold = goldDiagnostics(run, input, subProgress(control, 0.35, 0.98));
  const interval = scores?.bias.ci95;
  const diagnostics = [
    overlapDiagnostic(input, config.seed),
    ...ofBias,
    agreement(input),
    halves,
    ofGold.calibration,
    ...ofGold.correction,
    sensitivity({
      predicted: predict(run.models[input.pair.strong][config.estimator], input.x),
      w: config.w,
      halfWidth: interval === undefined ? null : (interval[1] - interval[0]) / 2,
    }),
    ofGold.power,
  ];
  return { diagnostics, warnings: warningsOf(diagnostics) };
}

/** Fewer graded test prompts than this make a learning curve of noise. */
const LEAST_TEST = 20;

function goldDiagnostics(
  run: RunToEvaluate,
  { pair, sample }: RunSample,
  control: JobControl,
): {
  readonly calibration: Diagnostic;
  readonly correction: readonly Diagnostic[];
  readonly power: Diagnostic;
} {
  const { config } = run;
  const set = evaluationSet(pair);
  const held = { set, ...pairCandidates(run, set.rows), w: config.w, seed: config.seed };
  const points =
    set.rows.length < LEAST_TEST
      ? []
      : learningCurve(
          {
            sample,
            selectedOnVerdict: pair.designLookedAt === 'verdict',
            testX: featuresOf(run.prepared, run.blocks, set.rows),
            testGain: set.gain,
            w: config.w,
            seed: config.seed,
          },
          control,
        );
  const { policyValue } = evaluateRun({ ...run, split: 'test' });
  const known = Object.hasOwn(policyValue, String(config.w)) ? policyValue[String(config.w)] : null;
  const value = known ?? { value: null, ci95: null };
  return {
    calibration: calibration(held),
    correction: correctionDiagnostics(held),
    power: powerDiagnostic({ points, value, w: config.w, nTest: set.rows.length }),
  };
}

function overlapDiagnostic({ sample }: RunSample, seed: number): Diagnostic {
  const title = 'Overlap';
  const unit = 'share of prompts with p̂ more than 10 times off its mean';
  const overlap = checkOverlap(sample, seed);
  if (overlap === null)
    return unknown('overlap', title, unit, 'every prompt is graded, or none: there is nothing to compare');
  const { rowsOutside, rowsChecked, effectiveGold, nGold } = overlap;
  const worst = overlap.warnings.at(0);
  const deciles = (values: readonly number[]): { x: number; y: number; ci95: null }[] =>
    values.map((y, k) => ({ x: k / 10, y, ci95: null }));
  return {
    name: 'overlap',
    title,
    verdict: overlap.warnings.length > 0 ? 'bad' : 'fine',
    value: { value: rowsOutside / rowsChecked, ci95: clopperPearson(rowsOutside, rowsChecked) },
    unit,
    sentence:
      worst?.message ??
      `Gold reaches every kind of prompt: ${rowsOutside} of ${rowsChecked.toLocaleString('en-US')} prompts are far from the mean probability of being graded, and ${nGold} gold prompts count like ${Math.round(effectiveGold)} evenly drawn ones.`,
    warningCode: worst?.code ?? null,
    figures: [
      { name: 'gold prompts', value: exact(nGold, 'a count') },
      { name: 'effective gold prompts (Kish)', value: exact(effectiveGold, 'from the weights 1/π') },
    ],
    picture: {
      xLabel: 'quantile of the prompts',
      yLabel: 'estimated probability of gold p̂(x)',
      xScale: 'linear',
      series: [
        { name: 'prompts with gold', mark: 'line', points: deciles(overlap.goldDeciles) },
        { name: 'prompts without', mark: 'line', points: deciles(overlap.otherDeciles) },
      ],
      references: [],
    },
  };
}

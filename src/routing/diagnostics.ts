import type { SourceProblem } from '../causal/nuisances.ts';
import { subProgress, type JobControl } from '../core/progress.ts';
import { deriveSeed } from '../core/rng.ts';
import type { Warning } from '../core/warning.ts';
import { featuresOf } from '../features/block-rows.ts';
import { predict } from '../learners/model.ts';
import type { Measured } from '../runtime/manifest.ts';
import { clopperPearson } from '../stats/binomial.ts';
import { bootstrapWeights, percentileInterval } from '../stats/bootstrap.ts';
import { testBudget } from './assist-run.ts';
import {
  agreement,
  biasScores,
  heterogeneity,
  meanBiasDiagnostic,
  slicesDiagnostic,
  unknownBias,
} from './diagnostics-bias.ts';
import { calibration, correctionDiagnostics, type HeldOut } from './diagnostics-gold.ts';
import { exact, unknown, warningsOf, type Diagnostic, type RunDiagnostic } from './diagnostics-types.ts';
import type { ManyCandidate } from './many-policies.ts';
import { candidatesOf, type RunToEvaluate } from './evaluate-run.ts';
import type { Candidate } from './evaluation-draw.ts';
import { evaluationSet } from './evaluation-set.ts';
import { learningCurve, powerDiagnostic } from './learning-curve.ts';
import { checkOverlap } from './overlap.ts';
import { placebo } from './placebo.ts';
import { relativeCosts } from './policy-choice.ts';
import { policyValue } from './policy-value.ts';
import { runSample, type RunSample } from './run-sample.ts';
import { sensitivity } from './sensitivity.ts';

export interface Diagnostics {
  readonly diagnostics: readonly RunDiagnostic[];
  readonly warnings: readonly Warning[];
}

/**
 * Everything that can be checked of a run's assumptions and worth, from the labels that the project has now. Each model of a
 * run against its anchor is a question of two models: every head has its checks, and every source of a head.
 */
export function diagnoseRun(run: RunToEvaluate, control: JobControl): Diagnostics {
  const { models } = run.snapshot;
  const diagnostics = models.flatMap(({ model }, k) =>
    diagnoseHead(run, k, subProgress(control, k / models.length, (k + 1) / models.length)).map(
      (diagnostic): RunDiagnostic => ({ ...diagnostic, model: models.length > 1 ? model : null }),
    ),
  );
  return { diagnostics, warnings: warningsOf(diagnostics) };
}

type HeadDiagnostic = Omit<RunDiagnostic, 'model'>;

function diagnoseHead(run: RunToEvaluate, head: number, control: JobControl): readonly HeadDiagnostic[] {
  const { config } = run;
  const input = runSample(run, head);
  // What a prompt must gain to be sent to this model rather than the anchor.
  const w = config.w * relativeCosts(run.snapshot)[head];
  control.report({ stage: 'bias', fraction: 0.1 });
  const { sources } = input.problem;
  const ofSources = sources.map((source, j) => {
    control.throwIfCancelled();
    control.report({ stage: 'placebo', fraction: 0.15 + (0.15 * j) / sources.length });
    return diagnoseSource(input, source, config.seed);
  });
  control.throwIfCancelled();
  control.report({ stage: 'held-out gold', fraction: 0.3 });
  const ofGold = goldDiagnostics(run, head, w, input, subProgress(control, 0.35, 0.98));
  const aboutRouter = (diagnostic: Diagnostic): HeadDiagnostic => ({ ...diagnostic, source: null });
  const noSource = [...unknownBias(), placebo(input.sample, undefined, config.seed)];
  return [
    aboutRouter(overlapDiagnostic(input, config.seed)),
    ...(sources.length === 0 ? noSource.map(aboutRouter) : []),
    ...ofSources.flatMap(({ diagnostics, source }) =>
      diagnostics.map((diagnostic) => ({ ...diagnostic, source: sources.length > 1 ? source : null })),
    ),
    ...[
      ofGold.calibration,
      ...ofGold.correction,
      sensitivity({
        predicted: predict(run.models[input.pair.strong][config.estimator], input.x),
        w,
        // Of several sources the one whose bias is known least.
        halfWidth:
          sources.length === 0
            ? null
            : Math.max(...ofSources.map(({ ci95: [low, high] }) => (high - low) / 2)),
      }),
      ofGold.power,
    ].map(aboutRouter),
  ];
}

function diagnoseSource(
  input: RunSample,
  source: SourceProblem,
  seed: number,
): {
  readonly source: string;
  readonly ci95: readonly [number, number];
  readonly diagnostics: readonly Diagnostic[];
} {
  const scores = biasScores(input, source);
  return {
    source: scores.source,
    ci95: scores.bias.ci95,
    diagnostics: [
      meanBiasDiagnostic(scores),
      heterogeneity(input, scores),
      slicesDiagnostic(input, scores),
      agreement(input, source),
      placebo(input.sample, source.labels, deriveSeed(seed, 'placebo')),
    ],
  };
}

/** Fewer graded test prompts than this make a learning curve of noise. */
const LEAST_TEST = 20;

function goldDiagnostics(
  run: RunToEvaluate,
  head: number,
  w: number,
  { pair, sample }: RunSample,
  control: JobControl,
): {
  readonly calibration: Diagnostic;
  readonly correction: readonly Diagnostic[];
  readonly power: Diagnostic;
} {
  const { seed } = run.config;
  const set = evaluationSet(pair);
  const { router, others } = candidatesOf(run, set.rows);
  const ofHead = ({ name, predicted }: ManyCandidate): Candidate => ({ name, predicted: predicted[head] });
  const held = { set, router: ofHead(router), others: others.map(ofHead), w, seed };
  const points =
    set.rows.length < LEAST_TEST
      ? []
      : learningCurve(
          {
            sample,
            selectedOnVerdict: pair.designLookedAt === 'verdict',
            testX: featuresOf(run.prepared, run.blocks, set.rows),
            testGain: set.gain,
            w,
            seed,
          },
          control,
        );
  return {
    calibration: calibration(held),
    correction: correctionDiagnostics(held),
    power: powerDiagnostic({
      points,
      value: valueAt(held),
      w,
      nTest: set.rows.length,
      budget: testBudget(run, w),
    }),
  };
}

/** V(w) of the head as a router of two models. */
function valueAt({ set, router, w, seed }: HeldOut): Measured {
  if (set.rows.length < 2) return { value: null, ci95: null };
  const value = (weights: Float64Array): number => policyValue(router.predicted, set.gain, weights, w);
  return {
    value: value(new Float64Array(set.rows.length).fill(1)),
    ci95: percentileInterval(Array.from(bootstrapWeights(set.group, deriveSeed(seed, 'evaluation')), value)),
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

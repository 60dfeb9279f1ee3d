import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { type JobControl, uncontrolled } from '../core/progress.ts';
import type { Warning } from '../core/warning.ts';
import { autoCandidates, combineEstimates, crossValidateOnGold, exponentialWeights } from './auto.ts';
import {
  admissibleEstimators,
  ESTIMATORS,
  hasPreferences,
  type Estimate,
  type EstimatorName,
} from './estimators.ts';
import { drLearnerBias, rLearnerBias } from './bias.ts';
import { compareLearners, MOST_STANDARD_ERRORS } from './disagreement.ts';
import { makeFolds, type FoldScheme } from './folds.ts';
import { createProblem, type Problem, type SourceProblem } from './nuisances.ts';
import { leastLoss, OMEGA_MEMBERS, refitWeighted } from './omega-grid.ts';
import { RIDGE_HEAD, type HeadLearner } from './regression.ts';
import { checkSample, rowsWhere, type Sample } from './sample.ts';
import { shrinkSpread, spreadToKeep } from './spread.ts';

/** Fewer gold prompts than two a fold leave folds without any truth. */
export const LEAST_GOLD = 10;

export interface FitOptions {
  /** Folds of the estimators. */
  readonly scheme: FoldScheme;
  /** Folds inside auto's cross-validation: one repeat is enough to weigh the candidates. */
  readonly crossValidationScheme: FoldScheme;
  /** Gold was drawn by looking at the verdict: the R-learner leaves auto. */
  readonly selectedOnVerdict: boolean;
  /** What ψ is learnt with; absent: ridge. */
  readonly learner?: HeadLearner;
  /** What Δ may be learnt with where its held-out loss is clearly less than that of ridge; absent: ridge alone. */
  readonly biasLearner?: HeadLearner;
  /** For the seconds of each estimator. */
  readonly clock: Clock;
}

export interface Fit {
  readonly problem: Problem;
  readonly estimates: Readonly<Partial<Record<EstimatorName, Estimate>>>;
  readonly auto: Estimate;
  /** The part of the spread of its members' weighted sum around the mean that auto keeps, in (0, 1]. */
  readonly keptSpread: number;
  /** How long each took; regressions that several share count for the first. */
  readonly seconds: Readonly<Partial<Record<EstimatorName, number>>>;
  /** auto's weights; they add up to 1. */
  readonly weights: Readonly<Partial<Record<EstimatorName, number>>>;
  /** Cross-validated mean squared gold error of each member of auto, and of gold alone. */
  readonly goldLoss: Readonly<Partial<Record<EstimatorName, number>>>;
  /** Cross-validated mean squared gold error by stage-2 weight of corrected preferences; what omega-grid chose from. */
  readonly omegaLoss: readonly { readonly omega: number; readonly loss: number }[];
  readonly reason: string;
  readonly warnings: readonly Warning[];
}

/** Every admissible estimator, and auto over them. @throws AppError `not-enough-data` with too little gold. */
export function fitEstimators(sample: Sample, options: FitOptions, control: JobControl = uncontrolled): Fit {
  checkSample(sample);
  checkGold(sample);
  const learner = options.learner ?? RIDGE_HEAD;
  const problem = createProblem(sample, makeFolds(sample, options.scheme), {
    learner,
    biasLearner: options.biasLearner ?? RIDGE_HEAD,
  });
  const names = admissibleEstimators(problem);
  const estimates: Partial<Record<EstimatorName, Estimate>> = {};
  const seconds: Partial<Record<EstimatorName, number>> = {};
  const timed = (name: EstimatorName, estimate: () => Estimate): void => {
    control.throwIfCancelled();
    const started = options.clock();
    estimates[name] = estimate();
    seconds[name] = (options.clock() - started) / 1000;
  };
  names.forEach((name, i) => {
    timed(name, () => ESTIMATORS[name](problem));
    control.report({ stage: 'estimators', fraction: (0.4 * (i + 1)) / names.length });
  });
  const candidates = autoCandidates(problem, options.selectedOnVerdict);
  // Five fits more in every fold: little for ridge, too much for the others.
  const omegas = hasPreferences(problem) && learner.name === 'ridge' ? OMEGA_MEMBERS : [];
  // Gold alone is what the reason compares with, member or not.
  const tried = candidates.includes('gold-only') ? candidates : [...candidates, 'gold-only' as const];
  const members = [
    ...tried.map((name) => [name, ESTIMATORS[name]] as const),
    ...omegas.map(({ name, omega }) => [name, (reduced: Problem) => refitWeighted(reduced, omega)] as const),
  ];
  const heldOut = crossValidateOnGold(problem, members, options.crossValidationScheme, (done, total) => {
    control.throwIfCancelled();
    control.report({ stage: 'cross-validation on gold', fraction: 0.4 + (0.6 * done) / total });
  });
  const { sse, goldRows } = heldOut;
  const omegaLoss = omegas.map(({ name, omega }) => ({ omega, loss: (sse[name] ?? Number.NaN) / goldRows }));
  if (omegaLoss.length > 0) timed('omega-grid', () => refitWeighted(problem, leastLoss(omegaLoss)));
  const ofCandidates = Object.fromEntries(candidates.map((name) => [name, sse[name]]));
  const weights = exponentialWeights({ sse: ofCandidates, goldRows });
  const goldLoss = Object.fromEntries(tried.map((name) => [name, (sse[name] ?? Number.NaN) / goldRows]));
  const noise = Math.min(...candidates.map((name) => goldLoss[name]));
  const combined = combineEstimates(weights, estimates);
  const keptSpread = spreadToKeep(problem, weights, heldOut, noise);
  return {
    problem,
    estimates,
    seconds,
    auto: { ...combined, model: shrinkSpread(combined.model, problem, keptSpread) },
    keptSpread,
    weights,
    goldLoss,
    omegaLoss,
    reason: explainWeights(weights, goldLoss) + explainSpread(keptSpread, problem),
    warnings: fitWarnings(problem, estimates, options),
  };
}

function checkGold(sample: Sample): void {
  const gold = new Set<number>();
  for (const row of rowsWhere(sample.hasGold)) gold.add(sample.group[row]);
  if (gold.size < LEAST_GOLD) {
    throw new AppError(
      'not-enough-data',
      gold.size === 0
        ? 'There is no gold for this pair of models among the training prompts. A router needs some: grade responses, or ' +
            'import a file with gold.'
        : `There are ${gold.size} gold prompts for this pair among the training prompts; at least ${LEAST_GOLD} are needed.`,
      { details: { goldPrompts: gold.size, needed: LEAST_GOLD } },
    );
  }
}

/** Weights below are counted, not named. */
const LEAST_NAMED_WEIGHT = 0.01;

function explainWeights(
  weights: Partial<Record<EstimatorName, number>>,
  goldLoss: Partial<Record<EstimatorName, number>>,
): string {
  const ranked = (Object.entries(weights) as [EstimatorName, number][]).sort((a, b) => b[1] - a[1]);
  if (ranked.length === 1) return `Only ${ranked[0][0]} applies: there are no preferences to correct.`;
  const [best, share] = ranked[0];
  const percent = (v: number): string => `${Math.round(100 * v)} %`;
  const ofGoldAlone = (goldLoss[best] ?? Number.NaN) / (goldLoss['gold-only'] ?? Number.NaN);
  const asTheyAre = best === 'preference-only' || best === 'pooled' ? 'preferences as they are; ' : '';
  const against = `${asTheyAre}its held-out gold error is ${percent(ofGoldAlone)} of that of gold alone`;
  const notable = ranked.slice(1).filter(([, weight]) => weight >= LEAST_NAMED_WEIGHT);
  const others = ranked.length - 1 - notable.length;
  const rest = [
    ...notable.map(([name, weight]) => `${name} ${percent(weight)}`),
    ...(others > 0 ? [`${others} more below 1 %`] : []),
  ];
  return (
    `Weighted by how well each predicts gold that was held out: ${best} leads with ${percent(share)} (${against}); ` +
    `${rest.join(', ')}.`
  );
}

/** Below this the reader should know: predictions then differ by half of what the members say, or less. */
const NOTABLE_SPREAD = 0.5;

function explainSpread(kept: number, { goldRows }: Problem): string {
  if (kept >= NOTABLE_SPREAD) return '';
  return (
    ` The predicted gains of single prompts hardly differ by more than the noise of ${goldRows.length} gold prompts, so ` +
    `${Math.round(100 * kept)} % of their spread around the mean is kept; their order stays.`
  );
}

function fitWarnings(
  problem: Problem,
  estimates: Partial<Record<EstimatorName, Estimate>>,
  options: FitOptions,
): Warning[] {
  const warnings: Warning[] = [];
  if (!hasPreferences(problem)) {
    warnings.push({
      code: 'no-preferences',
      message:
        'There are no preferences for this pair: the router is trained on gold alone, nothing is corrected.',
    });
  }
  const clipped = (Object.entries(estimates) as [EstimatorName, Estimate][]).filter(
    ([, e]) => e.clippedRows > 0,
  );
  for (const [name, { clippedRows }] of clipped) {
    warnings.push({
      code: 'bias-clipped',
      message: `${name}: the estimated bias of ${clippedRows} prompts left [−2, 2] and was set to its edge.`,
    });
  }
  warnings.push(
    ...problem.sources.flatMap((source) => [
      ...disagreementWarning(problem, source),
      ...richerBiasWarnings(problem, source),
    ]),
  );
  if (options.selectedOnVerdict) {
    warnings.push({
      code: 'selection-on-verdict',
      message:
        'Prompts were sent to experts because of what the source said. The R-learner is not valid then and is left out of ' +
        'auto; of the others only the surrogate estimators are.',
    });
  }
  return warnings;
}

function disagreementWarning(problem: Problem, source: SourceProblem): Warning[] {
  const { rLearner, drLearner, difference, standardError } = compareLearners(problem, source);
  if (!(Math.abs(difference) > MOST_STANDARD_ERRORS * standardError)) return [];
  const apart = (Math.abs(difference) / standardError).toFixed(1);
  return [
    {
      code: 'learners-disagree',
      message:
        `The R-learner puts the mean bias of ${source.labels.name} at ${rLearner.toFixed(3)}, the DR-learner at ` +
        `${drLearner.toFixed(3)}: ${apart} standard errors apart. Either who was graded is not what the logged or estimated ` +
        'probabilities say, or the bias is another where hardly anything was graded.',
    },
  ];
}

/** Says where Δ̂ is not linear: what a reader of the formulas would not expect. */
function richerBiasWarnings(problem: Problem, source: SourceProblem): Warning[] {
  if (problem.biasLearner.name === 'ridge') return [];
  return (['r-learner', 'dr-learner'] as const).flatMap((name) => {
    const { choice } = (name === 'r-learner' ? rLearnerBias : drLearnerBias)(problem, source);
    if (choice?.isRicher !== true) return [];
    return [
      {
        code: 'richer-bias',
        message:
          `${name}: the bias of ${source.labels.name} is learnt by ${problem.biasLearner.name}, whose held-out loss is lower ` +
          `than that of ridge by ${(choice.gain / choice.standardError).toFixed(1)} standard errors.`,
      },
    ];
  });
}

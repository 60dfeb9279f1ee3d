import { takeRows } from '../core/matrix.ts';
import { combine, predict, type WeightedModel } from '../learners/model.ts';
import {
  admissibleEstimators,
  hasPreferences,
  type DirectEstimator,
  type Estimate,
  type Estimator,
  type EstimatorName,
} from './estimators.ts';
import { FOLD_COUNT, makeFolds, type FoldScheme } from './folds.ts';
import { createProblem, type Problem } from './nuisances.ts';
import { judgingSources, selectRows, type SourceLabels } from './sample.ts';

/** Temperature of the exponential weights: 1 would be Akaike weights; 2 hedges more (measured: docs/statistics.md). */
export const TEMPERATURE = 2;

/**
 * What auto weighs, by what each takes the bias of a source to be (docs/adr/0027-members-of-auto.md). gold-only and offset
 * are calibrated-offset with a slope of 0 and of 1: it stands for both.
 */
const MEMBERS: readonly DirectEstimator[] = [
  // None.
  'preference-only',
  'pooled',
  // One number.
  'mean-shift',
  // A function of x.
  'r-learner',
  'dr-learner',
  'paired-difference',
  // A source that exaggerates, says nothing or reverses the truth.
  'calibrated-offset',
  // A function of x and of the verdict.
  'two-stage-surrogate',
];

/**
 * The members of auto; without preferences there is only gold. Where gold was drawn by looking at the verdict, the
 * R-learner is not valid and leaves.
 */
export function autoCandidates(problem: Problem, selectedOnVerdict: boolean): readonly DirectEstimator[] {
  if (!hasPreferences(problem)) return ['gold-only'];
  const admissible = admissibleEstimators(problem);
  return MEMBERS.filter((name) => admissible.includes(name) && !(selectedOnVerdict && name === 'r-learner'));
}

export interface GoldLoss<Name extends string = EstimatorName> {
  /** Σ w (r − ψ̂)² over the gold rows, each predicted by a fit from which its prompt was held out entirely. */
  readonly sse: Readonly<Partial<Record<Name, number>>>;
  readonly goldRows: number;
}

/** The predictions behind a loss, one entry a gold row. */
export interface HeldOutGold<Name extends string = EstimatorName> extends GoldLoss<Name> {
  readonly predicted: Readonly<Partial<Record<Name, Float64Array>>>;
  /** The fold in which the row was held out. */
  readonly held: Int32Array;
}

/**
 * Cross-validated gold loss of some estimators. The held-out prompts leave with everything they carry, their preference
 * too: otherwise a paired prompt would predict itself.
 */
export function crossValidateOnGold<Name extends string>(
  problem: Problem,
  members: readonly (readonly [Name, Estimator])[],
  scheme: FoldScheme,
  onFold: (done: number, total: number) => void,
): HeldOutGold<Name> {
  const { sample } = problem;
  const held = heldOutFolds(problem, scheme);
  const sse: Partial<Record<Name, number>> = {};
  const kept: Partial<Record<Name, Float64Array>> = {};
  let previous: Reduced | undefined;
  for (let fold = 0; fold < FOLD_COUNT; fold++) {
    const positions = Array.from(problem.goldRows.keys()).filter((i) => held[i] === fold);
    const heldRows = positions.map((i) => problem.goldRows[i]);
    const heldGroups = new Set(heldRows.map((row) => sample.group[row]));
    const reduced = withoutGroups(problem, heldGroups, scheme, previous);
    previous = reduced;
    const x = takeRows(sample.x, heldRows);
    for (const [name, estimate] of members) {
      const predicted = predict(estimate(reduced.problem).model, x);
      const everywhere = (kept[name] ??= new Float64Array(held.length));
      let loss = sse[name] ?? 0;
      positions.forEach((position, i) => {
        everywhere[position] = predicted[i];
        loss += problem.goldWeights[position] * (sample.goldGain[heldRows[i]] - predicted[i]) ** 2;
      });
      sse[name] = loss;
    }
    onFold(fold + 1, FOLD_COUNT);
  }
  return { sse, goldRows: problem.goldRows.length, predicted: kept, held };
}

interface Reduced {
  readonly problem: Problem;
  /** The rows of the sample that it kept. */
  readonly kept: Int32Array;
}

/**
 * The problem without some prompts. Where these carried no preference and the others keep their folds, the models of the
 * preferences are the same as the last time, and are taken over: with unpaired labels that is a quarter of the work.
 */
function withoutGroups(
  { sample, learner, biasLearner }: Problem,
  heldGroups: ReadonlySet<number>,
  scheme: FoldScheme,
  previous: Reduced | undefined,
): Reduced {
  const kept = Int32Array.from(sample.group.keys()).filter((row) => !heldGroups.has(sample.group[row]));
  const reduced = selectRows(sample, kept);
  const foldings = makeFolds(reduced, scheme);
  const sources = judgingSources(reduced);
  const isSame =
    previous?.problem.sources.length === sources.length &&
    previous.problem.sources.every((source, j) =>
      haveSameEntries(
        judgedRowsAndFolds(previous.kept, previous.problem.foldings[0], source.labels),
        judgedRowsAndFolds(kept, foldings[0], sources[j]),
      ),
    );
  const known = isSame ? previous.problem.sources : undefined;
  return { problem: createProblem(reduced, foldings, { learner, biasLearner, known }), kept };
}

/** One number for each row that the source judged: which row of the full sample, and its fold. */
function judgedRowsAndFolds(
  kept: Int32Array,
  folds: Int32Array,
  { hasPreference }: SourceLabels,
): Int32Array {
  return kept.map((row, i) => row * FOLD_COUNT + folds[i]).filter((_, i) => hasPreference[i] === 1);
}

function haveSameEntries(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

/** The fold in which each gold row is held out: a prompt's rows together. */
function heldOutFolds(problem: Problem, scheme: FoldScheme): Int32Array {
  const gold = selectRows(problem.sample, problem.goldRows);
  return makeFolds(gold, scheme)[0];
}

/**
 * Exponential weights on the cross-validated gold loss L:  a ∝ exp(−(L − L_min) / (2 s² τ)),  s² = L_min / n,
 * τ = TEMPERATURE (aggregation with exponential weights; Leung & Barron 2006, doi 10.1109/TIT.2006.878172).
 */
export function exponentialWeights(loss: GoldLoss): Partial<Record<EstimatorName, number>> {
  const entries = Object.entries(loss.sse) as [EstimatorName, number][];
  const least = Math.min(...entries.map(([, sse]) => sse));
  const noise = Math.max(least / loss.goldRows, Number.MIN_VALUE);
  const raw = entries.map(
    ([name, sse]) => [name, Math.exp(-(sse - least) / (2 * noise * TEMPERATURE))] as const,
  );
  const total = raw.reduce((sum, [, weight]) => sum + weight, 0);
  return Object.fromEntries(raw.map(([name, weight]) => [name, weight / total]));
}

/** The weighted sum of the members' models. */
export function combineEstimates(
  weights: Partial<Record<EstimatorName, number>>,
  estimates: Partial<Record<EstimatorName, Estimate>>,
): Estimate {
  const terms: WeightedModel[] = [];
  let clippedRows = 0;
  for (const [name, weight] of Object.entries(weights) as [EstimatorName, number][]) {
    const estimate = estimates[name];
    if (estimate === undefined) continue;
    terms.push({ weight, model: estimate.model });
    clippedRows = Math.max(clippedRows, estimate.clippedRows);
  }
  return { model: combine(terms), clippedRows };
}

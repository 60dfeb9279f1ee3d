import type { EstimatorName } from '../causal/estimators.ts';
import type { PenaltyBook } from '../stats/bootstrap-ridge.ts';
import {
  drLearnerBias,
  meanBias,
  meanShiftBias,
  pairedDifferenceBias,
  rLearnerBias,
  type MomentBias,
} from './bootstrap-bias.ts';
import { aloneBy, type DrawMoments } from './bootstrap-draw.ts';
import { KIND, type BootstrapProblem } from './bootstrap-problem.ts';
import { calibratedOffset, surrogateAipw, twoStageSurrogate } from './bootstrap-surrogate.ts';
import {
  addMoments,
  combine,
  combineFolds,
  createTerms,
  crossesOf,
  predictedCrosses,
  type Terms,
} from './bootstrap-terms.ts';

/** The estimators of `src/causal` from second moments alone; θ of each. */
export type MomentEstimates = Readonly<Partial<Record<EstimatorName, Float64Array>>>;

export interface MomentFit {
  readonly estimates: MomentEstimates;
  /** Mean Δ of each source. */
  readonly meanBias: readonly number[];
}

/** Every estimator and the mean biases. */
export function fitFromMoments(
  problem: BootstrapProblem,
  moments: DrawMoments,
  book: PenaltyBook,
): MomentFit {
  const terms = createTerms(problem, moments, book, null);
  const names = admissible(problem);
  return {
    estimates: fitNamed(terms, names),
    meanBias: terms.sources.map((source) => meanBias(terms, source)),
  };
}

/** Some estimators without the gold prompts of a fold of auto's cross-validation, which are left out entirely. */
export function fitWithoutGold(
  problem: BootstrapProblem,
  moments: DrawMoments,
  book: PenaltyBook,
  held: number,
  names: readonly EstimatorName[],
): MomentEstimates {
  return fitNamed(createTerms(problem, moments, book, held), names);
}

const FITS: Readonly<Partial<Record<EstimatorName, (terms: Terms) => Float64Array>>> = {
  'gold-only': ({ fit, goldRegression }) => fit(goldRegression),
  'preference-only': (terms) =>
    terms.sources.length === 1 ? terms.sources[0].eta : fitLabels(terms, 'preference-only'),
  pooled: (terms) => fitLabels(terms, 'pooled'),
  'mean-shift': (terms) => refit(terms, 'mean-shift', meanShiftBias),
  'r-learner': (terms) => refit(terms, 'r-learner', rLearnerBias),
  'dr-learner': (terms) => refit(terms, 'dr-learner', drLearnerBias),
  offset,
  'calibrated-offset': calibratedOffset,
  'paired-difference': (terms) => refit(terms, 'paired-difference', pairedDifferenceBias),
  'two-stage-surrogate': twoStageSurrogate,
  'surrogate-aipw': surrogateAipw,
};

function fitNamed(terms: Terms, names: readonly EstimatorName[]): MomentEstimates {
  return Object.fromEntries(
    names.flatMap((name) => {
      const fit = FITS[name];
      return fit === undefined ? [] : [[name, fit(terms)]];
    }),
  );
}

/** As in causal/estimators. */
function admissible({ sources }: BootstrapProblem): readonly EstimatorName[] {
  const names: EstimatorName[] = ['gold-only'];
  if (sources.length === 0) return names;
  names.push(
    'preference-only',
    'pooled',
    'mean-shift',
    'r-learner',
    'dr-learner',
    'offset',
    'calibrated-offset',
  );
  if (sources.every((source) => source.isFullyPaired)) names.push('paired-difference');
  if (sources.some((source) => source.isFullyPaired)) names.push('two-stage-surrogate', 'surrogate-aipw');
  return names;
}

/** Regression on all labels as they are; a prompt with several labels comes several times. */
function fitLabels(
  { fit, gramOf, columns, goldPlain, sources }: Terms,
  name: 'pooled' | 'preference-only',
): Float64Array {
  const gold = name === 'pooled' ? [goldPlain] : [];
  return fit({
    name,
    isPlentiful: true,
    gram: gramOf(addMoments([...gold, ...sources.map(({ moments }) => moments)]), columns.features),
    crosses: combineFolds([
      ...gold.map((each) => [1, crossesOf(each, columns, columns.gold)] as const),
      ...sources.map(({ regression }) => [1, regression.crosses] as const),
    ]),
  });
}

/** Stage 2: every prompt once, gold where known, else the mean over its judges of their preference plus Δ̂ of its fold. */
function refit(terms: Terms, name: string, estimateBias: MomentBias): Float64Array {
  const { problem, columns, of, fit, everyone, goldPlain, sources } = terms;
  const biases = sources.map((source) => estimateBias(terms, source));
  const masks = new Set(problem.cells.filter((cell) => !cell.hasGold).map((cell) => cell.judges));
  const corrected = [...masks].flatMap((mask) => {
    const alone = of(aloneBy(mask), KIND.plain);
    const judges = sources.filter(({ index }) => (mask & (1 << index)) !== 0);
    return judges.flatMap(({ index }) => [
      [1 / judges.length, crossesOf(alone, columns, columns.preference(index))] as const,
      [1 / judges.length, predictedCrosses(alone, biases[index])] as const,
    ]);
  });
  return fit({
    name: `${name}/refit`,
    isPlentiful: true,
    gram: everyone.gram,
    crosses: combineFolds([[1, crossesOf(goldPlain, columns, columns.gold)], ...corrected]),
  });
}

/** η̂_j plus a regression of r − η̂_j on x; sources by their share of labels. */
function offset({ problem, fit, gold, goldRegression, sources }: Terms): Float64Array {
  const labels = problem.sources.reduce((sum, { rows }) => sum + rows, 0);
  return combine(
    sources.flatMap(({ index, eta, etaAt }) => {
      const share = problem.sources[index].rows / labels;
      const correction = fit({
        name: `offset/${index}`,
        gram: gold.gram,
        crosses: combineFolds([
          [1, goldRegression.crosses],
          [-1, predictedCrosses(gold, etaAt)],
        ]),
      });
      return [[share, eta] as const, [share, correction] as const];
    }),
  );
}

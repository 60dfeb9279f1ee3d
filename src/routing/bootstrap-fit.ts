import { exponentialWeights } from '../causal/auto.ts';
import type { EstimatorName } from '../causal/estimators.ts';
import { FOLD_COUNT } from '../causal/folds.ts';
import { keptSpread } from '../causal/spread.ts';
import { createRng, deriveSeed } from '../core/rng.ts';
import { createArena, type Arena } from '../stats/arena.ts';
import { addAll, dot, quadratic, type PenaltyBook } from '../stats/bootstrap-ridge.ts';
import { drawMoments, EVERYONE } from './bootstrap-draw.ts';
import { fitFromMoments, fitWithoutGold, type MomentEstimates } from './bootstrap-estimators.ts';
import { columnsOf, KIND, type BootstrapProblem } from './bootstrap-problem.ts';
import { shrinkTheta, squaresAround } from './bootstrap-spread.ts';
import { combine, crossOf, momentAt } from './bootstrap-terms.ts';

/** All estimators, auto and the mean bias of each source under one set of weights. */
export interface WeightedFit {
  readonly estimates: MomentEstimates & { readonly auto?: Float64Array };
  readonly meanBias: readonly number[];
}

export interface BootstrapPlan {
  readonly problem: BootstrapProblem;
  /** Members of auto. */
  readonly candidates: readonly EstimatorName[];
  /** Penalties with all weights 1, chosen by five-fold error: where a draw starts to look. By name of the regression. */
  readonly penalties: ReadonlyMap<string, number>;
  /** The fit with all weights 1: draws are read as deviations from it. */
  readonly unit: WeightedFit;
}

/** @param units how many weights a draw has */
export function planBootstrap(
  problem: BootstrapProblem,
  candidates: readonly EstimatorName[],
  units: number,
): BootstrapPlan {
  const exponents = new Map<string, number>();
  const unit = fitWeighted(
    problem,
    candidates,
    { exponents },
    new Float64Array(units).fill(1),
    createArena(),
  );
  return { problem, candidates, penalties: exponents, unit };
}

/** The weights of a draw, from a seed of its own: it does not matter who works out which. */
export function drawWeights(seed: number, draw: number, units: number): Float64Array {
  const rng = createRng(deriveSeed(seed, 'bootstrap', draw));
  return Float64Array.from({ length: units }, () => rng.exponential());
}

/**
 * What training gives under some weights, as deviations from the fit with all weights 1.
 * @param arena memory to work in; overwritten
 */
export function drawFit(plan: BootstrapPlan, weights: Float64Array, arena: Arena): WeightedFit {
  const book = { exponents: new Map<string, number>(), base: plan.penalties };
  const drawn = fitWeighted(plan.problem, plan.candidates, book, weights, arena);
  const estimates: Record<string, Float64Array> = {};
  const unit: Readonly<Record<string, Float64Array | undefined>> = plan.unit.estimates;
  for (const [name, theta] of Object.entries(drawn.estimates)) {
    const centre = unit[name];
    if (centre !== undefined)
      estimates[name] = combine([
        [1, theta],
        [-1, centre],
      ]);
  }
  return { estimates, meanBias: drawn.meanBias.map((mean, j) => mean - plan.unit.meanBias[j]) };
}

function fitWeighted(
  problem: BootstrapProblem,
  candidates: readonly EstimatorName[],
  book: PenaltyBook,
  weights: Float64Array,
  arena: Arena,
): WeightedFit {
  arena.reset();
  const moments = drawMoments(problem, weights, arena);
  const { estimates, meanBias } = fitFromMoments(problem, moments, book);
  const members = candidates.filter((name) => estimates[name] !== undefined);
  const sse: Partial<Record<EstimatorName, number>> = {};
  let total = 0;
  const folds: { readonly gold: Float64Array; readonly without: MomentEstimates }[] = [];
  for (let held = 0; held < FOLD_COUNT; held++) {
    const gold = moments.heldGold(held);
    if (gold[0] === 0) continue;
    total += gold[0];
    const without = fitWithoutGold(problem, moments, book, held, members);
    folds.push({ gold, without });
    for (const name of members) {
      const theta = without[name];
      if (theta !== undefined) sse[name] = (sse[name] ?? 0) + squaredError(gold, theta, problem);
    }
  }
  // Gold weights have mean 1, as in causal/auto.
  const scale = problem.goldRows / total;
  const scaled = Object.fromEntries(members.map((name) => [name, (sse[name] ?? 0) * scale]));
  const shares = exponentialWeights({ sse: scaled, goldRows: problem.goldRows });
  const weighted = (of: MomentEstimates): Float64Array =>
    combine(
      members.flatMap((name): (readonly [number, Float64Array])[] => {
        const theta = of[name];
        return theta === undefined ? [] : [[shares[name] ?? 0, theta]];
      }),
    );
  const spread = folds.reduce((sum, { gold, without }) => sum + squaresAround(gold, weighted(without)), 0);
  const noise = Math.min(...Object.values(scaled)) / problem.goldRows;
  const kept = keptSpread(spread / total, noise, problem.effectiveGold);
  const everyone = addAll(moments.of(EVERYONE, KIND.plain, null).folds);
  return { estimates: { ...estimates, auto: shrinkTheta(weighted(estimates), everyone, kept) }, meanBias };
}

/** Σ w (r − zθ)² from moments of u. */
function squaredError(moments: Float64Array, theta: Float64Array, problem: BootstrapProblem): number {
  const columns = columnsOf(problem.dim, problem.sources.length);
  const label = crossOf(moments, columns, columns.gold);
  return momentAt(moments, columns.gold, columns.gold) - 2 * dot(label, theta) + quadratic(moments, theta);
}

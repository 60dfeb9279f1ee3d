import { exponentialWeights } from '../causal/auto.ts';
import type { EstimatorName } from '../causal/estimators.ts';
import { FOLD_COUNT } from '../causal/folds.ts';
import { createRng, deriveSeed } from '../core/rng.ts';
import { dot, quadratic, type PenaltyBook } from '../stats/bootstrap-ridge.ts';
import { combine, fitFromMoments, type MomentEstimates } from './bootstrap-estimators.ts';
import { drawMoments, type BootstrapProblem } from './bootstrap-problem.ts';

/** All estimators, auto and the mean bias under one set of weights. */
export interface WeightedFit {
  readonly estimates: MomentEstimates & { readonly auto?: Float64Array };
  readonly meanBias: number | null;
}

export interface BootstrapPlan {
  readonly problem: BootstrapProblem;
  /** Members of auto. */
  readonly candidates: readonly EstimatorName[];
  readonly seed: number;
  /** Penalties, chosen once by five-fold error on the labels as they are, by name of the regression. */
  readonly penalties: readonly (readonly [string, number])[];
  /** The fit with all weights 1: draws are read as deviations from it. */
  readonly unit: WeightedFit;
}

/** @param known penalties that the run itself has chosen */
export function planBootstrap(
  problem: BootstrapProblem,
  candidates: readonly EstimatorName[],
  seed: number,
  known: PenaltyBook = new Map(),
): BootstrapPlan {
  const book: PenaltyBook = new Map(known);
  const unit = fitWeighted(problem, candidates, book, new Float64Array(problem.units).fill(1));
  return { problem, candidates, seed, penalties: [...book], unit };
}

/**
 * What training gives in one draw, as deviations from the fit with all weights 1. Every draw has a seed of its own, so that
 * it does not matter who works out which.
 */
export function drawFit(plan: BootstrapPlan, draw: number): WeightedFit {
  const rng = createRng(deriveSeed(plan.seed, 'bootstrap', draw));
  const weights = Float64Array.from({ length: plan.problem.units }, () => rng.exponential());
  const drawn = fitWeighted(plan.problem, plan.candidates, new Map(plan.penalties), weights);
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
  const meanBias =
    drawn.meanBias === null || plan.unit.meanBias === null ? null : drawn.meanBias - plan.unit.meanBias;
  return { estimates, meanBias };
}

function fitWeighted(
  problem: BootstrapProblem,
  candidates: readonly EstimatorName[],
  book: PenaltyBook,
  weights: Float64Array,
): WeightedFit {
  const moments = drawMoments(problem, weights);
  const { estimates, meanBias } = fitFromMoments(problem, moments, book, null);
  const members = candidates.filter((name) => estimates[name] !== undefined);
  const sse: Partial<Record<EstimatorName, number>> = {};
  let total = 0;
  for (let held = 0; held < FOLD_COUNT; held++) {
    const gold = moments.heldGold(held);
    if (gold[0] === 0) continue;
    total += gold[0];
    const without = fitFromMoments(problem, moments, book, held).estimates;
    for (const name of members) {
      const theta = without[name];
      if (theta !== undefined) sse[name] = (sse[name] ?? 0) + squaredError(gold, theta, problem.dim);
    }
  }
  // Gold weights have mean 1, as in causal/auto.
  const scale = problem.goldRows / total;
  const scaled = Object.fromEntries(members.map((name) => [name, (sse[name] ?? 0) * scale]));
  const shares = exponentialWeights({ sse: scaled, goldRows: problem.goldRows });
  const auto = combine(
    members.flatMap((name): (readonly [number, Float64Array])[] => {
      const theta = estimates[name];
      return theta === undefined ? [] : [[shares[name] ?? 0, theta]];
    }),
  );
  return { estimates: { ...estimates, auto }, meanBias };
}

/** Σ w (r − zθ)² from moments of (1, x, y, |y|, r). */
function squaredError(moments: Float64Array, theta: Float64Array, dim: number): number {
  const q = dim + 4;
  const m = dim + 1;
  const gram = new Float64Array(m * m);
  for (let j = 0; j < m; j++) gram.set(moments.subarray(j * q, j * q + m), j * m);
  const label = moments.subarray((q - 1) * q, (q - 1) * q + m);
  return moments[q * q - 1] - 2 * dot(label, theta) + quadratic(gram, theta);
}

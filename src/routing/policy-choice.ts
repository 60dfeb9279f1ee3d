import { AppError } from '../core/errors.ts';
import { mean } from '../stats/descriptive.ts';
import { SPLIT, type Snapshot } from './snapshot.ts';

/**
 * Choosing among K models: the one with the highest ψ̂_k(x) − w·C_k, where ψ̂_k is the gain over the anchor (0 for the
 * anchor itself) and C_k the relative cost. With two models this is ψ̂ > w.
 */

/**
 * C_k: mean cost over the anchor's, in units of the dearest model's; the anchor's own is 0, the dearest's 1. In the order of
 * `modelNames`, from prompts outside the test set.
 * @throws AppError `usage` where no model is dearer than the anchor.
 */
export function relativeCosts(snapshot: Snapshot): readonly number[] {
  const { strong, cheap, costs } = meanCosts(snapshot);
  // Of two models the strong one is the dear one, whatever its calls cost.
  if (snapshot.models.length === 1) return [1, 0];
  if (!(strong > cheap)) {
    throw new AppError(
      'usage',
      `No model costs more than the anchor “${snapshot.anchor}”. The anchor should be the cheapest: name that one.`,
    );
  }
  return costs.map((cost) => (cost - cheap) / (strong - cheap));
}

/** Mean cost of a call outside the test set: of every model in the order of `modelNames`, the dearest and the anchor. */
export function meanCosts(snapshot: Snapshot): {
  readonly costs: readonly number[];
  readonly strong: number;
  readonly cheap: number;
} {
  const { models, anchorCost, split } = snapshot;
  const costs = [...models.map(({ cost }) => cost), anchorCost].map((cost) =>
    mean(cost.filter((value, i) => split[i] !== SPLIT.test && Number.isFinite(value))),
  );
  return { costs, strong: Math.max(...costs.slice(0, -1)), cheap: costs[costs.length - 1] };
}

/** The position of the dearest model among `snapshot.models`: with the anchor, the pair that w is measured in. */
export function dearestPosition(snapshot: Snapshot): number {
  if (snapshot.models.length === 1) return 0;
  const { costs, strong } = meanCosts(snapshot);
  return costs.indexOf(strong);
}

/** From gains to a model, for one set of relative costs. */
export interface Chooser {
  /** Positions in `modelNames` for every row; of equal scores the cheapest model, then the first. */
  readonly choose: (gains: readonly Float64Array[], w: number) => Int32Array;
  /** The weights w ≥ 0 at which a row goes over from one model to another, all rows together. */
  readonly breakpoints: (gains: readonly Float64Array[]) => Float64Array;
}

/** @param relativeCost of every model, the anchor last. */
export function createChooser(relativeCost: readonly number[]): Chooser {
  const anchor = relativeCost.length - 1;
  const byCost = Array.from(relativeCost.keys()).sort((a, b) => relativeCost[a] - relativeCost[b]);
  const gainOf = (gains: readonly Float64Array[], model: number, row: number): number =>
    model === anchor ? 0 : gains[model][row];
  return {
    choose: (gains, w) =>
      Int32Array.from(gains[0], (_, row) => {
        let best = byCost[0];
        let bestScore = -Infinity;
        for (const model of byCost) {
          const score = gainOf(gains, model, row) - w * relativeCost[model];
          if (score > bestScore) {
            best = model;
            bestScore = score;
          }
        }
        return best;
      }),
    breakpoints: (gains) => {
      const out: number[] = [];
      for (let row = 0; row < gains[0].length; row++) {
        // Walk up the upper envelope of the lines w ↦ gain − w·C, from w = 0 on: each step goes to a cheaper model.
        let w = 0;
        let current = bestAt(gains, row);
        for (;;) {
          let next = -1;
          let at = Infinity;
          for (const model of byCost) {
            const saving = relativeCost[current] - relativeCost[model];
            if (saving <= 0) break;
            const meet = (gainOf(gains, current, row) - gainOf(gains, model, row)) / saving;
            if (meet < at) {
              at = meet;
              next = model;
            }
          }
          if (next < 0 || !Number.isFinite(at)) break;
          w = Math.max(w, at);
          out.push(w);
          current = next;
        }
      }
      return Float64Array.from(out).sort();
    },
  };

  function bestAt(gains: readonly Float64Array[], row: number): number {
    let best = byCost[0];
    for (const model of byCost) if (gainOf(gains, model, row) > gainOf(gains, best, row)) best = model;
    return best;
  }
}

import { evaluatePredictions } from '../../src/routing/evaluate.ts';
import type { Evaluation } from '../../src/routing/evaluation.ts';

/** Evaluates predictions on gains, each row a prompt of its own, strong calls at a cost of 1. */
export function evaluateOn(gain: Float64Array, predicted: Float64Array, seed: number): Evaluation {
  const rows = Int32Array.from({ length: gain.length }, (_, i) => i);
  return evaluatePredictions(
    {
      strong: 'strong',
      cheap: 'cheap',
      rows,
      gain,
      group: rows,
      cheapQuality: new Float64Array(gain.length),
      qualityUnit: 'gain-over-cheap',
      cheapCost: new Float64Array(gain.length),
      extraCost: new Float64Array(gain.length).fill(1),
      strongCost: new Float64Array(gain.length).fill(1),
    },
    { name: 'auto', predicted },
    [],
    0,
    seed,
  );
}

import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { fitLogistic, predictProbability } from '../../../src/learners/logistic.ts';

const N = 600;
const D = 3;
const FOLDS = 5;

function sample(seed: number, slope: number) {
  const rng = createRng(seed);
  const x = { rows: N, cols: D, data: new Float64Array(N * D).map(() => rng.normal()) };
  const truth = Float64Array.from({ length: N }, (_, i) => 1 / (1 + Math.exp(1 - slope * x.data[i * D])));
  const t = Uint8Array.from(truth, (p) => Number(rng.uniform() < p));
  return { x, t, truth, folds: Int32Array.from({ length: N }, (_, i) => i % FOLDS) };
}

describe('logistic regression', () => {
  it('ends where the gradient of the penalised likelihood is zero, the intercept free', () => {
    const { x, t, folds } = sample(1, 1.5);
    const model = fitLogistic(x, t, folds, FOLDS);
    const p = predictProbability(model, x);
    const gradient = [0, ...Array.from(model.coefficients, (b) => -N * model.penalty * b)];
    for (let i = 0; i < N; i++) {
      gradient[0] += t[i] - p[i];
      for (let k = 0; k < D; k++) gradient[k + 1] += (t[i] - p[i]) * x.data[i * D + k];
    }
    for (const g of gradient) expect(Math.abs(g)).toBeLessThan(1e-6);
  });

  it('finds the probabilities where features decide, and shrinks to the share where they do not', () => {
    const strong = sample(2, 1.5);
    const fitted = predictProbability(fitLogistic(strong.x, strong.t, strong.folds, FOLDS), strong.x);
    const error = fitted.reduce((sum, p, i) => sum + Math.abs(p - strong.truth[i]), 0) / N;
    expect(error).toBeLessThan(0.05);
    const none = sample(3, 0);
    const flat = fitLogistic(none.x, none.t, none.folds, FOLDS);
    expect(flat.penalty).toBe(10);
    const share = none.t.reduce((sum, v) => sum + v, 0) / N;
    for (const p of predictProbability(flat, none.x)) expect(Math.abs(p - share)).toBeLessThan(0.02);
  });

  it('survives features that separate the two', () => {
    const { x, folds } = sample(4, 1);
    const t = Uint8Array.from({ length: N }, (_, i) => Number(x.data[i * D] > 0));
    const p = predictProbability(fitLogistic(x, t, folds, FOLDS), x);
    p.forEach((value, i) => {
      if (Math.abs(x.data[i * D]) > 0.3) expect(value > 0.5).toBe(t[i] === 1);
    });
  });
});

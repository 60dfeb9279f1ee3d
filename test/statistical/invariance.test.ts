import { describe, expect, it } from 'vitest';
import { createRng } from '../../src/core/rng.ts';
import type { DirectEstimator } from '../../src/causal/estimators.ts';
import type { Sample } from '../../src/causal/sample.ts';
import { predict, type Model } from '../../src/learners/model.ts';
import { fitDefault } from '../support/world-fit.ts';
import { generateWorld, worldSample, worldTest } from '../support/worlds.ts';

const world = generateWorld('linear', 31);
const test = worldTest(world);

function withPreferences(sample: Sample, change: (y: number) => number): Sample {
  const [source] = sample.sources;
  return { ...sample, sources: [{ ...source, preferenceGain: source.preferenceGain.map(change) }] };
}

function expectSame(a: Model | undefined, b: Model | undefined, scale: number, what: string): void {
  if (a === undefined || b === undefined) throw new Error(`${what} does not apply`);
  const ofB = predict(b, test.x);
  predict(a, test.x).forEach((value, i) => {
    expect(Math.abs(scale * value - ofB[i]), what).toBeLessThan(1e-8);
  });
}

describe.each([false, true])('estimators (paired: %s)', (isPaired) => {
  const sample = worldSample(world, 150, isPaired);
  const fit = fitDefault(sample, 2);

  it('halve with the scale of all gains, and auto keeps its weights', () => {
    const half = fitDefault(
      withPreferences({ ...sample, goldGain: sample.goldGain.map((r) => r / 2) }, (y) => y / 2),
      2,
    );
    for (const [name, { model }] of Object.entries(fit.estimates)) {
      expectSame(model, half.estimates[name as DirectEstimator]?.model, 0.5, name);
    }
    for (const [name, weight] of Object.entries(fit.weights)) {
      expect(half.weights[name as DirectEstimator], name).toBeCloseTo(weight, 8);
    }
  });

  it('that correct a source do not see a constant added to all it says; the others do', () => {
    const moved = fitDefault(
      withPreferences(sample, (y) => y + 0.3),
      2,
    );
    const correcting: DirectEstimator[] = [
      'gold-only',
      'mean-shift',
      'r-learner',
      'dr-learner',
      'offset',
      'calibrated-offset',
    ];
    for (const name of isPaired ? [...correcting, 'paired-difference' as const] : correcting) {
      expectSame(fit.estimates[name]?.model, moved.estimates[name]?.model, 1, name);
    }
    expectSame(fit.estimates['omega-grid']?.model, moved.estimates['omega-grid']?.model, 1, 'omega-grid');
    const pooled = [fit, moved].map(({ estimates }) => {
      if (estimates.pooled === undefined) throw new Error('pooled always applies');
      return predict(estimates.pooled.model, test.x)[0];
    });
    expect(Math.abs(pooled[0] - pooled[1])).toBeGreaterThan(0.2);
  });

  it('do not hang on the axes of the features', () => {
    const turned = fitDefault({ ...sample, x: turn(sample.x, 5) }, 2);
    const x = turn(test.x, 5);
    for (const [name, { model }] of Object.entries(fit.estimates)) {
      const other = turned.estimates[name as DirectEstimator];
      if (other === undefined) throw new Error(`${name} does not apply`);
      const predicted = predict(other.model, x);
      predict(model, test.x).forEach((value, i) => {
        expect(Math.abs(value - predicted[i]), name).toBeLessThan(1e-8);
      });
    }
  });
});

/** x reflected along a random direction: an orthogonal map. */
function turn(x: Sample['x'], seed: number): Sample['x'] {
  const rng = createRng(seed);
  const direction = Float64Array.from({ length: x.cols }, () => rng.normal());
  const length = Math.hypot(...direction);
  const data = Float64Array.from(x.data);
  for (let i = 0; i < x.rows; i++) {
    let along = 0;
    for (let k = 0; k < x.cols; k++) along += (data[i * x.cols + k] * direction[k]) / length;
    for (let k = 0; k < x.cols; k++) data[i * x.cols + k] -= (2 * along * direction[k]) / length;
  }
  return { rows: x.rows, cols: x.cols, data };
}

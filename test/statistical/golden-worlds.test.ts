import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { describe, expect, it } from 'vitest';
import type { Matrix } from '../../src/core/matrix.ts';
import { createRng } from '../../src/core/rng.ts';
import { admissibleEstimators, ESTIMATORS } from '../../src/causal/estimators.ts';
import { makeFolds } from '../../src/causal/folds.ts';
import { createProblem } from '../../src/causal/nuisances.ts';
import type { Sample } from '../../src/causal/sample.ts';
import { predict } from '../../src/learners/model.ts';
import { scorePredictions } from '../../src/routing/policy-value.ts';
import { mean, sum } from '../../src/stats/descriptive.ts';
import { fitReferenceAuto, reference } from '../support/reference-auto.ts';
import { generateSelected, generateWorld, worldSample, worldTest, WORLDS } from '../support/worlds.ts';

const goldenRow = z.object({
  predictions: z.array(z.number()),
  egMean: z.number(),
  area: z.number().optional(),
  gainRelMse: z.number().optional(),
  v0: z.number().optional(),
  level: z.number().optional(),
  weights: z.record(z.string(), z.number()).optional(),
});
type GoldenRow = z.infer<typeof goldenRow>;
const goldenRows = z.record(z.string(), goldenRow);

/** Values of an independent implementation in numpy, in the reference configuration of folds. */
const golden = z
  .object({
    uniformsSeed42: z.array(z.number()),
    normalsSeed42: z.array(z.number()),
    permutation10Seed7: z.array(z.number()),
    worlds: z.record(
      z.enum(WORLDS),
      z.object({
        x0: z.array(z.number()),
        r: z.array(z.number()),
        y: z.array(z.number()),
        sumR: z.number(),
        sumY: z.number(),
        unpaired: goldenRows,
        paired: goldenRows,
      }),
    ),
    selected: z.record(
      z.enum(['selected-x', 'selected-y']),
      z.object({ goldCount: z.number(), sumPropensity: z.number(), rows: goldenRows }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('../fixtures/golden-worlds.json', import.meta.url), 'utf8')));

const TOLERANCE = 1e-8;

function close(actual: number, expected: number | undefined, what: string): void {
  if (expected === undefined) return;
  expect(Math.abs(actual - expected), `${what}: ${actual} against ${expected}`).toBeLessThan(TOLERANCE);
}

/** Fits what the golden rows name and hands each prediction on the test rows to `check`. */
function compareAll(
  sample: Sample,
  x: Matrix,
  rows: Readonly<Record<string, GoldenRow>>,
  check: (predicted: Float64Array, row: GoldenRow, name: string) => void,
): void {
  const problem = createProblem(sample, makeFolds(sample, reference));
  for (const name of admissibleEstimators(problem)) {
    check(predict(ESTIMATORS[name](problem).model, x), rows[name], name);
  }
  const auto = fitReferenceAuto(sample);
  expect(Object.keys(auto.weights).sort()).toEqual(Object.keys(rows.auto.weights ?? {}).sort());
  for (const [name, weight] of Object.entries(auto.weights)) {
    close(weight, rows.auto.weights?.[name], `weight of ${name}`);
  }
  check(predict(auto.estimate.model, x), rows.auto, 'auto');
}

describe('random numbers', () => {
  it('equal the published sequence bit for bit', () => {
    const rng = createRng(42);
    expect(Array.from({ length: 5 }, rng.uniform)).toEqual(golden.uniformsSeed42);
    expect(Array.from(createRng(7).permutation(10))).toEqual(golden.permutation10Seed7);
    const normal = createRng(42);
    for (const expected of golden.normalsSeed42) close(normal.normal(), expected, 'normal');
  });
});

describe.each(WORLDS)('world %s', (name) => {
  const world = generateWorld(name, 1);
  const test = worldTest(world);
  const expected = golden.worlds[name];

  it('is generated as documented', () => {
    for (let k = 0; k < 3; k++) {
      close(world.x.data[k], expected.x0[k], 'x0');
      close(world.r[k], expected.r[k], 'r');
      close(world.y[k], expected.y[k], 'y');
    }
    close(sum(world.r), expected.sumR, 'sum of r');
    close(sum(world.y), expected.sumY, 'sum of y');
  });

  it.each(['unpaired', 'paired'] as const)('%s estimators agree with the reference', (form) => {
    compareAll(worldSample(world, 100, form === 'paired'), test.x, expected[form], (predicted, row, what) => {
      for (let k = 0; k < 3; k++) close(predicted[k], row.predictions[k], `${what} prediction ${k}`);
      const scores = scorePredictions(predicted, test.psi);
      close(scores.egMean, row.egMean, `${what} EG`);
      close(scores.area, row.area, `${what} area`);
      close(scores.gainRelMse, row.gainRelMse, `${what} relative MSE`);
      close(scores.policyValue[0], row.v0, `${what} V(0)`);
    });
  });
});

describe.each(['selected-x', 'selected-y'] as const)('world %s', (kind) => {
  it('agrees with the reference under a logged, non-uniform design', () => {
    const { world, sample } = generateSelected(kind, 1);
    const test = worldTest(world);
    const expected = golden.selected[kind];
    expect(sum(sample.hasGold)).toBe(expected.goldCount);
    close(sum(sample.propensity), expected.sumPropensity, 'sum of propensities');
    compareAll(sample, test.x, expected.rows, (predicted, row, what) => {
      for (let k = 0; k < 3; k++) close(predicted[k], row.predictions[k], `${what} prediction ${k}`);
      close(mean(predicted.map((p, i) => p - test.psi[i])), row.level, `${what} level`);
      close(scorePredictions(predicted, test.psi).egMean, row.egMean, `${what} EG`);
    });
  });
});

import { describe, expect, it } from 'vitest';
import { fitEstimators } from '../../src/causal/fit.ts';
import { makeFolds } from '../../src/causal/folds.ts';
import { selectRows, type Sample } from '../../src/causal/sample.ts';
import { createRng } from '../../src/core/rng.ts';
import { predict } from '../../src/learners/model.ts';
import { plainAuto, plainEstimators, plainWeights } from '../support/independent-estimators.ts';

const ROWS = 140;
const DIM = 4;

/** Gold with an uneven design; `share` of the gold prompts keep their preference; every third prompt comes twice. */
function makeSample(seed: number, share: number, isUniform: boolean): Sample {
  const rng = createRng(seed);
  const x = { rows: ROWS, cols: DIM, data: new Float64Array(ROWS * DIM).map(() => rng.normal()) };
  const rows = Array.from({ length: ROWS }, (_, i) => i);
  const propensity = Float64Array.from(rows, (i) =>
    isUniform ? 0.4 : 0.25 + (x.data[i * DIM] > 0 ? 0.3 : 0),
  );
  const hasGold = Uint8Array.from(propensity, (p) => Number(rng.uniform() < p));
  const hasPreference = Uint8Array.from(hasGold, (t) => Number(t === 0 || rng.uniform() < share));
  const gain = (i: number): number => 0.3 * x.data[i * DIM] - 0.2 * x.data[i * DIM + 1] + 0.2 * rng.normal();
  return {
    x,
    hasGold,
    goldGain: Float64Array.from(rows, (i) => (hasGold[i] === 1 ? gain(i) : Number.NaN)),
    sources: [
      {
        name: 'judge',
        hasPreference,
        preferenceGain: Float64Array.from(rows, (i) =>
          hasPreference[i] === 1 ? gain(i) + 0.2 + 0.1 * x.data[i * DIM + 2] : Number.NaN,
        ),
      },
    ],
    propensity,
    group: Int32Array.from(rows, (i) => (i % 3 === 2 ? i - 1 : i)),
  };
}

describe('a plain re-implementation in the configuration of the app', () => {
  it.each([
    ['unpaired', 0, true],
    ['unpaired, uneven design', 0, false],
    ['partly paired, uneven design', 0.5, false],
    ['paired', 1, true],
    ['paired, uneven design', 1, false],
  ] as const)('agrees to 1e-8: %s', (_, share, isUniform) => {
    const sample = makeSample(7, share, isUniform);
    const scheme = { kind: 'grouped', repeats: 2, seed: 5 } as const;
    const crossValidationScheme = { ...scheme, repeats: 1 };
    const fit = fitEstimators(sample, {
      scheme,
      crossValidationScheme,
      selectedOnVerdict: false,
      clock: () => 0,
    });
    const plain = plainEstimators(sample, makeFolds(sample, scheme));
    const { 'omega-grid': _omega, ...direct } = fit.estimates;
    expect(Object.keys(direct).sort()).toEqual(Object.keys(plain).sort());
    const row = (i: number): number[] => Array.from(sample.x.data.subarray(i * DIM, (i + 1) * DIM));
    for (const [name, { model }] of Object.entries(direct)) {
      predict(model, sample.x).forEach((value, i) => {
        expect(Math.abs(value - plain[name](row(i))), `${name}, row ${i}`).toBeLessThan(1e-8);
      });
    }
    const gold = Int32Array.from(sample.hasGold.keys()).filter((i) => sample.hasGold[i] === 1);
    const [held] = makeFolds(selectRows(sample, gold), crossValidationScheme);
    const { weights, kept: spread } = plainWeights(sample, Object.keys(fit.weights), held, (rows) => {
      const groups = new Set(rows.map((i) => sample.group[i]));
      const kept = Int32Array.from(sample.group.keys()).filter((i) => !groups.has(sample.group[i]));
      const reduced = selectRows(sample, kept);
      return { sample: reduced, foldings: makeFolds(reduced, crossValidationScheme) };
    });
    for (const [name, weight] of Object.entries(fit.weights)) {
      expect(Math.abs(weight - weights[name]), `weight of ${name}`).toBeLessThan(1e-8);
    }
    expect(Math.abs(fit.keptSpread - spread)).toBeLessThan(1e-8);
    const auto = plainAuto(sample, plain, weights, spread);
    predict(fit.auto.model, sample.x).forEach((value, i) => {
      expect(Math.abs(value - auto(row(i))), `auto, row ${i}`).toBeLessThan(1e-8);
    });
  });
});

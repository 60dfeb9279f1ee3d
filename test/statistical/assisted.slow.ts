import { describe, expect, it } from 'vitest';
import { createRng } from '../../src/core/rng.ts';
import { assistedValues, type AssistedValue } from '../../src/routing/assisted.ts';
import { policyValue } from '../../src/routing/policy-value.ts';
import { generateWorld } from '../support/worlds.ts';

const RUNS = 200;
const PROMPTS = 600;
const GOLD = 120;
const W = 0.1;

/** A router fixed beforehand: the first two terms of ψ. */
function route(x: Float64Array, n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => 0.05 + 0.12 * x[i * 20] + 0.08 * x[i * 20 + 1]);
}

const truth = (() => {
  const large = generateWorld('linear', 999, 200_000);
  const unit = new Float64Array(200_000).fill(1);
  return policyValue(route(large.x.data, 200_000), large.psi, unit, W);
})();

/** The judge of world `linear` is biased; its verdict stands in for gold as it is. */
function assisted(seed: number, isWeighted: boolean): readonly AssistedValue[] {
  const world = generateWorld('linear', seed + 9000, PROMPTS);
  const rng = createRng(seed + 70_000);
  // More often where the verdict is near 0, as a queue of unsure items would draw.
  const raw = world.y.map((y) => 1 / (0.2 + Math.abs(y)));
  const total = raw.reduce((sum, v) => sum + v, 0);
  const propensity = raw.map((v) => (isWeighted ? Math.min((GOLD * v) / total, 0.95) : GOLD / PROMPTS));
  const gain = world.r.map((r, i) => (rng.uniform() < propensity[i] ? r : Number.NaN));
  return assistedValues({
    predicted: route(world.x.data, PROMPTS),
    gain,
    proxy: world.y,
    group: Int32Array.from({ length: PROMPTS }, (_, i) => i),
    propensity: isWeighted ? propensity : null,
    weights: [W],
  });
}

describe.each([false, true])(
  'intervals at nominal .95 with the help of prompts without gold (weighted draw: %s)',
  (isWeighted) => {
    it.each([
      ['the mean gain', 0, 0.05],
      ['V(.1)', 1, truth],
    ] as const)('hold %s, and are shorter than those of gold alone', (what, position, value) => {
      let held = 0;
      let heldAlone = 0;
      let ratio = 0;
      for (let seed = 1; seed <= RUNS; seed++) {
        const { goldOnly, assisted: helped } = assisted(seed, isWeighted)[position];
        const covers = (ci95: readonly [number, number] | null): boolean =>
          ci95 !== null && ci95[0] <= value && value <= ci95[1];
        const width = (ci95: readonly [number, number] | null): number =>
          ci95 === null ? Number.NaN : ci95[1] - ci95[0];
        if (covers(helped.ci95)) held++;
        if (covers(goldOnly.ci95)) heldAlone++;
        ratio += width(helped.ci95) / width(goldOnly.ci95) / RUNS;
      }
      process.stdout.write(
        `\n${what}, weighted ${isWeighted}: PPI++ ${((100 * held) / RUNS).toFixed(1)} %, gold alone ${((100 * heldAlone) / RUNS).toFixed(1)} %, ` +
          `width ${ratio.toFixed(2)} of gold alone\n`,
      );
      for (const share of [held / RUNS, heldAlone / RUNS]) {
        expect(share).toBeGreaterThanOrEqual(0.9);
        expect(share).toBeLessThanOrEqual(0.98);
      }
      expect(ratio).toBeLessThan(0.95);
    });
  },
);

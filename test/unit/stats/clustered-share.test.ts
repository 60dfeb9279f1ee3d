import { expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import {
  addCluster,
  clusteredMean,
  clusteredShare,
  emptySums,
  wilsonInterval,
} from '../../../src/stats/clustered-share.ts';

it('is Wilson’s interval where every cluster has one unit', () => {
  const sums = emptySums();
  for (let i = 0; i < 40; i++) addCluster(sums, Number(i < 14), 1);
  const share = clusteredShare(sums);
  expect(share).toMatchObject({ value: 0.35, n: 40, clusters: 40 });
  // The variance between clusters divides by n − 1, and so counts as 39 units.
  expect(share.ci95?.[0]).toBeCloseTo(wilsonInterval(0.35, 39)[0], 10);
  // Worked out apart, in Python.
  expect(wilsonInterval(0.35, 40)[0]).toBeCloseTo(0.2213, 4);
  expect(wilsonInterval(0.35, 40)[1]).toBeCloseTo(0.5049, 4);
});

it('counts copies of a unit as one', () => {
  const single = emptySums();
  const copied = emptySums();
  for (let i = 0; i < 50; i++) {
    addCluster(single, Number(i % 3 === 0), 1);
    addCluster(copied, 10 * Number(i % 3 === 0), 10);
  }
  expect(clusteredShare(copied).ci95?.[0]).toBeCloseTo(clusteredShare(single).ci95?.[0] ?? 0, 12);
});

it('has an interval where all units agree, and none where there are no units', () => {
  const sums = emptySums();
  for (let i = 0; i < 12; i++) addCluster(sums, 3, 3);
  addCluster(sums, 0, 0);
  const share = clusteredShare(sums);
  expect(share.clusters).toBe(12);
  expect(share.ci95).toEqual(wilsonInterval(1, 12));
  expect(clusteredShare(emptySums())).toEqual({ value: null, ci95: null, n: 0, clusters: 0 });
  expect(clusteredMean(emptySums()).value).toBeNull();
});

it('covers the truth in about 95 of 100 samples whose units share a cluster effect', () => {
  const rng = createRng(7);
  let covered = 0;
  const rounds = 600;
  for (let round = 0; round < rounds; round++) {
    const sums = emptySums();
    for (let g = 0; g < 60; g++) {
      // A share of its own for every cluster, .7 on average, and clusters of different sizes.
      const p = 0.45 + 0.5 * rng.uniform();
      const n = 1 + Math.floor(8 * rng.uniform());
      let k = 0;
      for (let i = 0; i < n; i++) k += Number(rng.uniform() < p);
      addCluster(sums, k, n);
    }
    const [low, high] = clusteredShare(sums).ci95 ?? [1, 0];
    covered += Number(low <= 0.7 && 0.7 <= high);
  }
  expect(covered / rounds).toBeGreaterThan(0.92);
  expect(covered / rounds).toBeLessThan(0.98);
});

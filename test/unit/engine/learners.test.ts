import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Client } from '../../../src/contract/client.ts';
import { startWithData } from './test-engine.ts';

const options = { stage: 'cascade' as const, dimensions: 8, seed: 3, repeats: 1 };

async function pairOf(client: Client): Promise<{ strong: string; cheap: string }> {
  const { models } = await client.call('project.status', {});
  return { strong: models[0].name, cheap: models[1].name };
}

describe('a run with a learner other than ridge', () => {
  test.each([
    ['forest', ['trees', 'minLeaf', 'featuresPerSplit']],
    ['boosted-trees', ['trees', 'maxLeaves', 'minLeaf', 'learningRate', 'l2']],
    ['mlp', ['hidden', 'networks', 'weightDecay', 'epochs']],
    ['knn', ['k']],
  ] as const)(
    '%s: is trained in a worker, kept, judged again to the same figures, and exported with proof',
    async (learner, settings) => {
      const { client } = await startWithData({ train: 120, test: 40, gold: 40 });
      const pair = await pairOf(client);
      const run = await client.run('run.train', { ...pair, ...options, learner });
      expect(run.learner).toBe(learner);
      const [head] = run.heads;
      expect(Object.keys(head.learnerSettings)).toEqual(
        expect.arrayContaining(['gold-only', 'pooled', 'r-learner', 'dr-learner']),
      );
      for (const chosen of Object.values(head.learnerSettings)) expect(Object.keys(chosen)).toEqual(settings);
      expect(run.manifest.backend).toMatch(
        learner === 'mlp' ? /^TensorFlow\.js, \w+, float32$/u : /float64/u,
      );
      // What a bootstrap of ridge would say does not hold for another learner.
      expect(run.uncertainty?.reason).toMatch(/ridge only/u);

      const again = await client.run('run.evaluate', { runId: run.runId });
      expect(again.metrics.egMean.value).toBe(run.metrics.egMean.value);
      expect(again.estimators['gold-only'].egMean.value).not.toBeNull();

      const directory = join(mkdtempSync(join(tmpdir(), 'metarouter-learner-')), 'bundle');
      const exported = await client.run('bundle.export', { runId: run.runId, directory });
      expect(exported.parity['router.mjs']).toMatchObject({ state: 'checked', decisionsEqual: true });
      expect(exported.parity['router.mjs'].maxAbsDiff).toBeLessThan(1e-5);
    },
    60_000,
  );
});

test('rounds of a forest do not depend on the number of workers', async () => {
  const tables = [];
  for (const maxWorkers of [1, 2]) {
    const { client } = await startWithData({ train: 120, test: 40 }, { maxWorkers });
    const {
      seconds: _,
      estimators,
      ...table
    } = await client.run('replicate.start', {
      ...(await pairOf(client)),
      ...options,
      rounds: 2,
      nGold: 30,
      nTest: 40,
      learner: 'forest',
    });
    tables.push({ ...table, estimators: estimators.map(({ secondsPerRound: __, ...row }) => row) });
  }
  expect(tables[1]).toEqual(tables[0]);
}, 60_000);

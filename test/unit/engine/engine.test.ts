import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CHEAP, JUDGE, STRONG } from '../../../src/cli/demo/generate.ts';
import { refusal, startEngine, startWithData } from './test-engine.ts';

const pair = { strong: STRONG, cheap: CHEAP } as const;

describe('a call', () => {
  it('of an unknown method, with a wrong input, or without a project is refused as usage', async () => {
    const { engine } = startEngine();
    for (const [method, input] of [
      ['project.destroy', {}],
      ['project.open', { path: 7 }],
      ['run.train', { strong: 'a', cheap: 'b', estimator: 'magic' }],
      ['project.status', {}],
      ['run.train', { strong: 'a', cheap: 'b' }],
    ] as const) {
      expect(await engine.call(method, input)).toMatchObject({ ok: false, error: { code: 'usage' } });
    }
  });

  it('never answers with what was in a wrong input', async () => {
    const { engine } = startEngine();
    const answer = await engine.call('bundle.route', {
      directory: 'x',
      items: [{ prompt: { secret: 'diary' } }],
    });
    expect(JSON.stringify(answer)).not.toContain('diary');
  });
});

describe('jobs through the contract', () => {
  it('train, evaluate and export from the TypeScript sources, and tell what happened', async () => {
    const { client, events, folder } = await startWithData({ train: 200, test: 60, gold: 80 });
    const run = await client.run('run.train', { ...pair, source: JUDGE, intervals: false });
    expect(run.nGold).toBe(80);
    const evaluation = await client.run('run.evaluate', { runId: run.runId });
    expect(evaluation.metrics.egMean.value).toBeCloseTo(run.metrics.egMean.value ?? Number.NaN, 9);
    const exported = await client.run('bundle.export', { directory: `${folder}/bundle` });
    const names = events.map((event) => event.name);
    for (const name of ['import.merged', 'gold.drawn', 'run.trained', 'bundle.exported'] as const) {
      expect(names).toContain(name);
    }
    const { jobs } = await client.call('job.list', {});
    expect(jobs.map((job) => [job.kind, job.state])).toEqual([
      ['export', 'succeeded'],
      ['evaluate', 'succeeded'],
      ['train', 'succeeded'],
      ['import', 'succeeded'],
    ]);
    expect(exported.files.length).toBeGreaterThan(5);
    const { decisions } = await client.call('bundle.route', {
      directory: exported.directory,
      items: [{ id: 'x', prompt: 'Solve: two dice.' }],
    });
    expect(decisions[0].id).toBe('x');
  });

  it('the same data, configuration and seed give the same weights', async () => {
    const { client, folder } = await startWithData({ train: 150, test: 40 });
    const hashes: string[] = [];
    for (const name of ['one', 'two']) {
      const run = await client.run('run.train', { ...pair, seed: 5, intervals: false });
      const { directory } = await client.run('bundle.export', {
        runId: run.runId,
        directory: `${folder}/${name}`,
      });
      const { curve, policyValue, weights } = {
        ...(await client.run('run.evaluate', {})),
        weights: run.weights,
      };
      expect(readFileSync(`${directory}/router.safetensors`).length).toBeGreaterThan(1000);
      const figures = JSON.stringify({ curve, policyValue, weights });
      hashes.push(createHash('sha256').update(figures).digest('hex'));
    }
    expect(hashes[0]).toBe(hashes[1]);
  });

  it('replicate does not depend on the number of workers', async () => {
    const tables = [];
    for (const maxWorkers of [1, 3]) {
      const { client } = await startWithData({ train: 120, test: 30 }, { maxWorkers });
      const request = { ...pair, source: JUDGE, rounds: 3, nGold: 40, nTest: 50 };
      const { seconds, estimators, ...rest } = await client.run('replicate.start', request);
      expect(seconds).toBeGreaterThan(0);
      tables.push({ ...rest, estimators: estimators.map((row) => ({ ...row, secondsPerRound: 0 })) });
    }
    expect(tables[0]).toEqual(tables[1]);
  });

  it('a cancelled import leaves the project as it was', async () => {
    const { client, folder } = await startWithData({ train: 400, test: 100 });
    const before = await client.call('project.status', {});
    const abort = new AbortController();
    const path = `${folder}/data.wide.jsonl`;
    const work = client.run(
      'import.start',
      { paths: [path, path, path, path, path, path], dataset: 'other' },
      {
        signal: abort.signal,
        onProgress: () => {
          abort.abort();
        },
      },
    );
    expect((await refusal(work)).code).toBe('cancelled');
    expect(await client.call('project.status', {})).toEqual(before);
  });

  it('a run that asks for more gold than there is fails in words, and the engine goes on', async () => {
    const { client } = await startWithData({ train: 60, test: 10 });
    const error = await refusal(client.run('run.train', { ...pair, gold: { kind: 'count', count: 1000 } }));
    expect(error.code).toMatch(/not-enough-data|usage/);
    expect((await client.call('job.list', {})).jobs[0]).toMatchObject({ kind: 'train', state: 'failed' });
    expect((await client.call('project.status', {})).counts.prompts).toBe(70);
  });
});

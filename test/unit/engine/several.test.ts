import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packModels, unpackModels } from '../../../src/engine/stored-models.ts';
import { MODELS, threeModelRows } from '../../support/three-models.ts';
import { refusal, startEngine, type TestEngine } from './test-engine.ts';

async function startWithThree(): Promise<TestEngine> {
  const started = startEngine();
  const path = join(started.folder, 'three.wide.jsonl');
  writeFileSync(
    path,
    threeModelRows(360)
      .map((row) => `${JSON.stringify(row)}\n`)
      .join(''),
  );
  await started.client.call('project.create', { path: started.project });
  await started.client.run('import.start', { paths: [path], gold: { kind: 'count', count: 120 } });
  return started;
}

async function setPrices(client: TestEngine['client']): Promise<void> {
  for (const [model, usd] of [
    ['large', 30],
    ['middle', 10],
    ['small', 1],
  ] as const) {
    await client.call('model.setPrice', { model, inputUsdPerMillion: usd, outputUsdPerMillion: usd });
  }
}

const three = { models: MODELS, anchor: 'small', sources: ['fair', 'kind'], dimensions: 10 } as const;

describe('three models and two sources through the contract', () => {
  it('train, evaluate, inspect, keep points, compare, export and route', async () => {
    const { client, folder, events } = await startWithThree();
    await setPrices(client);
    const run = await client.run('run.train', three);
    expect(run).toMatchObject({
      models: ['large', 'middle', 'small'],
      pair: { strong: 'large', cheap: 'small' },
      source: 'fair + kind',
      sources: ['fair', 'kind'],
      nGold: 120,
    });
    expect(run.warnings.map(({ code }) => code)).toContain('costs-by-price');
    // The kind judge flatters small: gold minus its gain is above that of the fair one.
    for (const { sources } of run.heads) {
      const [fair, kind] = sources.map(({ bias }) => bias.mean ?? Number.NaN);
      expect(kind).toBeGreaterThan(fair + 0.1);
    }
    const evaluation = await client.run('run.evaluate', { runId: run.runId });
    expect(evaluation.policyValue).toEqual(run.policyValue);
    expect(evaluation.fixed.map(({ cost }) => cost.value)).toEqual([1, expect.closeTo(9 / 29, 12), 0]);
    const inspection = await client.run('run.inspect', { runId: run.runId });
    expect(Object.keys(inspection.policyCurves)).toEqual(
      expect.arrayContaining(['auto', 'gold-only', 'preference-only', 'pooled', 'knn', 'oracle']),
    );
    expect(inspection.curves).toEqual({});

    const point = await client.call('points.save', {
      runId: run.runId,
      name: 'thrifty',
      w: 0.2,
      note: 'night',
    });
    expect((await client.call('points.list', {})).points).toEqual([point]);
    expect(events).toContainEqual({ name: 'points.changed', data: { runId: run.runId } });
    const share = await refusal(
      client.call('points.save', { runId: run.runId, name: 'half', strongShare: 0.5 }),
    );
    expect(share.message).toContain('needs two models');
    const exported = await client.run('bundle.export', { runId: run.runId, directory: `${folder}/bundle` });
    const manifest: unknown = JSON.parse(readFileSync(`${exported.directory}/manifest.json`, 'utf8'));
    expect(manifest).toMatchObject({
      operatingPoints: [
        { name: 'default' },
        { name: 'cost-20' },
        { name: 'cost-50' },
        { name: 'thrifty', w: 0.2 },
      ],
    });
    const { decisions } = await client.call('bundle.route', {
      directory: exported.directory,
      items: [{ prompt: 'Tell me about dice number 900' }, { prompt: 'Tell me about poems number 901' }],
      w: 0,
    });
    for (const { model } of decisions) expect(MODELS).toContain(model);
    await client.call('points.remove', { pointId: point.pointId });
    expect((await client.call('points.list', {})).points).toEqual([]);
  });

  it('checks name the dearest model and the anchor, in whatever order the models were given', async () => {
    const { client } = await startWithThree();
    await setPrices(client);
    await client.run('run.train', { ...three, models: ['middle', 'large', 'small'], intervals: false });
    const { pair } = await client.run('run.diagnose', {});
    expect(pair).toEqual({ strong: 'large', cheap: 'small' });
  });

  it('compares a run with itself as no different, and with another on the same prompts and axes', async () => {
    const { client } = await startWithThree();
    const both = await client.run('run.train', { ...three, intervals: false });
    const pair = await client.run('run.train', {
      strong: 'large',
      cheap: 'small',
      source: 'fair',
      dimensions: 10,
      intervals: false,
    });
    const same = await client.run('run.compare', { first: pair.runId, second: pair.runId });
    expect(same.changes).toEqual([]);
    for (const { name, difference } of same.figures) {
      expect([name, difference.value]).toEqual([name, 0]);
      expect(difference.ci95).toEqual([0, 0]);
    }
    const comparison = await client.run('run.compare', { first: pair.runId, second: both.runId });
    expect(comparison.n).toBe(108);
    expect(comparison.fixed.map(({ model }) => model)).toEqual(['large', 'small', 'middle']);
    expect(comparison.runs.map(({ curve }) => curve[0].w)).toEqual([null, 0]);
    expect(comparison.changes.map(({ name }) => name)).toEqual(['models', 'source', 'dataHash']);
    for (const { first, second, difference } of comparison.figures) {
      expect(difference.value).toBeCloseTo((second.value ?? NaN) - (first.value ?? NaN), 12);
      expect(difference.ci95).not.toBeNull();
    }
    const unknown = await refusal(client.run('run.compare', { first: pair.runId, second: 'nobody' }));
    expect(unknown.code).toBe('not-found');
  });

  it('refuses what cannot be, in words', async () => {
    const { client } = await startWithThree();
    const cases = [
      [{ models: MODELS }, 'anchor'],
      [{ models: MODELS, anchor: 'nobody' }, 'anchor'],
      [{ models: MODELS, anchor: 'small', strong: 'large' }, 'either'],
      [{ models: ['large', 'large', 'small'], anchor: 'small' }, 'twice'],
      [{ models: MODELS, anchor: 'small', stage: 'cascade' }, 'cascade'],
      [{ strong: 'large' }, 'Name'],
      [{ models: MODELS, anchor: 'small', sources: [] }, 'several preference sources'],
    ] as const;
    for (const [request, word] of cases) {
      const error = await refusal(client.run('run.train', { sources: ['fair'], ...request }));
      expect([error.code, error.message.includes(word), error.message]).toEqual([
        'usage',
        true,
        error.message,
      ]);
    }
  });
});

describe('the estimators of a run', () => {
  it('come back as they were stored, whatever their kind', () => {
    const linear = { kind: 'linear', intercept: 0.5, coefficients: Float64Array.of(1, -2) } as const;
    const nearest = {
      kind: 'nearest',
      dim: 2,
      k: 1,
      points: Float32Array.of(0, 1, 1, 0),
      values: Float32Array.of(0.25, -0.25),
    } as const;
    const models = {
      large: {
        auto: {
          kind: 'sum',
          dim: 2,
          parts: [
            { weight: 0.5, model: linear },
            { weight: 0.5, model: nearest },
          ],
        },
        pooled: linear,
      },
      'middle / one': { auto: nearest },
    } as const;
    expect(unpackModels(packModels(models))).toEqual(models);
  });

  it('are called damaged where they cannot be read', () => {
    const bytes = packModels({});
    expect(() => unpackModels(bytes.subarray(0, 5))).toThrow(/cannot be read/);
  });
});

import { describe, expect, test } from 'vitest';
import { putEmbeddings } from '../../db/repositories/embeddings.ts';
import { setPrice } from '../../db/repositories/models.ts';
import { findPrompt } from '../../db/repositories/prompts.ts';
import { splitByHash } from '../../db/snapshot/splits.ts';
import { SPLIT } from '../../src/routing/snapshot.ts';
import type { PairSnapshot } from '../../src/routing/snapshot.ts';
import { buildProject, snapshotOf } from './project-builder.ts';
import { refusalOf } from './temporary-project.ts';

function codes(snapshot: PairSnapshot): string[] {
  return snapshot.warnings.map((warning) => warning.code);
}

describe('the rows of a snapshot', () => {
  test('are the prompts that have something for the pair', () => {
    const project = buildProject();
    project.source({ name: 'J' });
    const [answered, graded, judged, other] = [1, 2, 3, 4, 5].map(() => project.prompt());
    project.response(answered, 'B');
    project.grade(graded, { modelAId: 1, modelBId: 2, verdict: 'a' });
    project.verdict('J', judged, { verdict: 'a' });
    project.response(other, 'C');
    const snapshot = snapshotOf(project.db);
    expect(snapshot.promptIds).toEqual(['d/x1', 'd/x2', 'd/x3']);
    expect(snapshot.n).toBe(3);
    expect(snapshot.promptIds.map((id) => findPrompt(project.db, id)?.id)).toEqual([1, 2, 3]);
  });

  test('carry text, language, category and numeric columns', () => {
    const project = buildProject();
    const a = project.prompt({
      language: 'de',
      category: 'law',
      covariates_json: '{"length":3,"depth":1.5}',
    });
    const b = project.prompt({ covariates_json: '{"length":7,"name":"x","none":null}' });
    for (const prompt of [a, b]) project.response(prompt, 'B');
    const snapshot = snapshotOf(project.db);
    expect(snapshot.prompts).toEqual(['prompt 1', 'prompt 2']);
    expect(snapshot.languages).toEqual(['de', null]);
    expect(snapshot.categories).toEqual(['law', null]);
    expect(snapshot.covariates).toEqual([
      { name: 'depth', values: Float64Array.of(1.5, NaN) },
      { name: 'length', values: Float64Array.of(3, 7) },
    ]);
    expect(codes(snapshot)).toEqual(['covariate-not-numeric']);
    expect(snapshot.cheapResponses).toEqual([null, null]);
  });

  test('carry imported vectors where an encoder is named', () => {
    const project = buildProject();
    for (const prompt of [project.prompt(), project.prompt()]) project.response(prompt, 'B');
    putEmbeddings(project.db, 'e5', [{ promptId: 2, vector: Float64Array.of(3, 4) }]);
    expect(snapshotOf(project.db)).toMatchObject({ vectors: null, vectorDim: 0 });
    const missing = refusalOf(() => snapshotOf(project.db, { encoder: 'e5' }));
    expect(missing).toMatchObject({ code: 'usage', details: { filled: 1, prompts: 2 } });
    putEmbeddings(project.db, 'e5', [{ promptId: 1, vector: Float64Array.of(1, 2) }]);
    const snapshot = snapshotOf(project.db, { encoder: 'e5' });
    expect(snapshot.vectors).toEqual(Float64Array.of(1, 2, 3, 4));
    expect(snapshot.vectorDim).toBe(2);
    const unknown = refusalOf(() => snapshotOf(project.db, { encoder: 'e6' }));
    expect(unknown).toMatchObject({ code: 'usage', details: { available: ['e5'] } });
  });
});

describe('the split of a row', () => {
  test('is the imported one, else 20 % test by the hash of the prompt', () => {
    const project = buildProject();
    const rows = [
      project.prompt({ split: 'dev' }),
      project.prompt({ norm_hash: '3333333200000000' }),
      project.prompt({ norm_hash: '3333333400000000' }),
      project.prompt({ norm_hash: '0000000000000001', split: 'train' }),
    ];
    for (const prompt of rows) project.response(prompt, 'A');
    const snapshot = snapshotOf(project.db);
    expect([...snapshot.split]).toEqual([SPLIT.dev, SPLIT.test, SPLIT.train, SPLIT.train]);
    expect([...snapshot.group]).toEqual([0, 1, 2, 3]);
    expect(snapshot.warnings).toEqual([]);
  });

  test('falls to test for one prompt in five', () => {
    const hashes = Array.from({ length: 1000 }, (_, i) => Math.floor(((i + 0.5) / 1000) * 2 ** 32));
    const test = hashes.filter((hash) => splitByHash(hash.toString(16).padStart(8, '0')) === SPLIT.test);
    expect(test).toHaveLength(200);
  });

  test('is one for a prompt that occurs twice: test before dev before train, with a warning where they disagree', () => {
    const project = buildProject();
    const twice = (norm_hash: string, ...splits: (string | null)[]): void => {
      for (const split of splits) project.response(project.prompt({ norm_hash, split }), 'A');
    };
    twice('aa00000000000000', 'train', 'test');
    twice('bb00000000000000', 'dev', 'train');
    twice('0000000000000000', null, 'train');
    const snapshot = snapshotOf(project.db);
    const { test: testing, dev, train } = SPLIT;
    expect([...snapshot.split]).toEqual([testing, testing, dev, dev, train, train]);
    expect([...snapshot.group]).toEqual([0, 0, 1, 1, 2, 2]);
    expect(codes(snapshot)).toEqual(['split-conflict']);
    expect(snapshot.warnings.at(0)?.message).toContain('2 prompts');
  });

  test('follows a twin that has nothing for the pair', () => {
    const project = buildProject();
    project.response(project.prompt({ norm_hash: 'aa00000000000000' }), 'A');
    project.prompt({ norm_hash: 'aa00000000000000', split: 'test' });
    expect([...snapshotOf(project.db).split]).toEqual([SPLIT.test]);
  });
});

describe('the cost of a row', () => {
  const price = { inputUsdPerMillion: 2, outputUsdPerMillion: 10 };
  const tokens = { input_tokens: 1000, output_tokens: 100 };

  test('is 1 for a strong call where nothing is known', () => {
    const project = buildProject();
    project.response(project.prompt(), 'A');
    const snapshot = snapshotOf(project.db);
    expect(snapshot).toMatchObject({ costUnit: 'strong-call', warnings: [] });
    expect([...snapshot.costStrong, ...snapshot.costCheap]).toEqual([1, 0]);
  });

  test('is as imported, else tokens times price', () => {
    const project = buildProject();
    const prompt = project.prompt();
    project.response(prompt, 'A', { ...tokens, cost_usd: 0.5 });
    project.response(prompt, 'B', tokens);
    setPrice(project.db, 'B', price);
    const snapshot = snapshotOf(project.db);
    expect(snapshot).toMatchObject({ costUnit: 'usd', warnings: [] });
    expect([...snapshot.costStrong]).toEqual([0.5]);
    expect([...snapshot.costCheap]).toEqual([0.003]);
  });

  test('is not in dollars where some responses have none, with a warning', () => {
    const project = buildProject();
    const [a, b] = [project.prompt(), project.prompt()];
    for (const model of ['A', 'B']) {
      project.response(a, model, { cost_usd: 1 });
      project.response(b, model, model === 'A' ? { cost_usd: 1 } : { input_tokens: 5 });
    }
    setPrice(project.db, 'B', price);
    const snapshot = snapshotOf(project.db);
    expect(snapshot.costUnit).toBe('strong-call');
    expect([...snapshot.costStrong]).toEqual([1, 1]);
    expect(codes(snapshot)).toEqual(['partial-cost']);
    expect(snapshot.warnings.at(0)?.message).toContain('2 of 2 responses of “A” and 1 of 2 responses of “B”');
  });

  test('is the mean of the model where a prompt has no response, with a warning', () => {
    const project = buildProject();
    const [a, b] = [project.prompt(), project.prompt(), project.prompt()];
    project.response(a, 'A', { cost_usd: 4 });
    project.response(a, 'B', { cost_usd: 1 });
    project.response(b, 'B', { cost_usd: 3 });
    project.grade(3, { modelAId: 1, modelBId: 2, verdict: 'a' });
    const snapshot = snapshotOf(project.db);
    expect(snapshot.costUnit).toBe('usd');
    expect([...snapshot.costStrong]).toEqual([4, 4, 4]);
    expect([...snapshot.costCheap]).toEqual([1, 3, 2]);
    expect(codes(snapshot)).toEqual(['imputed-cost']);
  });
});

describe('the source of a snapshot', () => {
  test('is implied where there is one', () => {
    const project = buildProject();
    expect(snapshotOf(project.db).preferences).toEqual([]);
    project.source({ name: 'S', kind: 'simulated' });
    expect(snapshotOf(project.db)).toMatchObject({
      preferences: [{ source: 'S', isSimulated: true }],
      isSimulated: true,
    });
    project.source({ name: 'J' });
    expect(snapshotOf(project.db)).toMatchObject({
      preferences: [{ source: 'J', isSimulated: false }],
      isSimulated: false,
    });
    expect(snapshotOf(project.db, { source: null }).preferences[0].source).toBe('J');
    expect(snapshotOf(project.db, { source: 'S' })).toMatchObject({
      preferences: [{ source: 'S', isSimulated: true }],
      isSimulated: true,
    });
    project.source({ name: 'K' });
    const several = refusalOf(() => snapshotOf(project.db));
    expect(several).toMatchObject({ code: 'usage', details: { available: ['J', 'K', 'S'] } });
    expect(several.message).toContain('J, K, S');
  });

  test('that is only simulated, twice, must be named', () => {
    const project = buildProject();
    for (const name of ['S', 'T']) project.source({ name, kind: 'simulated' });
    expect(refusalOf(() => snapshotOf(project.db)).code).toBe('usage');
  });

  test('and the models are refused with the names there are where one is unknown', () => {
    const project = buildProject();
    project.source({ name: 'J' });
    const source = refusalOf(() => snapshotOf(project.db, { source: 'nobody' }));
    expect(source).toMatchObject({ code: 'usage', details: { available: ['J'] } });
    const model = refusalOf(() => snapshotOf(project.db, { cheap: 'nobody' }));
    expect(model).toMatchObject({ code: 'usage', details: { available: ['A', 'B', 'C'] } });
    expect(refusalOf(() => snapshotOf(project.db, { cheap: 'A' })).code).toBe('usage');
  });

  test('is simulated where the project is', () => {
    const project = buildProject(true);
    project.source({ name: 'J' });
    expect(snapshotOf(project.db).isSimulated).toBe(true);
  });
});

describe('the signals of a cascade', () => {
  test('are the scores of the cheap response, averaged over votes', () => {
    const project = buildProject();
    project.source({ name: 'J', scale: [1, 5] });
    const [a, b] = [project.prompt(), project.prompt()];
    for (const prompt of [a, b]) project.response(prompt, 'B');
    project.score('J', a, 'A', 5);
    project.score('J', a, 'B', 2, '1');
    project.score('J', a, 'B', 3, '2');
    const snapshot = snapshotOf(project.db, { stage: 'cascade', signals: ['J', 'J'] });
    expect(snapshot.signals).toEqual([{ name: 'J', scores: Float64Array.of(2.5, NaN) }]);
    expect(snapshot.cheapResponses).toEqual(['B says', 'B says']);
    expect(snapshot.warnings).toEqual([]);
  });

  test('cannot be pairwise sources, nor feed a route', () => {
    const project = buildProject();
    project.source({ name: 'J' });
    project.source({ name: 'P' });
    project.score('J', project.prompt(), 'B', 1);
    project.verdict('P', 1, { verdict: 'a', score_a: 1, score_b: 0 });
    const pairwise = refusalOf(() =>
      snapshotOf(project.db, { source: 'J', stage: 'cascade', signals: ['P'] }),
    );
    expect(pairwise).toMatchObject({ code: 'usage', details: { signal: 'P', available: ['J'] } });
    expect(refusalOf(() => snapshotOf(project.db, { source: 'J', signals: ['J'] })).message).toContain(
      'cascade',
    );
  });

  test('warn where a rule may need a reference, and label what is simulated', () => {
    const project = buildProject();
    project.source({ name: 'exact match', kind: 'rule' });
    project.source({ name: 'S', kind: 'simulated' });
    const prompt = project.prompt();
    for (const name of ['exact match', 'S']) project.score(name, prompt, 'B', 1);
    const request = { stage: 'cascade', source: 'exact match' } as const;
    const snapshot = snapshotOf(project.db, { ...request, signals: ['exact match'] });
    expect(codes(snapshot)).toContain('needs-reference');
    expect(snapshot.isSimulated).toBe(false);
    expect(snapshotOf(project.db, { ...request, signals: ['S'] }).isSimulated).toBe(true);
  });
});

describe('the data hash', () => {
  function filled(): ReturnType<typeof buildProject> {
    const project = buildProject();
    project.source({ name: 'J', scale: [0, 1] });
    const prompt = project.prompt();
    for (const model of ['A', 'B']) project.response(prompt, model);
    project.score('J', prompt, 'A', 1);
    project.score('J', prompt, 'B', 0);
    return project;
  }

  test('is the same for the same data in another file', () => {
    const [one, two] = [filled(), filled()].map((project) => snapshotOf(project.db));
    expect(one.dataHash).toMatch(/^[0-9a-f]{64}$/);
    expect(two).toEqual(one);
  });

  test('changes with what a run reads, and not with what it does not', () => {
    const project = filled();
    const { dataHash } = snapshotOf(project.db);
    project.response(1, 'C');
    expect(snapshotOf(project.db).dataHash).toBe(dataHash);
    const others = [
      snapshotOf(project.db, { strong: 'B', cheap: 'A' }).dataHash,
      snapshotOf(project.db, { stage: 'cascade' }).dataHash,
    ];
    project.grade(1, { modelAId: 1, modelBId: 2, verdict: 'tie' });
    others.push(snapshotOf(project.db).dataHash);
    project.db.exec("UPDATE prompt SET text = 'other'");
    others.push(snapshotOf(project.db).dataHash);
    expect(new Set([dataHash, ...others]).size).toBe(5);
  });

  test('survives the way to a worker', () => {
    const snapshot = snapshotOf(filled().db);
    expect(structuredClone(snapshot)).toEqual(snapshot);
  });
});

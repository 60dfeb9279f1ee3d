import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CHEAP, generateDemo, JUDGE, STRONG } from '../../src/cli/demo/generate.ts';
import { exportDocument, routeDecision, verifyDocument } from '../../src/contract/bundles.ts';
import { importReport } from '../../src/contract/imports.ts';
import { projectStatus } from '../../src/contract/projects.ts';
import { biasDocument } from '../../src/contract/bias.ts';
import { evaluateDocument, replicateDocument, trainDocument } from '../../src/contract/runs.ts';
import { json, metarouter, start, temporaryFolder } from './program.ts';

const folder = temporaryFolder();
const project = join(folder, 'work.mrproj');
const dataFile = join(folder, 'data.wide.jsonl');
const bundle = join(folder, 'bundle');
const cascade = join(folder, 'cascade');
const pair = ['--strong', STRONG, '--cheap', CHEAP];
const lines = (text: string): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));

beforeAll(() => {
  const { rows } = generateDemo({ train: 300, test: 120, seed: 3 });
  writeFileSync(dataFile, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
});

describe('the main job, command by command', () => {
  it('init makes a project', async () => {
    const { code, stdout } = await metarouter(['init', project]);
    expect(code).toBe(0);
    expect(stdout).toContain('metarouter import');
    expect(existsSync(project)).toBe(true);
  });

  it('import reads a file, reveals some gold, and adds nothing the second time', async () => {
    const args = ['import', project, dataFile, '--gold', '150', '--seed', '4'];
    const first = importReport.parse(await json(args));
    expect(first.files[0]).toMatchObject({ format: 'wide', rowsRead: 420, rowsRefused: 0 });
    expect(first.gold).toEqual({ eligible: 300, revealed: 150, masked: 150, isNew: true });
    const again = importReport.parse(await json(args));
    expect(Object.values(again.files[0].added).every((count) => count === 0)).toBe(true);
    expect(again.gold).toEqual({ eligible: 300, revealed: 150, masked: 150, isNew: false });
  });

  it('status counts what is there, masked gold only by number', async () => {
    const status = projectStatus.parse(await json(['status', project]));
    expect(status.counts).toMatchObject({
      prompts: 420,
      models: 2,
      goldPrompts: 270,
      maskedGoldPrompts: 150,
    });
    expect(status.splits).toEqual({ train: 300, dev: 0, test: 120, none: 0 });
    expect(status.sources[0]).toMatchObject({ name: JUDGE, kind: 'simulated', scale: [0, 10] });
    expect(status.sources[0].agreement.pairs).toBe(150);
  });

  it('price sets what a model costs', async () => {
    const args = ['price', project, STRONG, '--input-usd-per-million', '3', '--output-usd-per-million', '15'];
    expect(await json(args)).toEqual({ model: STRONG, inputUsdPerMillion: 3, outputUsdPerMillion: 15 });
  });

  it('bias says how much the source is off, by slice', async () => {
    const result = biasDocument.parse(await json(['bias', project, ...pair]));
    expect(result.sources.map((s) => s.source)).toEqual([JUDGE]);
    expect(result.sources[0].bias.ci95).not.toBeNull();
    const maths = result.sources[0].slices.find((s) => s.value === 'maths');
    const chat = result.sources[0].slices.find((s) => s.value === 'small talk');
    expect(maths?.mean).toBeGreaterThan(0.1);
    expect(chat?.mean).toBeLessThan(-0.1);
  });

  it('train leaves a run with its weights, bias, metrics and manifest', async () => {
    const run = trainDocument.parse(
      await json(['train', project, ...pair, '--source', JUDGE, '--draws', '20']),
    );
    expect(run).toMatchObject({
      pair: { strong: STRONG, cheap: CHEAP },
      source: JUDGE,
      stage: 'route',
      estimator: 'auto',
      isSimulated: true,
      nGold: 150,
      nPreference: 300,
      nPaired: 150,
      split: { train: 300, dev: 0, test: 120 },
    });
    const total = Object.values(run.weights).reduce((sum, weight) => sum + weight, 0);
    expect(total).toBeCloseTo(1, 9);
    expect(run.warnings.map((w) => w.code)).toContain('simulated');
  });

  it('train --gold takes a part of the gold, and a named estimator', async () => {
    const args = [
      'train',
      project,
      ...pair,
      '--gold',
      '40',
      '--estimator',
      'gold-only',
      '--stage',
      'cascade',
      '--no-intervals',
    ];
    const run = trainDocument.parse(await json(args));
    expect(run).toMatchObject({
      nGold: 40,
      estimator: 'gold-only',
      stage: 'cascade',
      weights: { 'gold-only': 1 },
    });
  });

  it('runs lists them, newest first', async () => {
    const { stdout, code } = await metarouter(['runs', project]);
    expect(code).toBe(0);
    expect(stdout.indexOf('cascade')).toBeLessThan(stdout.indexOf('auto'));
  });

  it('evaluate stands a run beside every reference', async () => {
    const result = evaluateDocument.parse(await json(['evaluate', project]));
    expect(result.n).toBe(120);
    expect(result.stage).toBe('cascade');
    expect(result.curve.at(0)?.strongShare).toBe(0);
    expect(result.curve.at(-1)?.strongShare).toBe(1);
    for (const name of [
      'random',
      'always-strong',
      'always-cheap',
      'knn',
      'all-gold',
      'oracle',
      'gold-only',
    ]) {
      expect(Object.keys(result.estimators)).toContain(name);
    }
    expect(Object.keys(result.policyValue)).toEqual(expect.arrayContaining(['0', '0.05', '0.1', '0.2']));
  });

  it('export writes a bundle of a run, and verify proves it', async () => {
    const runs = await json(['runs', project]);
    const [newest, oldest] = (runs as { runs: { runId: string }[] }).runs;
    const written = exportDocument.parse(
      await json(['export', project, '--run', oldest.runId, '--out', bundle]),
    );
    expect(written.files.map((file) => file.name)).toContain('router.safetensors');
    expect(verifyDocument.parse(await json(['verify', bundle]))).toMatchObject({ ok: true });
    await json(['export', project, '--run', newest.runId, '--out', cascade]);
    expect((await metarouter(['export', project, '--out', bundle])).code).toBe(1);
  });

  it('route answers a JSON line a prompt, in order', async () => {
    const one = await metarouter([
      'route',
      bundle,
      '--prompt',
      'Solve: a circle inside a square equals 360.',
    ]);
    expect(one.code).toBe(0);
    expect(routeDecision.parse(JSON.parse(one.stdout))).toMatchObject({ model: STRONG, w: 0 });
    const stdin = '{"id":"a","prompt":"Suggest three games for a picnic."}\n\n{"id":2,"prompt":"Solve it."}';
    const { stdout } = await metarouter(['route', bundle, '--strong-share', '0.3'], { stdin });
    const decisions = lines(stdout).map((line) => routeDecision.parse(line));
    expect(decisions.map((d) => d.id)).toEqual(['a', 2]);
    expect(decisions[0]).toMatchObject({ model: CHEAP, strongShare: 0.3 });
  });

  it('route of a cascade says keep or escalate', async () => {
    const stdin =
      '{"prompt":"Solve it.","response":"I am not sure, but it is probably something like that."}\n';
    const { stdout, code } = await metarouter(['route', cascade, '--w', '0.05'], { stdin });
    expect(code).toBe(0);
    const decision = routeDecision.parse(JSON.parse(stdout));
    expect(decision.w).toBe(0.05);
    expect(['keep', 'escalate']).toContain(decision.action);
  });

  it('route answers a slow stream line by line', async () => {
    const child = start(['route', bundle]);
    const answered = new Promise<string>((resolve) => {
      child.stdout?.setEncoding('utf8').once('data', resolve);
    });
    child.stdin?.write('{"prompt":"Write a Rust function that merges two sorted lists."}\n');
    expect(routeDecision.parse(JSON.parse(await answered)).model).toBeTruthy();
    child.stdin?.end();
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(0);
  });

  it('route ends at Ctrl-C although its input does not', async () => {
    const child = start(['route', bundle]);
    const answered = new Promise((resolve) => child.stdout?.once('data', resolve));
    child.stdin?.write('{"prompt":"Say thank you in French."}\n');
    await answered;
    child.kill('SIGINT');
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(130);
  });

  it('replicate fills the table of the protocol', async () => {
    const args = [
      'replicate',
      project,
      ...pair,
      '--source',
      JUDGE,
      '--rounds',
      '3',
      '--gold',
      '60',
      '--test',
      '120',
    ];
    const table = replicateDocument.parse(await json(args));
    expect(table).toMatchObject({ rounds: 3, nGold: 60, nTest: 120, stage: 'route' });
    expect(table.counts).toMatchObject({ eligible: 420, gold: 60, paired: 0 });
    const names = table.estimators.map((row) => row.name);
    expect(names).toEqual(expect.arrayContaining(['gold-only', 'pooled', 'auto', 'oracle', 'random', 'knn']));
  });

  it('leaves nothing beside the project but what it should', () => {
    expect(readdirSync(folder).sort()).toEqual(['bundle', 'cascade', 'data.wide.jsonl', 'work.mrproj']);
  });
});

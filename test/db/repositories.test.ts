import { describe, expect, test } from 'vitest';
import {
  getEmbedding,
  iterateEmbeddings,
  listEncoders,
  putEmbeddings,
} from '../../db/repositories/embeddings.ts';
import { insertExport, listExports } from '../../db/repositories/exports.ts';
import { countGoldDraws, insertGoldDraws } from '../../db/repositories/gold-draw.ts';
import {
  findImportBySha256,
  insertImport,
  listImports,
  listRefusals,
} from '../../db/repositories/imports.ts';
import {
  failInterruptedJobs,
  finishJob,
  getJob,
  insertJob,
  listJobs,
  markJobRunning,
} from '../../db/repositories/jobs.ts';
import { ensureModel, getModel, listModels, setPrice } from '../../db/repositories/models.ts';
import { getProject, renameProject } from '../../db/repositories/project.ts';
import {
  countPrompts,
  countPromptsBySplit,
  ensureDataset,
  findPrompt,
  getPrompt,
  listDatasets,
  listPrompts,
} from '../../db/repositories/prompts.ts';
import { ensureRater } from '../../db/repositories/raters.ts';
import { getResponse, listResponses } from '../../db/repositories/responses.ts';
import { getRun, getRunArtifact, insertRun, listRuns } from '../../db/repositories/runs.ts';
import { ensureSource, getSource, listSources } from '../../db/repositories/sources.ts';
import type { WritableDb } from '../../db/sqlite.ts';
import { newProject, projectPath, refusalOf } from './temporary-project.ts';

/** A project with five prompts of two datasets. */
function withPrompts(): WritableDb {
  const { db } = newProject();
  for (const name of ['a', 'a/b']) ensureDataset(db, name);
  const insert = db.prepare(
    `INSERT INTO prompt (dataset_id, external_id, text, norm_hash, split, covariates_json)
     VALUES (?, ?, 'text', 'ff', ?, '{"length":3}')`,
  );
  insert.run(1, 'b/1', 'train');
  insert.run(1, '2', 'test');
  insert.run(2, '2', null);
  insert.run(2, '3', 'train');
  insert.run(1, '4', 'dev');
  return db;
}

test('the project tells its name and whether its data are simulated', () => {
  const { db } = newProject(projectPath(), true);
  renameProject(db, 'Other');
  expect(getProject(db)).toMatchObject({ name: 'Other', isSimulated: true, createdMs: 1767323045678 });
});

describe('prompts', () => {
  test('are counted, and listed page by page', () => {
    const db = withPrompts();
    expect(countPrompts(db)).toBe(5);
    expect(countPromptsBySplit(db)).toEqual({ train: 2, dev: 1, test: 1, none: 1 });
    expect(listDatasets(db)).toEqual([
      { id: 1, name: 'a', prompts: 3 },
      { id: 2, name: 'a/b', prompts: 2 },
    ]);
    const ids = (page: Parameters<typeof listPrompts>[1]): number[] => listPrompts(db, page).map((p) => p.id);
    expect(ids({ limit: 2 })).toEqual([1, 2]);
    expect(ids({ limit: 9, afterId: 2 })).toEqual([3, 4, 5]);
    expect(ids({ limit: 9, datasetId: 2, split: 'train' })).toEqual([4]);
  });

  test('are found by id and by dataset and external id, where that is unambiguous', () => {
    const db = withPrompts();
    expect(getPrompt(db, 3)).toMatchObject({
      dataset: 'a/b',
      externalId: '2',
      split: null,
      covariates: { length: 3 },
    });
    expect(getPrompt(db, 99)).toBeNull();
    expect(findPrompt(db, 'a/b/3')?.id).toBe(4);
    expect(findPrompt(db, 'a/b/1')?.id).toBe(1);
    expect(findPrompt(db, 'a/4')?.id).toBe(5);
    expect(findPrompt(db, 'zz/4')).toBeNull();
  });
});

test('responses are listed by model', () => {
  const db = withPrompts();
  for (const name of ['m2', 'm1']) ensureModel(db, name);
  db.exec(`INSERT INTO response (prompt_id, model_id, text, is_truncated, cost_usd)
    VALUES (1, 1, 'x', 1, 0.5), (1, 2, null, null, null)`);
  expect(listResponses(db, 1).map((r) => r.model)).toEqual(['m1', 'm2']);
  expect(getResponse(db, 1)).toMatchObject({
    model: 'm2',
    isTruncated: true,
    costUsd: 0.5,
    inputTokens: null,
  });
  expect(getResponse(db, 9)).toBeNull();
});

describe('models', () => {
  test('are made once and priced', () => {
    const { db } = newProject();
    expect(ensureModel(db, 'm')).toBe(ensureModel(db, 'm'));
    setPrice(db, 'm', { inputUsdPerMillion: 0, outputUsdPerMillion: 2.5 });
    expect(listModels(db)).toEqual([{ id: 1, name: 'm', inputUsdPerMillion: 0, outputUsdPerMillion: 2.5 }]);
    const price = { inputUsdPerMillion: -1, outputUsdPerMillion: 0 };
    expect(
      refusalOf(() => {
        setPrice(db, 'm', price);
      }).code,
    ).toBe('usage');
  });

  test('that are unknown are refused with the names there are', () => {
    const { db } = newProject();
    expect(refusalOf(() => getModel(db, 'x')).message).toContain('none yet');
    ensureModel(db, 'b');
    ensureModel(db, 'a');
    const error = refusalOf(() => {
      setPrice(db, 'x', { inputUsdPerMillion: 1, outputUsdPerMillion: 1 });
    });
    expect(error).toMatchObject({ code: 'usage', details: { available: ['a', 'b'] } });
    expect(error.message).toContain('a, b');
  });
});

test('sources are made once, and not twice in two ways', () => {
  const { db } = newProject();
  const judge = { name: 'J', kind: 'judge', scale: [1, 10] } as const;
  expect(ensureSource(db, judge)).toBe(ensureSource(db, judge));
  ensureSource(db, { name: 'C', kind: 'crowd', scale: null });
  expect(listSources(db).map((source) => [source.name, source.scale])).toEqual([
    ['C', null],
    ['J', [1, 10]],
  ]);
  expect(refusalOf(() => ensureSource(db, { ...judge, scale: [0, 1] })).code).toBe('conflict');
  expect(refusalOf(() => getSource(db, 'K'))).toMatchObject({
    code: 'usage',
    details: { available: ['C', 'J'] },
  });
});

test('a rater is a person or stands for a file, not both', () => {
  const { db } = newProject();
  expect(ensureRater(db, 'Ada', 'person')).toBe(ensureRater(db, 'Ada', 'person'));
  expect(refusalOf(() => ensureRater(db, 'Ada', 'imported')).code).toBe('conflict');
});

test('a prompt is drawn once', () => {
  const db = withPrompts();
  const design = { lookedAt: 'nothing', method: 'count', seed: 7, createdMs: 1 } as const;
  const drawn = (promptId: number, isRevealed = true) => ({ promptId, isRevealed, propensity: 0.25 });
  insertGoldDraws(db, design, [drawn(1), drawn(2, false)]);
  const again = refusalOf(() => {
    insertGoldDraws(db, design, [drawn(3), drawn(2)]);
  });
  expect(again.code).toBe('conflict');
  expect(countGoldDraws(db)).toEqual({ revealed: 1, masked: 1 });
});

test('runs are listed newest first, with their router byte for byte', () => {
  const { db } = newProject();
  const run = { config: { seed: 1 }, manifest: { version: 2 }, result: [1, null] };
  insertRun(db, { id: 'r1', createdMs: 1, ...run, safetensors: Uint8Array.of(0, 255, 7) });
  insertRun(db, { id: 'r2', createdMs: 2, ...run });
  expect(listRuns(db).map((each) => each.id)).toEqual(['r2', 'r1']);
  expect(getRun(db)?.id).toBe('r2');
  expect(getRun(db, 'r1')).toEqual({ id: 'r1', createdMs: 1, ...run });
  expect(getRun(db, 'r3')).toBeNull();
  expect([...(getRunArtifact(db, 'r1') ?? [])]).toEqual([0, 255, 7]);
  expect(getRunArtifact(db, 'r2')).toBeNull();

  const record = { directory: '/out', formats: ['onnx'], createdMs: 3 };
  insertExport(db, { id: 'e1', runId: 'r1', ...record });
  insertExport(db, { id: 'e2', runId: 'r2', ...record });
  expect(listExports(db).map((each) => each.id)).toEqual(['e2', 'e1']);
  expect(listExports(db, 'r1')).toEqual([{ id: 'e1', runId: 'r1', ...record }]);
});

describe('jobs', () => {
  test('go from queued to running to over, and no other way', () => {
    const { db } = newProject();
    insertJob(db, { id: 'j', kind: 'train', createdMs: 1 });
    markJobRunning(db, 'j', 2);
    expect(
      refusalOf(() => {
        markJobRunning(db, 'j', 3);
      }).code,
    ).toBe('conflict');
    const error = { code: 'io', message: 'full', details: { path: '/x' } } as const;
    finishJob(db, 'j', { state: 'failed', error, finishedMs: 4 });
    expect(getJob(db, 'j')).toEqual({
      id: 'j',
      kind: 'train',
      state: 'failed',
      error,
      createdMs: 1,
      startedMs: 2,
      finishedMs: 4,
    });
    const end = { state: 'succeeded', error: null, finishedMs: 5 } as const;
    expect(
      refusalOf(() => {
        finishJob(db, 'j', end);
      }).message,
    ).toContain('is failed');
    expect(
      refusalOf(() => {
        finishJob(db, 'x', end);
      }).code,
    ).toBe('not-found');
  });

  test('that a crash left behind have failed at the next start', () => {
    const { db } = newProject();
    for (const [id, createdMs] of [
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ] as const)
      insertJob(db, { id, kind: 'import', createdMs });
    markJobRunning(db, 'a', 4);
    finishJob(db, 'b', { state: 'succeeded', error: null, finishedMs: 5 });
    expect(failInterruptedJobs(db, 9)).toBe(2);
    expect(failInterruptedJobs(db, 9)).toBe(0);
    expect(listJobs(db, 2).map((job) => [job.id, job.state])).toEqual([
      ['c', 'failed'],
      ['b', 'succeeded'],
    ]);
    expect(getJob(db, 'a')).toMatchObject({
      finishedMs: 9,
      error: { code: 'internal', details: { reason: 'interrupted' } },
    });
  });
});

test('vectors come back bit for bit', () => {
  const db = withPrompts();
  const vector = Float64Array.of(0.1, -0, Number.MIN_VALUE);
  putEmbeddings(db, 'e5', [
    { promptId: 2, vector: new Float64Array([9, 9, ...vector]).subarray(2) },
    { promptId: 1, vector },
  ]);
  putEmbeddings(db, 'e5', [{ promptId: 1, vector: Float64Array.of(1, 2, 3) }]);
  expect(getEmbedding(db, 'e5', 2)).toEqual(vector);
  expect(getEmbedding(db, 'e5', 3)).toBeNull();
  expect([...iterateEmbeddings(db, 'e5')].map((row) => row.promptId)).toEqual([1, 2]);
  expect(listEncoders(db)).toEqual([{ encoder: 'e5', dimension: 3, prompts: 2 }]);
});

test('an import is kept with what it refused', () => {
  const { db } = newProject();
  const record = {
    id: 'i',
    fileName: 'f.jsonl',
    fileSha256: 'ab',
    format: 'wide',
    mapping: null,
    rowsRead: 3,
    rowsRefused: 2,
    added: { prompts: 1 },
    warnings: [{ code: 'c', message: 'm' }],
    createdMs: 1,
  };
  insertImport(db, record, [
    { line: 3, reason: 'not JSON' },
    { line: 2, reason: 'no prompt' },
  ]);
  expect(listImports(db)).toEqual([record]);
  expect(findImportBySha256(db, 'ab')).toEqual(record);
  expect(findImportBySha256(db, 'cd')).toBeNull();
  expect(listRefusals(db, 'i').map((refusal) => refusal.line)).toEqual([2, 3]);
});

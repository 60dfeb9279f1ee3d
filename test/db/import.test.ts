import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stageFile } from '../../db/import/stage-file.ts';
import { removeStaleStaging, stagingPathFor } from '../../db/import/staging-files.ts';
import { mergeStaging } from '../../db/import/merge-staging.ts';
import { listImports, listRefusals } from '../../db/repositories/imports.ts';
import { AppError } from '../../src/core/errors.ts';
import type { Progress } from '../../src/core/progress.ts';
import { pairsRow, swapRow, wideRow } from '../unit/dataset/example-rows.ts';
import {
  contentOf,
  countRows,
  fileOf,
  importFile,
  importRows,
  NOTHING,
  refusalOf,
  stage,
} from './import-support.ts';
import { newProject, options, temporaryFolder } from './temporary-project.ts';

const secondRow = { ...pairsRow, prompt_id: 'p/2', prompt: 'And pasta?' };

describe('an import', () => {
  test('adds everything a file says, and says what it added', async () => {
    const project = newProject();
    const report = await importRows(project, pairsRow, secondRow);
    expect(report).toMatchObject({
      format: 'pairs',
      rowsRead: 2,
      rowsRefused: 0,
      refusals: [],
      warnings: [],
    });
    expect(report.added).toEqual({
      prompts: 2,
      models: 2,
      responses: 4,
      gold: 2,
      sources: 1,
      preferences: 4,
      embeddings: 0,
      decisions: 0,
    });
    expect(report.alreadyThere).toEqual(NOTHING);
    expect(listImports(project.db)).toMatchObject([
      { id: report.importId, fileName: 'trial.jsonl', rowsRead: 2, added: report.added },
    ]);
    expect(project.db.pragma('foreign_key_check')).toEqual([]);
    expect(project.db.prepare('SELECT * FROM current_grade').all()).toMatchObject([
      {
        action: 'submit',
        score_a: 9,
        score_b: 2,
        verdict: 'a',
        scale_lo: 0,
        scale_hi: 10,
        import_id: report.importId,
      },
      { score_a: 9 },
    ]);
  });

  test('of the same file again adds nothing, and says so', async () => {
    const project = newProject();
    const vector = { embedding: [1, 2, 3], covariates: { hour: 1 } };
    for (const rows of [[{ ...pairsRow, ...vector }, secondRow], [wideRow], [swapRow]]) {
      const path = fileOf(rows);
      const first = await importFile(project, path);
      const before = contentOf(project.db);
      const again = await importFile(project, path);
      expect(again.added).toEqual(NOTHING);
      const known = new Map(Object.entries(first.alreadyThere));
      for (const [kind, added] of Object.entries(first.added))
        known.set(kind, added + (known.get(kind) ?? 0));
      expect(again.alreadyThere).toEqual(Object.fromEntries(known));
      expect(again.warnings.map(({ code }) => code)).toContain('nothing-new');
      expect({ ...contentOf(project.db), import: [] }).toEqual({ ...before, import: [] });
    }
  });

  test('of a file that overlaps adds only what is new', async () => {
    const project = newProject();
    await importRows(project, pairsRow);
    const report = await importRows(project, pairsRow, secondRow, {
      ...pairsRow,
      model_b: 'tiny',
      response_b: 'Ten.',
    });
    expect(report.added).toMatchObject({
      prompts: 1,
      models: 1,
      responses: 3,
      gold: 2,
      sources: 0,
      preferences: 4,
    });
    expect(report.alreadyThere).toMatchObject({
      prompts: 1,
      models: 2,
      responses: 2,
      gold: 1,
      preferences: 2,
    });
  });

  test('keeps what is stored where a file says something else, and counts it', async () => {
    const project = newProject();
    await importRows(project, pairsRow);
    const before = contentOf(project.db);
    const [judge] = pairsRow.judges;
    const report = await importRows(project, {
      ...pairsRow,
      split: 'dev',
      response_b: 'Two hours.',
      gold: { ...pairsRow.gold, score_a: 8 },
      judges: [{ ...judge, verdict: 'tie' }],
    });
    expect(report.warnings.map(({ code, message }) => [code, message.split(' ')[0]])).toEqual([
      ['nothing-new', 'The'],
      ['response-differs', '1'],
      ['gold-differs', '1'],
      ['preference-differs', '1'],
      ['split-differs', '1'],
    ]);
    expect({ ...contentOf(project.db), import: [] }).toEqual({ ...before, import: [] });
  });

  test('keeps the first where two rows of one file disagree, and counts it', async () => {
    const project = newProject();
    const report = await importRows(project, pairsRow, {
      ...pairsRow,
      response_a: 'Twenty.',
      gold: { ...pairsRow.gold, pref: 'tie' },
    });
    expect(report.added).toMatchObject({ prompts: 1, responses: 2, gold: 1, preferences: 2 });
    expect(report.warnings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['response-differs', 'gold-differs']),
    );
  });

  test('completes what the project did not know', async () => {
    const project = newProject();
    await importRows(project, { ...pairsRow, category: null, response_b: null, reference: null });
    await importRows(project, { ...pairsRow, reference: 'Eighteen minutes', cost: { a: 0.5, b: 0.1 } });
    expect(project.db.prepare('SELECT category, reference FROM prompt').get()).toEqual({
      category: 'cooking',
      reference: 'Eighteen minutes',
    });
    expect(project.db.prepare('SELECT text, cost_usd FROM response ORDER BY id').all()).toEqual([
      { text: 'Eighteen minutes.', cost_usd: 0.5 },
      { text: 'An hour.', cost_usd: 0.1 },
    ]);
  });

  test('refuses a prompt_id that has another text in the dataset, in the file or in the project', async () => {
    const project = newProject();
    await importRows(project, pairsRow);
    const other = { ...pairsRow, prompt: 'TOP-SECRET?' };
    const report = await importRows(project, secondRow, other, { ...secondRow, prompt: 'TOP-SECRET?' });
    expect(report.refusals).toEqual([
      { line: 2, reason: 'prompt: the project has another text for this prompt_id of the dataset' },
      { line: 3, reason: 'prompt: an earlier row of the file has another text for this prompt_id' },
    ]);
    expect(report).toMatchObject({
      rowsRead: 3,
      rowsRefused: 2,
      added: { prompts: 1, responses: 2, gold: 1 },
    });
    expect(listRefusals(project.db, report.importId)).toEqual(report.refusals);
    const elsewhere = await importRows(project, { ...other, source: 'another dataset' });
    expect(elsewhere.added.prompts).toBe(1);
  });

  test('refuses a row as a whole for one wrong judge', async () => {
    const project = newProject();
    const report = await importRows(project, pairsRow, {
      ...secondRow,
      judges: [{ judge: 'referee', verdict: 'c' }],
    });
    expect(report.refusals).toMatchObject([{ line: 2 }]);
    expect(countRows(project.db, 'prompt')).toBe(1);
  });

  test('without a single usable row changes nothing', async () => {
    const project = newProject();
    const before = contentOf(project.db);
    const path = fileOf([
      { ...pairsRow, prompt: 1 },
      { ...pairsRow, split: 'x' },
    ]);
    const error = await refusalOf(() => importFile(project, path));
    expect(error).toMatchObject({ code: 'invalid-input', details: { rowsRead: 2 } });
    expect(error.message).toContain('line 1: prompt: expected a string, found a number');
    expect(contentOf(project.db)).toEqual(before);
    await importRows(project, pairsRow);
    const all = await refusalOf(() => importRows(project, { ...pairsRow, prompt: 'Another?' }));
    expect(all).toMatchObject({ code: 'invalid-input' });
    expect(countRows(project.db, 'import')).toBe(1);
    expect(readdirSync(dirname(project.path)).filter((name) => name.includes('staging'))).toEqual([]);
  });

  test('lists the first thousand refusals and stores all of them', async () => {
    const project = newProject();
    const report = await importRows(
      project,
      pairsRow,
      ...Array<object>(1500).fill({ ...pairsRow, prompt: 1 }),
    );
    expect(report.refusals).toHaveLength(1000);
    expect(report.rowsRefused).toBe(1500);
    expect(listRefusals(project.db, report.importId)).toHaveLength(1500);
  });
});

describe('a pair', () => {
  test('is turned into the order of the project: verdict, scores, order of presentation and share of votes', async () => {
    const project = newProject();
    await importRows(project, {
      ...wideRow,
      models: ['small', 'large'],
      responses: {},
      len: {},
      gold: {},
      judges: {},
    });
    await importRows(project, {
      ...pairsRow,
      gold: { ...pairsRow.gold, share_a: 0.75, n_raters: 4 },
      judges: [{ judge: 'referee', type: 'pairwise', score_a: 8, score_b: 3, verdict: 'a', order: 'ab' }],
    });
    const names = project.db.prepare('SELECT name FROM model ORDER BY id').pluck().all();
    expect(names).toEqual(['small', 'large']);
    expect(project.db.prepare('SELECT * FROM preference_verdict').all()).toMatchObject([
      { model_a_id: 1, model_b_id: 2, shown: 'ba', verdict: 'b', score_a: 3, score_b: 8 },
    ]);
    expect(project.db.prepare('SELECT * FROM grading_event').all()).toMatchObject([
      {
        model_a_id: 1,
        model_b_id: 2,
        score_a: 2,
        score_b: 9,
        verdict: 'b',
        rater_count: 4,
        detail_json: '{"shareB":0.75}',
      },
    ]);
  });

  test('is the same grade with a and b exchanged', async () => {
    const project = newProject();
    await importRows(project, pairsRow);
    const { model_a, model_b, response_a, response_b } = pairsRow;
    const turned = {
      ...pairsRow,
      ...{
        model_a: model_b,
        model_b: model_a,
        response_a: response_b,
        response_b: response_a,
        len_a: 8,
        len_b: 17,
      },
      gold: { ...pairsRow.gold, score_a: 2, score_b: 9, pref: 'b' },
      judges: [
        { judge: 'referee', type: 'pairwise', verdict: 'a', order: 'ab' },
        { judge: 'referee', type: 'pairwise', verdict: 'b', order: 'ba' },
      ],
    };
    const report = await importRows(project, turned);
    expect(report.added).toEqual(NOTHING);
    expect(report.warnings.map(({ code }) => code)).toEqual(['nothing-new']);
  });
});

describe('a source', () => {
  test('is shared by files where kind and scale agree, and gets a longer name where they do not', async () => {
    const project = newProject();
    const scored = (scale: readonly number[], extra: object = {}) => ({
      ...wideRow,
      judges: { referee: { type: 'pointwise', scale, scores: { large: 1 } } },
      ...extra,
    });
    await importRows(project, pairsRow);
    const first = await importRows(project, scored([0, 1]));
    const second = await importRows(project, scored([1, 5]));
    const third = await importRows(project, {
      ...scored([0, 1]),
      sim_judges: { referee: { type: 'simulated', scale: [0, 1], scores: { large: 0 } } },
    });
    const names = project.db
      .prepare('SELECT name, kind, scale_lo, scale_hi FROM source ORDER BY id')
      .raw()
      .all();
    expect(names).toEqual([
      ['referee', 'judge', 0, 1],
      ['referee (judge)', 'judge', 1, 5],
      ['referee (simulated)', 'simulated', 0, 1],
    ]);
    expect(
      [first, second, third].map(({ warnings }) => warnings.some(({ code }) => code === 'source-renamed')),
    ).toEqual([false, true, true]);
    expect((await importRows(project, scored([1, 5]))).added).toEqual(NOTHING);
  });
});

describe('staging', () => {
  test('reports rows against the bytes of the file, and stops soon after it is cancelled', async () => {
    const project = newProject();
    const rows = Array.from({ length: 3000 }, (_, i) => ({
      ...pairsRow,
      prompt_id: `p/${i}`,
      prompt: `Number ${i}?`,
    }));
    const path = fileOf(rows);
    const stagingPath = stagingPathFor(project.path, 'cancelled');
    const seen: Progress[] = [];
    const cancelAfter = (limit: number) => ({
      report: (progress: Progress) => seen.push(progress),
      throwIfCancelled: () => {
        if (seen.length >= limit) throw new AppError('cancelled', 'Cancelled.');
      },
    });
    await stageFile(path, stagingPath, options, cancelAfter(Infinity));
    expect(seen.at(-1)).toEqual({ stage: 'Reading rows', fraction: 1, done: 3000, unit: 'rows' });
    expect(seen.map(({ fraction }) => fraction)).toEqual(
      seen.map(({ fraction }) => fraction).sort((a, b) => a - b),
    );
    seen.length = 0;
    const before = contentOf(project.db);
    const error = await refusalOf(() => stageFile(path, stagingPath, options, cancelAfter(2)));
    expect(error.code).toBe('cancelled');
    expect(seen).toHaveLength(2);
    expect(existsSync(stagingPath)).toBe(false);
    expect(contentOf(project.db)).toEqual(before);
  });

  test('holds no lock on the project: a grade is written while a file is read', async () => {
    const project = newProject();
    const staged = await stage(project, fileOf([pairsRow]));
    project.db.prepare('INSERT INTO dataset (name) VALUES (?)').run('meanwhile');
    mergeStaging(project.db, staged, options);
    expect(countRows(project.db, 'dataset')).toBe(2);
    expect(existsSync(staged.stagingPath)).toBe(false);
  });

  test('that was left over is removed, and nothing else', () => {
    const folder = temporaryFolder();
    const project = join(folder, 'a.mrproj');
    for (const name of ['a.mrproj', 'a.mrproj-wal', 'ab.mrproj.import-1.staging', 'a.mrproj.import-1.txt']) {
      writeFileSync(join(folder, name), '');
    }
    writeFileSync(stagingPathFor(project, '1'), '');
    writeFileSync(`${stagingPathFor(project, '1')}-journal`, '');
    expect(removeStaleStaging(project)).toBe(1);
    expect(readdirSync(folder).sort()).toEqual(
      ['a.mrproj', 'a.mrproj-wal', 'a.mrproj.import-1.txt', 'ab.mrproj.import-1.staging'].sort(),
    );
  });
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { refusal, startEngine, startWithData } from './test-engine.ts';

describe('looking through the data', () => {
  it('answers pages, single prompts and facets of what was imported', async () => {
    const { client } = await startWithData({ train: 40, test: 10, gold: 15 });
    const first = await client.call('data.page', { limit: 5 });
    expect(first).toMatchObject({ total: 50, unindexed: 0 });
    expect(first.rows).toHaveLength(5);
    const last = await client.call('data.page', { offset: 48, limit: 100 });
    expect(last.rows.map((row) => row.promptId)).toEqual([49, 50]);

    const graded = await client.call('data.page', { filter: { hasGold: true, split: 'train' } });
    expect(graded.total).toBe(15);
    const [row] = graded.rows;
    expect(row.grades).toBeGreaterThan(0);
    expect(row.preferences).toBeGreaterThan(0);

    const item = await client.call('data.item', { promptId: row.promptId });
    expect(item.text.startsWith(row.excerpt)).toBe(true);
    expect(item.responses).toHaveLength(2);
    expect(item.gold).toHaveLength(row.grades);
    expect(item.draw).toMatchObject({ isRevealed: true });

    const { categories } = await client.call('data.facets', {});
    expect(categories.reduce((sum, facet) => sum + facet.prompts, 0)).toBe(50);
  });

  it('never shows masked gold', async () => {
    const { client } = await startWithData({ train: 40, test: 0, gold: 15 });
    const { rows } = await client.call('data.page', { filter: { hasGold: false } });
    expect(rows).toHaveLength(25);
    const item = await client.call('data.item', { promptId: rows[0].promptId });
    expect(item.draw).toMatchObject({ isRevealed: false });
    expect(item.gold).toEqual([]);
  });

  it('shows a grade as soon as it is submitted, and searches responses', async () => {
    const { client } = await startWithData({ train: 20, test: 0, gold: 5 });
    const { total } = await client.call('data.page', { filter: { hasGold: true } });
    const { item } = await client.call('grade.next', { rater: 'Ada', models: ['strong-demo', 'cheap-demo'] });
    if (item === null) throw new Error('expected an item');
    const sides = { leftId: item.left.responseId, rightId: item.right.responseId };
    await client.call('grade.submit', { rater: 'Ada', grade: { kind: 'verdict', ...sides, verdict: 'tie' } });
    expect((await client.call('data.page', { filter: { hasGold: true } })).total).toBe(total + 1);

    const [word = ''] = /\p{L}{5,}/u.exec(item.left.text) ?? [];
    const search = await client.call('data.page', { filter: { search: `"${word}"` } });
    expect(search.rows.map((row) => row.promptId)).toContain(item.promptId);
  });

  it('refuses a prompt that is not there', async () => {
    const { client } = await startWithData({ train: 10, test: 0 });
    expect((await refusal(client.call('data.item', { promptId: 999 }))).code).toBe('not-found');
  });
});

describe('the preview of an import', () => {
  function file(
    name: string,
    text: string,
  ): { readonly path: string; readonly started: ReturnType<typeof startEngine> } {
    const started = startEngine();
    const path = join(started.folder, name);
    writeFileSync(path, text);
    return { path, started };
  }

  it('recognises a format of ours and shows rows and refusals, without a project', async () => {
    const row = { prompt_id: 'p', source: 's', prompt: 'Q', models: ['a'], responses: { a: 'x' } };
    const { path, started } = file('x.wide.jsonl', `${JSON.stringify(row)}\n{broken\n`);
    const preview = await started.client.call('import.preview', { path });
    expect(preview).toMatchObject({ format: 'wide', mapping: null, columns: [], problem: null });
    expect(preview.rows).toMatchObject([{ line: 1, prompt: 'Q', responses: [{ model: 'a', excerpt: 'x' }] }]);
    expect(preview.refusals).toMatchObject([{ line: 2 }]);
  });

  it('proposes a mapping for a table, and reads the first rows by it', async () => {
    const { path, started } = file(
      't.csv',
      'id,question,answer_one,answer_two,winner\n1,Q?,yes,no,a\n2,R?,no,yes,tie\n',
    );
    const preview = await started.client.call('import.preview', { path });
    expect(preview).toMatchObject({ format: 'csv', isProposed: true, problem: null });
    expect(preview.columns.map((column) => column.name)).toEqual([
      'id',
      'question',
      'answer_one',
      'answer_two',
      'winner',
    ]);
    expect(preview.rows).toMatchObject([
      { prompt: 'Q?', responses: [{ model: 'one' }, { model: 'two' }], preferences: [{ verdict: 'a' }] },
      { prompt: 'R?', preferences: [{ verdict: 'tie' }] },
    ]);
  });

  it('says what a mapping lacks instead of failing', async () => {
    const { path, started } = file('t.csv', 'x,y\n1,2\n');
    const preview = await started.client.call('import.preview', { path });
    expect(preview.rows).toEqual([]);
    expect(preview.problem).toContain('nothing to import');
    const wrong = { responses: { m: 'z' } };
    const again = await started.client.call('import.preview', { path, mapping: wrong });
    expect(again).toMatchObject({ mapping: wrong, isProposed: false });
    expect(again.problem).toContain('z');
  });

  it('proposes fields of JSONL, also those inside others', async () => {
    const row = { question: 'Q', meta: { id: 7 }, response_a1: 'x', response_b1: 'y', models: undefined };
    const { path, started } = file('t.jsonl', `${JSON.stringify(row)}\n`);
    const preview = await started.client.call('import.preview', { path });
    expect(preview.columns.map((column) => column.name)).toContain('meta.id');
    expect(preview.rows).toMatchObject([{ prompt: 'Q', responses: [{ model: 'a1' }, { model: 'b1' }] }]);
  });

  it('refuses a file that is none', async () => {
    const { started } = file('empty.csv', '');
    expect(
      (await refusal(started.client.call('import.preview', { path: join(started.folder, 'no.csv') }))).code,
    ).toBe('not-found');
    expect(
      (await refusal(started.client.call('import.preview', { path: join(started.folder, 'empty.csv') })))
        .code,
    ).toBe('invalid-input');
  });
});

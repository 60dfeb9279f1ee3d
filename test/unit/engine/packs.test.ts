import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connect } from '../../../db/sqlite.ts';
import { refusal, startEngine, type TestEngine } from './test-engine.ts';
import { gradeNext, makeQueue, nextItem, startWorkbench, verdictOn } from './workbench-engine.ts';

const said = 'As an AI language model developed by OpenAI, I would say seven.';

async function exported(rater = 'grace'): Promise<{
  readonly office: TestEngine;
  readonly queueId: number;
  readonly taskId: string;
  readonly path: string;
}> {
  const rows = Array.from({ length: 6 }, (_, i) => ({
    answers: i === 0 ? ([said, 'vicuna-13b says eight'] as const) : ([`one ${i}`, `two ${i}`] as const),
    judge: 'a' as const,
  }));
  const office = await startWorkbench(rows);
  const queue = await makeQueue(office, { overlap: 2 });
  await gradeNext(office, queue.id, 'ada');
  const path = join(office.folder, `${rater}.mrpack`);
  await office.client.call('pack.export', { queueId: queue.id, rater, path });
  return { office, queueId: queue.id, taskId: queue.taskId, path };
}

/** Another machine that opens the file. */
async function elsewhere(path: string): Promise<TestEngine> {
  const home = startEngine();
  await home.client.call('project.open', { path });
  return home;
}

/** Changes a pack as somebody with a database browser would. */
function tamper(path: string, sql: string): void {
  const db = connect(path, { mustExist: true });
  db.exec(sql);
  db.close();
}

describe('a pack', () => {
  it('is graded on another machine, and its results come back with every detail', async () => {
    const { office, queueId, taskId, path } = await exported();
    const home = await elsewhere(path);
    const { client } = home;
    const opened = await client.call('project.status', {});
    expect(opened.project.pack).toMatchObject({ rater: 'grace', queueId, taskId });
    let marked = '';
    for (let i = 0; i < 6; i++) {
      const item = await nextItem(home, queueId, 'grace');
      const isMasked = item.left.masks.length > 0 && item.left.text.startsWith('As an AI');
      const start = isMasked ? item.left.text.indexOf('I would') : 0;
      if (isMasked) marked = item.left.text.slice(start, start + 13);
      await client.call('grade.submit', {
        rater: 'grace',
        queueId,
        grade: verdictOn(item, 'left', 2 / 3),
        comment: `no. ${i}`,
        latencyMs: 500 + i,
        spans: [{ side: 'left', start, end: start + (isMasked ? 13 : 3), tag: 'unsafe' }],
      });
    }
    await client.call('grade.undoLast', { rater: 'grace' });
    const last = await nextItem(home, queueId, 'grace');
    await client.call('grade.skip', { rater: 'grace', item: last.item, queueId, reason: 'cannot tell' });
    const there = (await client.call('grade.history', { rater: 'grace' })).events;
    await client.call('project.close', {});

    const merged = await office.client.call('pack.merge', { path });
    expect(merged).toMatchObject({ rater: 'grace', added: 8, known: 0, conflicts: [] });
    expect(await office.client.call('pack.merge', { path })).toMatchObject({ added: 0, known: 8 });
    const here = (await office.client.call('grade.history', { rater: 'grace' })).events;
    expect(here).toEqual(there);
    const [queue] = (await office.client.call('queue.list', {})).queues;
    expect(queue).toMatchObject({ done: 1, skipped: 1 });
    expect((await office.client.call('pack.list', {})).packs).toMatchObject([{ rater: 'grace', items: 6 }]);
    expect((await office.client.call('queue.next', { queueId, rater: 'grace' })).item).toBeNull();
    // The mark is where it was, in the text as the project has it: the hidden name is longer than what hid it.
    if (marked !== '') expect(marked).toBe('I would say s');
    const stored = connect(office.project, { mustExist: true, isReadOnly: true });
    const spans = stored
      .prepare<[], { detail: string; text: string }>(
        `SELECT g.detail_json AS detail, r.text FROM current_grade g JOIN rater k ON k.id = g.rater_id
         JOIN response r ON r.prompt_id = g.prompt_id AND r.text LIKE 'As an AI%' WHERE k.name = 'grace'`,
      )
      .all();
    stored.close();
    for (const { detail, text } of spans) {
      const [span] = (JSON.parse(detail) as { spans: { side: string; start: number; end: number }[] }).spans;
      if (span.side === 'a') expect(text.slice(span.start, span.end)).toBe('I would say s');
    }
  });

  it('names no model, holds nobody else’s labels and no reference to a judge', async () => {
    const { path } = await exported();
    const db = connect(path, { mustExist: true, isReadOnly: true });
    const tables = [
      'grading_event',
      'preference_verdict',
      'source',
      'gold_draw',
      'attention_check',
      'pack_key',
    ];
    for (const table of tables)
      expect(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get(), table).toBe(0);
    expect(db.prepare('SELECT name FROM rater').pluck().all()).toEqual(['grace']);
    const all = db.prepare<[], string>('SELECT text FROM response').pluck().all().join('\n');
    expect(all).toContain('█████');
    expect(all).not.toMatch(/OpenAI|vicuna|gpt/i);
    expect(db.prepare<[], string>('SELECT name FROM model').pluck().all()).toEqual(['model 1', 'model 2']);
    db.close();
  });

  it('can be graded and nothing else, in nobody else’s name', async () => {
    const { path, queueId } = await exported();
    const { client } = await elsewhere(path);
    for (const call of [
      client.call('queue.next', { queueId, rater: 'ada' }),
      client.call('task.save', { name: 'x', form: { kind: 'correctness' } }),
      client.call('queue.update', { queueId, overlap: 3 }),
      client.call('rater.save', { name: 'grace', role: 'senior' }),
      client.call('model.setPrice', { model: 'model 1', inputUsdPerMillion: 1, outputUsdPerMillion: 1 }),
    ]) {
      expect(await refusal(call)).toMatchObject({ code: 'usage', details: { reason: 'not-allowed' } });
    }
  });

  it('that is still open is sent back as a whole copy, and goes on', async () => {
    const { office, path, queueId } = await exported();
    const home = await elsewhere(path);
    const copy = join(home.folder, 'back.mrpack');
    await gradeNext(home, queueId, 'grace');
    expect(await home.client.call('pack.saveCopy', { path: copy })).toMatchObject({ path: copy });
    expect((await refusal(home.client.call('pack.saveCopy', { path: copy }))).code).toBe('already-exists');
    expect((await refusal(home.client.call('pack.saveCopy', { path }))).code).toBe('already-exists');
    expect((await refusal(home.client.call('pack.saveCopy', { path, overwrite: true }))).code).toBe('usage');
    const nowhere = home.client.call('pack.saveCopy', { path: join(home.folder, 'no', 'x.mrpack') });
    expect((await refusal(nowhere)).code).toBe('not-found');
    expect(await office.client.call('pack.merge', { path: copy })).toMatchObject({ added: 1, known: 0 });
    await gradeNext(home, queueId, 'grace');
    await home.client.call('pack.saveCopy', { path: copy, overwrite: true });
    expect(await office.client.call('pack.merge', { path: copy })).toMatchObject({ added: 1, known: 1 });
    const project = office.client.call('pack.saveCopy', { path: join(office.folder, 'x.mrpack') });
    expect((await refusal(project)).code).toBe('usage');
  });

  it('that was changed is refused, and nothing is merged', async () => {
    const { office, path } = await exported();
    const home = await elsewhere(path);
    await gradeNext(home, 1, 'grace');
    await home.client.call('project.close', {});
    const cases = {
      "UPDATE response SET text = 'better' WHERE id = (SELECT min(id) FROM response)": 'damaged',
      "UPDATE grading_task SET settings_json = '{}'": 'damaged',
      "UPDATE rater SET name = 'ada'": 'damaged',
      'UPDATE queue_item SET prompt_id = (SELECT max(prompt_id) FROM queue_item) WHERE position = 1':
        'damaged',
      "UPDATE pack SET project_id = 'another'": 'conflict',
      "UPDATE pack SET id = 'another'": 'conflict',
      "UPDATE pack SET signature = 'short'": 'damaged',
      'DELETE FROM pack': 'invalid-input',
      // What a rater did is not signed, but it must be what the form could have given.
      "DROP TRIGGER grading_event_no_update; UPDATE grading_event SET verdict = NULL, score_a = 7; CREATE TRIGGER grading_event_no_update BEFORE UPDATE ON grading_event BEGIN SELECT RAISE(ABORT, 'x'); END":
        'invalid-input',
      "DROP TRIGGER grading_event_no_update; UPDATE grading_event SET action = 'adjudicate'; CREATE TRIGGER grading_event_no_update BEFORE UPDATE ON grading_event BEGIN SELECT RAISE(ABORT, 'x'); END":
        'invalid-input',
    };
    for (const [sql, code] of Object.entries(cases)) {
      const changed = join(office.folder, 'changed.mrpack');
      copyFileSync(path, changed);
      tamper(changed, sql);
      expect((await refusal(office.client.call('pack.merge', { path: changed }))).code, sql).toBe(code);
    }
    expect((await office.client.call('grade.history', { rater: 'grace' })).events).toEqual([]);
    expect((await office.client.call('pack.merge', { path })).added).toBe(1);
  });

  it('of another project is refused, as are files that are no packs', async () => {
    const { path } = await exported();
    const other = await startWorkbench(2);
    expect((await refusal(other.client.call('pack.merge', { path }))).code).toBe('conflict');
    const plain = await startWorkbench(1);
    await plain.client.call('project.close', {});
    const project = other.client.call('pack.merge', { path: plain.project });
    expect((await refusal(project)).code).toBe('invalid-input');
    const data = other.client.call('pack.merge', { path: join(other.folder, 'data.pairs.jsonl') });
    expect((await refusal(data)).code).toBe('damaged');
    const missing = other.client.call('pack.merge', { path: join(other.folder, 'nothing.mrpack') });
    expect((await refusal(missing)).code).toBe('not-found');
  });

  it('whose event is here already and says something else is refused', async () => {
    const { office, path } = await exported();
    const home = await elsewhere(path);
    await gradeNext(home, 1, 'grace', 'left');
    await home.client.call('project.close', {});
    await office.client.call('pack.merge', { path });
    tamper(
      path,
      "DROP TRIGGER grading_event_no_update; UPDATE grading_event SET verdict = CASE verdict WHEN 'a' THEN 'b' ELSE 'a' END; CREATE TRIGGER grading_event_no_update BEFORE UPDATE ON grading_event BEGIN SELECT RAISE(ABORT, 'x'); END",
    );
    expect((await refusal(office.client.call('pack.merge', { path }))).code).toBe('conflict');
  });

  it('graded twice, in two copies, shows the conflict until one grade is undone', async () => {
    const { office, path, queueId, taskId } = await exported();
    const copy = join(office.folder, 'copy.mrpack');
    copyFileSync(path, copy);
    for (const [file, says] of [
      [path, 'left'],
      [copy, 'right'],
    ] as const) {
      const home = await elsewhere(file);
      await gradeNext(home, queueId, 'grace', says);
      await home.client.call('project.close', {});
    }
    await office.client.call('pack.merge', { path });
    const merged = await office.client.call('pack.merge', { path: copy });
    expect(merged.conflicts).toMatchObject([{ rater: 'grace', taskId }]);
    expect((await office.client.call('pack.conflicts', {})).conflicts).toEqual(merged.conflicts);
    const [targetId] = merged.conflicts[0].eventIds;
    await office.client.call('grade.undo', { rater: 'grace', targetId });
    expect((await office.client.call('pack.conflicts', { taskId })).conflicts).toEqual([]);
    expect((await office.client.call('pack.conflicts', {})).conflicts).toEqual([]);
  });
});

/**
 * Measures a grader's keys in Chromium, on a project of 1,000,000 preference rows: from the key that submits a grade to the
 * next item painted, in a queue of 100,000 items with long Markdown in every other one and in pairs without a queue, while
 * the search index is being filled and while nothing else is done. Run after a build: node test/bench/grade-window.ts [PROJECT]; a project that is
 * named is made once, without a search index, and copied.
 */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { v7 } from 'uuid';
import { openProject, type ProjectFile } from '../../db/open.ts';
import { countUnindexed } from '../../db/repositories/search-index.ts';
import type { WritableDb } from '../../db/sqlite.ts';
import { createClient } from '../../src/contract/client.ts';
import { createEngine } from '../../src/engine/engine.ts';
import { chromiumOptions } from '../e2e/support/chromium.ts';
import { print, timed } from './support/figures.ts';
import { measureGrading, openGrade } from './support/grade-keys.ts';
import { makeLargeProject } from './support/large-project.ts';
import { lengthenResponses } from './support/long-responses.ts';
import { startHost, stopHost } from './support/start-host.ts';

const PROMPTS = 1_000_000;
const QUEUED = 100_000;
const PRESSES = 250;
/** More places than are graded here. */
const SERVED = 2_000;

/** Draws the queue; answers its number. */
async function drawQueue(path: string): Promise<number> {
  const engine = createEngine({
    clock: () => Date.now(),
    newId: () => v7(),
    workerUrl: new URL('../../dist/task-worker.js', import.meta.url),
    runtimeUrl: new URL('../../dist/runtime/', import.meta.url),
    productVersion: '0.0.0',
  });
  const client = createClient(engine);
  try {
    await client.call('project.open', { path });
    const task = await client.call('task.save', { name: 'Which is better?', form: { kind: 'verdict' } });
    const queue = await client.run('queue.create', {
      name: 'bench',
      taskId: task.id,
      models: ['strong', 'cheap'],
      design: { kind: 'random' },
      budget: QUEUED,
    });
    return queue.id;
  } finally {
    await engine.close();
  }
}

function withProject<T>(path: string, work: (file: ProjectFile) => T): T {
  const file = openProject(path, { clock: () => Date.now(), newId: () => v7(), quickCheck: 'never' });
  try {
    return work(file);
  } finally {
    file.close();
  }
}

/** Long responses for what is served first: from the queue, and in the order of import. */
function lengthen(path: string, queueId: number): void {
  withProject(path, ({ db }) => {
    const served = db
      .prepare<[number, number], number>(
        'SELECT prompt_id FROM queue_item WHERE queue_id = ? AND position <= ? ORDER BY position',
      )
      .pluck()
      .all(queueId, SERVED);
    lengthenResponses(db, served);
    lengthenResponses(
      db,
      Array.from({ length: SERVED }, (_, i) => i + 1).filter((id) => !served.includes(id)),
    );
  });
}

/** Grades in a host of its own. */
async function grade(
  browser: Browser,
  { queue, isIndexing }: { readonly queue: string; readonly isIndexing: boolean },
): Promise<void> {
  if (isIndexing)
    withProject(path, ({ db }) => {
      clearIndex(db);
    });
  const host = await startHost(join(folder, 'user'), [path]);
  try {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
    await page.goto(host.address);
    await page.getByText(PROMPTS.toLocaleString('en')).first().waitFor();
    if (isIndexing) await startIndexing(page);
    await openGrade(page, `grade?queue=${queue}`);
    const what = queue === 'pairs' ? 'no queue' : 'queue';
    await measureGrading(page, `${what}, ${isIndexing ? 'search being indexed' : 'nothing else'}`, PRESSES);
    await page.context().close();
  } finally {
    await stopHost(host);
  }
  if (!isIndexing) return;
  const left = withProject(path, ({ db }) => countUnindexed(db));
  print('rows still to be indexed after it', left, '');
  if (left === 0) throw new Error('The search index was complete before the measurement was.');
}

function clearIndex(db: WritableDb): void {
  for (const table of ['prompt_search', 'response_search'])
    db.exec(`INSERT INTO ${table} (${table}) VALUES ('delete-all')`);
}

/** A search makes the program index the rest in the background. */
async function startIndexing(page: Page): Promise<void> {
  await page.evaluate("location.hash = '#/data?search=harbour'");
  await page.getByText('Still being indexed').waitFor();
}

const given = process.argv.at(2);
const folder = mkdtempSync(join(tmpdir(), 'metarouter-bench-'));
const path = join(folder, 'large.mrproj');
try {
  const made = given === undefined ? path : resolve(given);
  if (!existsSync(made)) makeLargeProject(made, PROMPTS, { isIndexed: false });
  if (made !== path) copyFileSync(made, path);
  let queueId = 0;
  const drawnMs = await timed(async () => (queueId = await drawQueue(path)));
  print(`a queue of about ${QUEUED.toLocaleString('en')} items drawn`, drawnMs / 1000, 's');
  lengthen(path, queueId);
  const browser = await chromium.launch(chromiumOptions());
  try {
    for (const isIndexing of [true, false])
      for (const queue of [String(queueId), 'pairs']) await grade(browser, { queue, isIndexing });
  } finally {
    await browser.close();
  }
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

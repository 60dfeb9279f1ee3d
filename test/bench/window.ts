/**
 * Measures the window on a project of 1,000,000 preference rows: how soon it is there, how it scrolls and searches, what it
 * weighs. Run after a build: node test/bench/window.ts [PROJECT]; a project that is named is made once and kept.
 */
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { v7 } from 'uuid';
import { createClient } from '../../src/contract/client.ts';
import { createEngine } from '../../src/engine/engine.ts';
import { chromiumOptions } from '../e2e/support/chromium.ts';
import { measureFilters, measureScrolling } from './support/browse-table.ts';
import { print, timed } from './support/figures.ts';
import { quantile } from './support/frames.ts';
import { measureGrading, openGrade } from './support/grade-keys.ts';
import { makeLargeProject } from './support/large-project.ts';
import { startHost, stopHost, type Host } from './support/start-host.ts';
import { childOf, memoryMb, pageMemory, weighRenderer } from './support/window-size.ts';

const PROMPTS = 1_000_000;
const OPEN_MS = 1000;
const TRIES = 5;
const IDLE_MS = 10_000;
const GRADES = 40;
const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

async function measureOpen(path: string): Promise<void> {
  const engine = createEngine({
    clock: () => Date.now(),
    newId: () => v7(),
    workerUrl: new URL('../../dist/task-worker.js', import.meta.url),
    runtimeUrl: new URL('../../dist/runtime/', import.meta.url),
    productVersion: '0.0.0',
  });
  const client = createClient(engine);
  const opened: number[] = [];
  const told: number[] = [];
  /** What other programs on the machine do not change. */
  const busy: number[] = [];
  for (let i = 0; i < TRIES; i++) {
    opened.push(await timed(() => client.call('project.open', { path })));
    const before = process.cpuUsage();
    told.push(await timed(() => client.call('project.status', {})));
    const { user, system } = process.cpuUsage(before);
    busy.push((user + system) / 1000);
    await client.call('project.close', {});
  }
  await engine.close();
  const all = opened.map((open, i) => open + (told.at(i) ?? 0));
  print(`project.open, median of ${TRIES}`, quantile(opened, 0.5), 'ms', OPEN_MS);
  print('project.status after it', quantile(told, 0.5), 'ms');
  print('project.status, processor time', quantile(busy, 0.5), 'ms');
  print('both: the project opened and described', quantile(all, 0.5), 'ms', OPEN_MS);
}

const newPage = async (browser: Browser): Promise<Page> =>
  (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();

/** What somebody waits for who starts the program without a project. */
async function measureColdStart(browser: Browser, userData: string): Promise<void> {
  const paints: number[] = [];
  const homes: number[] = [];
  const hosts: number[] = [];
  const requested = new Set<string>();
  for (let i = 0; i < TRIES; i++) {
    const host = await startHost(userData, []);
    const page = await newPage(browser);
    page.on('request', (request) => requested.add(new URL(request.url()).pathname));
    homes.push(
      await timed(async () => {
        await page.goto(host.address);
        await page.getByRole('button', { name: 'New project' }).first().waitFor();
      }),
    );
    // Nothing of the page is painted before it: the page is empty until its script has drawn it.
    paints.push(
      await page.evaluate<number>(`performance.getEntriesByName('first-contentful-paint').at(0)?.startTime`),
    );
    hosts.push(host.startMs);
    await page.context().close();
    await stopHost(host);
  }
  const paint = hosts.map((ms, i) => ms + (paints.at(i) ?? 0));
  const home = hosts.map((ms, i) => ms + (homes.at(i) ?? 0));
  print(`host started to listening, median of ${TRIES}`, quantile(hosts, 0.5), 'ms');
  print('cold start: host started to first paint', quantile(paint, 0.5), 'ms');
  print('cold start: host started to Home usable', quantile(home, 0.5), 'ms');
  const { all, home: first } = weighRenderer(at('out/renderer'), requested);
  print('renderer bundle, every screen', all.bytes / 1000, 'kB');
  print('renderer bundle, every screen, gzipped', all.gzipped / 1000, 'kB');
  print('renderer bundle, loaded for Home', first.bytes / 1000, 'kB');
  print('renderer bundle, loaded for Home, gzipped', first.gzipped / 1000, 'kB');
}

/** The window on the project: opened from its Home, looked through, left alone. */
async function measureProject(browser: Browser, userData: string, project: string): Promise<void> {
  const host = await startHost(userData, [project]);
  try {
    const page = await newPage(browser);
    const total = PROMPTS.toLocaleString('en');
    const opened = await timed(async () => {
      await page.goto(host.address);
      await page.getByText(total).first().waitFor();
    });
    print('page loaded to Home with the project described', opened, 'ms');
    print('Data to its first rows', await timed(() => openData(page, total)), 'ms');
    await measureScrolling(page, PROMPTS);
    await measureFilters(page, PROMPTS);
    await openGrade(page, 'grade');
    await measureGrading(page, 'a submitted grade', GRADES);
    await page.evaluate("location.hash = '#/home'");
    await measureMemory(browser, page, host, 'after the table was looked through');
  } finally {
    await stopHost(host);
  }
}

async function openData(page: Page, total: string): Promise<void> {
  await page.evaluate("location.hash = '#/data'");
  await page.getByText(`${total} prompts`, { exact: true }).waitFor();
  await page.getByRole('gridcell').first().waitFor();
}

/** A window that nobody touches, with the project open. */
async function measureIdle(browser: Browser, userData: string, project: string): Promise<void> {
  const host = await startHost(userData, [project]);
  try {
    const page = await newPage(browser);
    await page.goto(host.address);
    await page.getByText(PROMPTS.toLocaleString('en')).first().waitFor();
    await measureMemory(browser, page, host, 'idle on Home');
  } finally {
    await stopHost(host);
  }
}

async function measureMemory(browser: Browser, page: Page, { child }: Host, when: string): Promise<void> {
  await page.waitForTimeout(IDLE_MS);
  const pid = child.pid ?? 0;
  const engine = childOf(pid, 'engine-process');
  const { heapMb, processMb } = await pageMemory(browser, page);
  print(`memory of the host, ${when}`, memoryMb(pid), 'MB');
  print(`memory of the engine, ${when}`, engine === null ? Number.NaN : memoryMb(engine), 'MB');
  print(`memory of the page's process, ${when}`, processMb, 'MB');
  print(`of it objects of the page, ${when}`, heapMb, 'MB');
  await page.context().close();
}

const given = process.argv.at(2);
const folder = mkdtempSync(join(tmpdir(), 'metarouter-bench-'));
const project = given === undefined ? join(folder, 'large.mrproj') : resolve(given);
const userData = join(folder, 'user');
try {
  if (!existsSync(project)) {
    const madeMs = await timed(() => {
      makeLargeProject(project, PROMPTS);
    });
    print('project made and indexed (not the program)', madeMs / 1000, 's');
  }
  print('project file, 1,000,000 prompts and verdicts', statSync(project).size / 1e6, 'MB');
  await measureOpen(project);
  const browser = await chromium.launch(chromiumOptions());
  try {
    await measureColdStart(browser, userData);
    await measureIdle(browser, userData, project);
    await measureProject(browser, userData, project);
  } finally {
    await browser.close();
  }
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDesktopApp } from './support/desktop-app.ts';
import { testFolder } from './support/loopback.ts';

/** The build of the desktop application (main, preload, page) runs unchanged; Chromium stands in for Electron. */

test('the window opens the demo, carries the name of the project, and ends its engine when it is closed', async () => {
  const folder = testFolder();
  const app = await openDesktopApp(folder);
  await app.page.getByRole('button', { name: 'Open the demo project' }).first().click();
  await app.page.getByText('Demo (simulated)').first().waitFor();
  await expect.poll(app.title).toBe('Demo (simulated) – Meta-Router Studio');
  expect(await app.close()).toBe(0);
  for (const pid of app.engines()) expect(isRunning(pid)).toBe(false);
  // Everything is in the one file: the log is gone.
  expect(existsSync(join(folder, 'demo', 'Demo.mrproj-wal'))).toBe(false);
  expect(JSON.parse(readFileSync(join(folder, 'recent-projects.json'), 'utf8'))).toHaveLength(1);
});

test('the page has three functions of the application, and nothing of Node', async () => {
  const { page } = await openDesktopApp(testFolder());
  const seen = await page.evaluate(
    `({ bridge: Object.keys(window.metarouter).sort(), isFrozen: Object.isFrozen(window.metarouter),
       node: [typeof require, typeof process, typeof module, typeof Buffer] })`,
  );
  expect(seen).toEqual({
    bridge: ['call', 'callHost', 'pathOfFile', 'subscribe'],
    isFrozen: true,
    node: ['undefined', 'undefined', 'undefined', 'undefined'],
  });
});

test('the page reaches nothing but itself', async () => {
  const { page } = await openDesktopApp(testFolder());
  const outcomes = await page.evaluate(`Promise.all(
    ['https://example.com/', 'http://127.0.0.1:1/', 'file:///etc/passwd', '/../package.json', '/%2e%2e/main/index.js']
      .map((url) => fetch(url).then((r) => r.status, () => 'blocked')))`);
  expect(outcomes).toEqual(['blocked', 'blocked', 'blocked', 404, 404]);
});

test('a frame inside the page is not answered', async () => {
  const { page } = await openDesktopApp(testFolder());
  const outcome = await page.evaluate(`(async () => {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    const invoke = frame.contentWindow.__standInInvoke;
    try { await invoke('metarouter:call-host', ['host.info', {}]); return 'answered'; }
    catch (error) { return String(error.message ?? error); }
  })()`);
  expect(outcome).toMatch(/Refused|not a function/);
});

test('an engine that is killed is started again, and the page hears of it', async () => {
  const app = await openDesktopApp(testFolder());
  await app.page.evaluate(`window.metarouter.callHost('host.openDemo', {})`);
  await app.page.evaluate(
    `void (window.restarted = new Promise((resolve) => window.metarouter.subscribe((e) => e.name === 'host.engineRestarted' && resolve(e.data))))`,
  );
  process.kill(app.engines().at(-1) ?? 0, 'SIGKILL');
  expect(await app.page.evaluate('window.restarted')).toMatchObject({ error: null });
  expect(app.engines()).toHaveLength(2);
  expect(await app.page.evaluate(`window.metarouter.call('project.status', {})`)).toMatchObject({
    ok: true,
    value: { counts: { prompts: 1900 } },
  });
});

test('an address is opened outside only if it is of the web and the person agrees', async () => {
  const app = await openDesktopApp(testFolder());
  const open = (url: string): Promise<unknown> =>
    app.page.evaluate(`window.metarouter.callHost('host.openExternal', { url: ${JSON.stringify(url)} })`);
  const answers = (isOpened: boolean): object => ({ ok: true, value: { isOpened } });
  for (const url of [
    'file:///etc/passwd',
    'javascript:alert(1)',
    'app://studio/',
    'vscode://x',
    'no address',
  ]) {
    expect(await open(url)).toEqual(answers(false));
  }
  app.answerDialog('showMessageBox', { response: 1 });
  expect(await open('https://example.com/')).toEqual(answers(false));
  app.answerDialog('showMessageBox', { response: 0 });
  expect(await open('https://user:secret@example.com/a')).toEqual(answers(true));
  expect(app.handedOver()).toEqual(['https://example.com/a']);
});

test('a file is shown in its folder only if this window wrote it', async () => {
  const app = await openDesktopApp(testFolder());
  expect(
    await app.page.evaluate(`window.metarouter.callHost('host.showInFolder', { path: '/etc/passwd' })`),
  ).toMatchObject({ ok: false, error: { code: 'usage' } });
});

test('a project file given at the start is opened', async () => {
  const folder = testFolder();
  const path = join(folder, 'given.mrproj');
  const first = await openDesktopApp(join(folder, 'one'));
  await first.page.evaluate(`window.metarouter.call('project.create', { path: ${JSON.stringify(path)} })`);
  await first.close();
  const second = await openDesktopApp(join(folder, 'two'), [path]);
  await expect.poll(second.title, { timeout: 10_000 }).toBe('given – Meta-Router Studio');
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

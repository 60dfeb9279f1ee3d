import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { testFolder } from './support/loopback.ts';

/** The same build in Electron itself, where its program is on this machine. */

const root = fileURLToPath(new URL('../../', import.meta.url));
const hindrance = whyNot();
if (hindrance !== null) {
  process.stderr.write(
    `\nNOT RUN: the tests in real Electron. ${hindrance} test/e2e/desktop.test.ts ran the same build on Chromium.\n`,
  );
}

test.runIf(hindrance === null)('the build opens the demo in Electron, with its page sandboxed', async () => {
  const folder = testFolder();
  const app = await _electron.launch({
    executablePath: electronPath(),
    args: [root],
    env: { ...definedEnv(), METAROUTER_USER_DATA: folder },
  });
  onTestFinished(() => app.close());
  const page = await app.firstWindow();
  await page.getByRole('button', { name: 'Open the demo project' }).first().click();
  await page.getByText('Demo (simulated)').first().waitFor();
  expect(page.url()).toMatch(/^app:\/\/studio\//);
  expect(await page.evaluate('[typeof require, typeof process]')).toEqual(['undefined', 'undefined']);
  const blocked = `fetch('https://example.com/').then(() => 'reached', () => 'blocked')`;
  expect(await page.evaluate(blocked)).toBe('blocked');
});

function electronPath(): string {
  const pathFile = join(root, 'node_modules/electron/path.txt');
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8') : 'electron';
  return join(process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(root, 'node_modules/electron/dist'), name);
}

function whyNot(): string | null {
  if (!existsSync(electronPath())) return 'Its program is not here: npx install-electron brings it.';
  if (process.platform === 'linux' && process.env.DISPLAY === undefined)
    return 'There is no display: use xvfb-run.';
  if (process.getuid?.() === 0) return 'Electron keeps its sandbox only where it does not run as root.';
  return null;
}

function definedEnv(): Record<string, string> {
  const pairs = Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return Object.fromEntries(pairs);
}

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The desktop application as built, with Chromium in the place of Electron. */
export interface DesktopApp {
  readonly page: Page;
  /** Process ids of the engines that were started. */
  readonly engines: () => readonly number[];
  readonly title: () => string;
  /** What the application handed to the system: addresses and files. */
  readonly handedOver: () => readonly string[];
  readonly answerDialog: (
    method: 'showOpenDialog' | 'showSaveDialog' | 'showMessageBox',
    result: unknown,
  ) => void;
  readonly clickMenu: (label: string) => void;
  /** Closes the window as a person does; answers the exit code. */
  readonly close: () => Promise<number>;
}

interface Told {
  readonly type: string;
  readonly value: number | string;
}

const START_MS = 20_000;

export async function openDesktopApp(userData: string, args: readonly string[] = []): Promise<DesktopApp> {
  const told: Told[] = [];
  const child = fork(at('../../../out/main/index.js'), args, {
    execArgv: ['--import', at('./electron-stand-in/register.ts')],
    env: { ...process.env, METAROUTER_USER_DATA: userData },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.on('message', (message: Told) => told.push(message));
  onTestFinished(async () => {
    if (child.exitCode !== null) return;
    // It ends its browser before itself.
    child.disconnect();
    await once(child, 'exit');
  });
  const page = await connectToPage(child, userData);
  return {
    page,
    engines: () => told.filter((t) => t.type === 'engine').map((t) => Number(t.value)),
    title: () => String(told.findLast((t) => t.type === 'title')?.value ?? ''),
    handedOver: () =>
      told
        .filter((t) => t.type === 'openExternal' || t.type === 'showItemInFolder')
        .map((t) => String(t.value)),
    answerDialog: (method, result) => child.send({ type: 'dialog', method, result }),
    clickMenu: (label) => child.send({ type: 'menu', label }),
    close: async () => {
      const exited = once(child, 'exit');
      await page.close();
      const [code] = (await exited) as [number];
      return code;
    },
  };
}

/** The browser says where it listens, in a file of its profile. */
async function connectToPage(child: ChildProcess, userData: string): Promise<Page> {
  const portFile = join(userData, 'electron', 'DevToolsActivePort');
  const end = Date.now() + START_MS;
  while (Date.now() < end) {
    if (child.exitCode !== null) throw new Error(`The application ended with ${child.exitCode}.`);
    const [port = ''] = existsSync(portFile) ? readFileSync(portFile, 'utf8').split('\n') : [];
    if (port !== '') {
      const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
      const page = await findPage(browser.contexts().flatMap((context) => context.pages()));
      if (page !== null) return page;
      await browser.close();
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('The application showed no page.');
}

async function findPage(pages: readonly Page[]): Promise<Page | null> {
  const page = pages.find((each) => each.url().startsWith('https://studio.invalid/'));
  await page?.waitForLoadState('load');
  return page ?? null;
}

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';

export interface Weight {
  readonly bytes: number;
  readonly gzipped: number;
}

/** The built page: all of it, and what Home asks for before it is drawn (`requested`: paths as the page asked). */
export function weighRenderer(
  folder: string,
  requested: ReadonlySet<string>,
): { readonly all: Weight; readonly home: Weight } {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (path) => extname(path) !== '',
  );
  const home = files.filter(
    (path) => requested.has(`/${path.replaceAll('\\', '/')}`) || path === 'index.html',
  );
  return { all: weigh(folder, files), home: weigh(folder, home) };
}

function weigh(folder: string, files: readonly string[]): Weight {
  const contents = files.map((path) => readFileSync(join(folder, path)));
  return {
    bytes: contents.reduce((sum, content) => sum + content.byteLength, 0),
    gzipped: contents.reduce((sum, content) => sum + gzipSync(content).byteLength, 0),
  };
}

/** MB of a process: on Linux, what it shares counts in proportion; elsewhere, whole. NaN where the process is gone. */
export function memoryMb(pid: number): number {
  const rollup = `/proc/${pid}/smaps_rollup`;
  if (existsSync(rollup)) {
    const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(rollup, 'utf8'))?.at(1);
    return Number(kilobytes ?? Number.NaN) / 1024;
  }
  return processes().find((each) => each.pid === pid)?.rssMb ?? Number.NaN;
}

/** The first child of a process that is a Node process with this word in its command. */
export function childOf(parent: number, word: string): number | null {
  return processes().find((each) => each.parent === parent && each.command.includes(word))?.pid ?? null;
}

function processes(): readonly {
  readonly pid: number;
  readonly parent: number;
  readonly rssMb: number;
  readonly command: string;
}[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss=,args='], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line);
    if (match === null) return [];
    const [, pid, parent, rss, command = ''] = match;
    return [{ pid: Number(pid), parent: Number(parent), rssMb: Number(rss) / 1024, command }];
  });
}

/** MB of the page's own objects after a collection, and of the processes that draw pages. */
export async function pageMemory(
  browser: Browser,
  page: Page,
): Promise<{ readonly heapMb: number; readonly processMb: number }> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize } = await cdp.send('Runtime.getHeapUsage');
  await cdp.detach();
  const system = await browser.newBrowserCDPSession();
  const { processInfo } = await system.send('SystemInfo.getProcessInfo');
  const renderers = processInfo.filter((each) => each.type === 'renderer');
  const processMb = renderers.map((each) => memoryMb(each.id));
  return { heapMb: usedSize / 2 ** 20, processMb: Math.max(...processMb) };
}

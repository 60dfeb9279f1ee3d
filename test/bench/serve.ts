/**
 * Measures the server that ships, as a process of its own on one core: decisions a second, and 50 streams passed through.
 * Run after a build: node test/bench/serve.ts [seconds]
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeSafetensors } from '../../src/export/write-safetensors.ts';
import { makeTrainedRouter } from '../support/trained-router.ts';
import { print } from './support/figures.ts';
import { runLoad } from './support/paced-load.ts';

const SECONDS = Number(process.argv[2] ?? 60);
const PER_SECOND = 2000;
const STREAMS = 50;
const EVENTS = 400;

const program = fileURLToPath(new URL('../../dist/metarouter.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'metarouter-bench-'));
const { bytes } = writeSafetensors(makeTrainedRouter({ kind: 'text', buckets: 32768, dim: 50 }));
writeFileSync(join(folder, 'router.safetensors'), bytes);

const words = 'why does the compiler reject this generic function when its argument is optional'.split(' ');
const prompts = Array.from({ length: 200 }, (_, k) =>
  Array.from(
    { length: 77 },
    (_unused, i) => `${words[(i * (k + 3)) % words.length]}${i % 9 === 0 ? k : ''}`,
  ).join(' '),
);

/** What an upstream streams to a caller who asks for stream i. */
function streamOf(i: number): string[] {
  return Array.from(
    { length: EVENTS },
    (_, k) => `data: {"choices":[{"delta":{"content":"${i}-${k} "}}]}\n\n`,
  );
}

const upstream = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
  request.on('end', () => {
    const pieces = streamOf(Number(/stream (\d+)/.exec(body)?.[1] ?? -1));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const send = (): void => {
      for (let n = 0; n < 4; n++) {
        const piece = pieces.shift();
        if (piece === undefined) {
          response.end();
          return;
        }
        response.write(piece);
      }
      setTimeout(send, 5);
    };
    send();
  });
});
await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
const address = upstream.address();
const upstreamUrl = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/v1`;
writeFileSync(
  join(folder, 'serve.yaml'),
  `models: { large: { baseUrl: "${upstreamUrl}" }, small: { baseUrl: "${upstreamUrl}" } }\nlog: { decisions: log.jsonl }\n`,
);

/** On one core, where the system has a way to say so. */
async function startServer(): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const args = [program, 'serve', folder, '--config', join(folder, 'serve.yaml'), '--port', '0', '--json'];
  const isPinned = existsSync('/usr/bin/taskset');
  process.stdout.write(isPinned ? 'the server has core 0\n' : 'the server is not pinned to a core\n');
  const child = isPinned
    ? spawn('/usr/bin/taskset', ['-c', '0', process.execPath, ...args])
    : spawn(process.execPath, args);
  let printed = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => {
      reject(new Error(`The server ended with ${String(code)}: npm run build first.`));
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      if (printed.endsWith('}\n')) resolve((JSON.parse(printed) as { url: string }).url);
    });
  });
  return { child, port: Number(new URL(url).port) };
}

/** Processor time that a process has taken, which does not grow with what else runs; null where /proc is not. */
function processorMs(pid: number | undefined): number | null {
  const path = `/proc/${pid ?? 0}/stat`;
  if (!existsSync(path)) return null;
  const fields = readFileSync(path, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  // Clock ticks of user and system time: the 14th and 15th field of the line, in hundredths of a second.
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function streamThrough(url: string, i: number): Promise<boolean> {
  const response = await fetch(`${url}/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({
      model: 'auto',
      stream: true,
      messages: [{ role: 'user', content: `stream ${i}` }],
    }),
  });
  return (await response.text()) === streamOf(i).join('');
}

async function streamAll(url: string): Promise<{ readonly ms: number; readonly whole: number }> {
  const startMs = performance.now();
  const whole = await Promise.all(Array.from({ length: STREAMS }, (_, i) => streamThrough(url, i)));
  return { ms: performance.now() - startMs, whole: whole.filter(Boolean).length };
}

const { child, port } = await startServer();
try {
  const path = '/v1/route';
  const bodies = prompts.map((prompt) => JSON.stringify({ prompt }));
  await runLoad({ port, path, bodies, perSecond: 500, seconds: 2, connections: 10 });
  const processorBeforeMs = processorMs(child.pid);
  const load = await runLoad({
    port,
    path,
    bodies,
    perSecond: PER_SECOND,
    seconds: SECONDS,
    connections: 50,
  });
  const at = (share: number): number => load.latenciesMs[Math.floor(share * (load.latenciesMs.length - 1))];
  print(
    `decisions, asked for ${PER_SECOND} a second, ${SECONDS} s: answered a second`,
    load.answered / SECONDS,
    '1/s',
  );
  print('unanswered or refused', load.sent - load.answered + load.failed, '', 1);
  if (processorBeforeMs !== null) {
    const perDecisionMs = ((processorMs(child.pid) ?? Number.NaN) - processorBeforeMs) / load.answered;
    print('processor time of a decision', perDecisionMs * 1000, 'µs', 500);
    print('decisions a second of processor time', 1000 / perDecisionMs, '1/s');
  }
  print('latency p50', at(0.5), 'ms');
  print('latency p99', at(0.99), 'ms');
  print('latency, longest', at(1), 'ms');
  const direct = await streamAll(upstreamUrl);
  const through = await streamAll(`http://127.0.0.1:${port}/v1`);
  print(`${STREAMS} streams of ${EVENTS} events straight from the upstream`, direct.ms, 'ms');
  print(`${STREAMS} streams of ${EVENTS} events through the server`, through.ms, 'ms');
  print('streams with a lost or reordered byte', STREAMS - through.whole, '', 1);
} finally {
  child.kill('SIGTERM');
  upstream.close();
  upstream.closeAllConnections();
  await new Promise((resolve) => child.once('close', resolve));
  rmSync(folder, { recursive: true, force: true });
}

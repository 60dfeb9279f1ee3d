import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { performance } from 'node:perf_hooks';
import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { v7 as newId } from 'uuid';
import { AppError } from '../../core/errors.ts';
import { createRng } from '../../core/rng.ts';
import { createBundleRouters } from '../../engine/services/bundle-routers.ts';
import { isLoopback } from '../../serve/access.ts';
import { DECIDE_ONLY, parseServeConfig, type ServeConfig } from '../../serve/serve-config.ts';
import { createServing, type Serving } from '../../serve/start-serving.ts';
import type { CommonOptions, Execute } from '../context.ts';
import { plural } from '../format.ts';
import { parsePort } from '../usage.ts';

interface ServeOptions extends CommonOptions {
  readonly config?: string;
  readonly host: string;
  readonly port: number;
  readonly keyEnv?: string;
}

export function addServe(program: Command, execute: Execute): void {
  program
    .command('serve')
    .description('answer chat completions through a bundle; without --config: only decide')
    .argument('<bundle>', 'the folder of a bundle')
    .option('--config <file>', 'YAML: upstreams, limits, log (docs/serve.md)')
    .option('--host <address>', 'the address to listen on; another than loopback needs a key', '127.0.0.1')
    .option('--port <n>', 'the port, 0 for any', parsePort, 6060)
    .option('--key-env <name>', 'the environment variable with the key that callers must send')
    .option('--json', 'print one JSON document once it listens')
    .action((bundle: string, options: ServeOptions) =>
      execute(options, async ({ output, signal }) => {
        const key = readKey(options);
        const config = options.config === undefined ? DECIDE_ONLY : await readConfig(options.config);
        const router = await createBundleRouters().load(bundle);
        const serving = await createServing({
          ...{ router, config, key, newId, note: output.note },
          folder: dirname(options.config ?? '.'),
          clock: () => new Date().getTime(),
          monotonicMs: () => performance.now(),
          rng: createRng(randomBytes(4).readUInt32LE()),
        });
        const stopped = untilStopped(signal);
        const { port } = await serving.server.listen(options.port, options.host);
        const url = `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`;
        const { routerName, models, isDecideOnly } = serving;
        output.result({ url, router: routerName, stage: router.manifest.stage, models, isDecideOnly }, () =>
          describe(url, serving),
        );
        await stopped;
        output.note('Stopping: requests in progress may end.');
        const cut = await serving.stop();
        if (cut > 0) output.note(`${plural(cut, 'request')} did not end in time.`);
      }),
    );
}

function readKey({ host, keyEnv }: ServeOptions): string | null {
  if (keyEnv === undefined) {
    if (isLoopback(host)) return null;
    throw new AppError(
      'usage',
      `Others can reach ${host}: name the environment variable with a key that callers must send (--key-env NAME).`,
    );
  }
  const key = process.env[keyEnv] ?? '';
  if (key.length >= 16) return key;
  throw new AppError(
    'usage',
    key === ''
      ? `The environment has no ${keyEnv}.`
      : `The key in ${keyEnv} has fewer than 16 characters: it could be guessed.`,
  );
}

async function readConfig(path: string): Promise<ServeConfig> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new AppError('not-found', `The configuration ${path} cannot be read.`, { cause: error });
  }
  return parseServeConfig(text, path, process.env);
}

/** Ctrl-C aborts the command's signal; a supervisor sends SIGTERM. */
function untilStopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      process.removeListener('SIGTERM', stop);
      resolve();
    };
    process.once('SIGTERM', stop);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
}

function describe(url: string, { routerName, models, isDecideOnly }: Serving): string {
  const what = isDecideOnly ? 'decisions only: POST /v1/route' : 'POST /v1/chat/completions, /v1/route';
  return [
    `Listening on ${url} (${what})`,
    `  model "auto" or "${routerName}", "router-${routerName}-<threshold>", or one of ${models.join(', ')}`,
    '  Ctrl-C stops it.',
  ].join('\n');
}

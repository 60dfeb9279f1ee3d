/** Puts a server together: a loaded router, a configuration, files to write to. */
import { resolve } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Rng } from '../core/rng.ts';
import type { Manifest } from '../runtime/manifest.ts';
import type { Router } from '../runtime/router.ts';
import { createAnswerScorer } from './answer-scorer.ts';
import { createDecider, type Decider } from './decider.ts';
import { createDecisionLog } from './decision-log.ts';
import { createExpertQueue } from './expert.ts';
import type { ServeParts } from './exchange.ts';
import { openPromptEncoder } from './prompt-encoder.ts';
import { openLineFile, type LineFile } from './line-file.ts';
import { routerNameOf } from './requested-model.ts';
import { createRouterServer, type RouterServer } from './router-server.ts';
import type { ServeConfig } from './serve-config.ts';
import { createServeMetrics } from './serve-metrics.ts';
import { createUpstreamCalls } from './upstream-call.ts';

export interface ServingDeps {
  readonly router: Router;
  readonly config: ServeConfig;
  /** Relative paths of the configuration start here. */
  readonly folder: string;
  readonly key: string | null;
  readonly clock: Clock;
  readonly monotonicMs: () => number;
  readonly newId: () => string;
  readonly rng: Rng;
  /** A line for the operator; never a prompt's or an answer's text. */
  readonly note: (line: string) => void;
}

export interface Serving {
  readonly server: RouterServer;
  readonly routerName: string;
  readonly models: readonly string[];
  readonly isDecideOnly: boolean;
  /** Drains, then writes out what is buffered; answers how many requests were cut off. */
  readonly stop: () => Promise<number>;
}

/** @throws AppError `usage` where configuration and bundle do not fit, `io` where a file cannot be opened */
export async function createServing(deps: ServingDeps): Promise<Serving> {
  const { router, config, clock, monotonicMs, newId, rng } = deps;
  const { manifest } = router;
  const decider = createDecider(router, { epsilon: config.exploration.epsilon, rng });
  checkModels(config, decider);
  const routerName = config.name ?? routerNameOf(manifest.name);
  const metrics = createServeMetrics(manifest.gainPercentiles, () => server.inFlight());
  const open = async (path: string): Promise<LineFile> => {
    let isTold = false;
    return openLineFile(resolve(deps.folder, path), (error) => {
      metrics.logFailures.add({ file: path });
      if (!isTold) deps.note(`${path} is not complete: ${error.message}. Serving goes on.`);
      isTold = true;
    });
  };
  const encoder = await openPromptEncoder(deps, decider);
  const logFile = config.log === undefined ? null : await open(config.log.decisions);
  const queueFile = config.expert === undefined ? null : await open(config.expert.queue);
  const parts: ServeParts = {
    ...{ config, routerName, decider, metrics, clock, monotonicMs, newId },
    bundleId: manifest.id,
    standard: config.operatingPoint ?? {},
    fallback: fallbackOf(config, manifest),
    prices: new Map(manifest.models.map((model) => [model.name, model])),
    calls: createUpstreamCalls(config.limits),
    log: createDecisionLog(logFile, config.log?.text === true),
    queue: queueFile === null ? null : createExpertQueue(queueFile, routerName),
    encode: encoder === null ? null : encoder.encode,
    scoreAnswer: config.signals === undefined ? null : createAnswerScorer(config.signals),
  };
  const server = createRouterServer(parts, {
    key: deps.key,
    onBug: (description) => {
      deps.note(`A bug of metarouter (please report it): ${description}`);
    },
  });
  return {
    server,
    routerName,
    models: decider.models,
    isDecideOnly: Object.keys(config.models).length === 0,
    stop: async () => {
      const cut = await server.close();
      await Promise.all([logFile?.close(), queueFile?.close(), encoder?.close()]);
      return cut;
    },
  };
}

/** All of the bundle's models have an upstream, or none of them: a server that only decides. */
function checkModels(config: ServeConfig, { models }: Decider): void {
  const given = Object.keys(config.models);
  const strange = given.filter((name) => !models.includes(name));
  const missing = given.length === 0 ? [] : models.filter((name) => !given.includes(name));
  const known = `The bundle's models: ${models.join(', ')}.`;
  if (strange.length > 0) {
    throw new AppError('usage', `models: the bundle has no model named ${strange.join(', ')}. ${known}`);
  }
  if (missing.length > 0)
    throw new AppError('usage', `models: no upstream for ${missing.join(', ')}. ${known}`);
  if (config.fallback !== undefined && !models.includes(config.fallback)) {
    throw new AppError('usage', `fallback: the bundle has no model named ${config.fallback}. ${known}`);
  }
}

/** The dearest model: what cannot be judged is not left to a cheap one. */
function fallbackOf(config: ServeConfig, { models }: Manifest): string {
  if (config.fallback !== undefined) return config.fallback;
  return models.reduce((dearest, model) => (model.relativeCost > dearest.relativeCost ? model : dearest))
    .name;
}

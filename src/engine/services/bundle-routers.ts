import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../core/errors.ts';
import { RouterFileError, RouterInputError } from '../../runtime/errors.ts';
import { loadRouter, type RouteDecision, type Router } from '../../runtime/router.ts';

/** Loads the routers of bundles and keeps the last one, so that a stream of prompts loads it once. */
export interface BundleRouters {
  readonly load: (directory: string) => Promise<Router>;
}

export function createBundleRouters(): BundleRouters {
  let last: { readonly path: string; readonly changedMs: number; readonly router: Router } | null = null;
  return {
    load: async (directory) => {
      const path = join(directory, 'router.safetensors');
      const changedMs = await changedAt(path, directory);
      if (last?.path === path && last.changedMs === changedMs) return last.router;
      const router = explainRouterErrors(await readFile(path), path);
      last = { path, changedMs, router };
      return router;
    },
  };
}

async function changedAt(path: string, directory: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    throw new AppError(
      'not-found',
      `There is no bundle at ${directory}: expected a folder with router.safetensors (metarouter export writes one).`,
      { cause: error },
    );
  }
}

function explainRouterErrors(bytes: Uint8Array, path: string): Router {
  try {
    return loadRouter(bytes);
  } catch (error) {
    if (!(error instanceof RouterFileError)) throw error;
    throw new AppError(
      error.code === 'newer-format' ? 'newer-format' : 'damaged',
      `${path} cannot be used: ${error.message}`,
      { details: { reason: error.code }, cause: error },
    );
  }
}

export interface RouteItem {
  readonly id?: string | number | undefined;
  readonly prompt?: string | undefined;
  readonly vector?: readonly number[] | undefined;
  readonly response?: string | undefined;
  readonly signals?: Readonly<Record<string, number | null>> | undefined;
  readonly columns?: Readonly<Record<string, number | null>> | undefined;
}

export interface OperatingChoice {
  readonly w?: number | undefined;
  readonly strongShare?: number | undefined;
}

export interface Decision {
  readonly id?: string | number;
  readonly model: string;
  readonly action?: 'keep' | 'escalate' | 'expert';
  readonly gain: number;
  readonly gains?: Record<string, number>;
  readonly ci95?: [number, number];
  readonly w?: number;
  readonly strongShare?: number;
  readonly reason: string;
}

/** One decision, as the bundle's own runtime takes it. */
export function decide(router: Router, item: RouteItem, choice: OperatingChoice): Decision {
  const { id, response, signals, ...input } = item;
  const point = choice.w === undefined && choice.strongShare === undefined ? defaultChoice(router) : choice;
  const said = {
    ...(id === undefined ? {} : { id }),
    ...(point.w === undefined ? {} : { w: point.w }),
    ...(point.strongShare === undefined ? {} : { strongShare: point.strongShare }),
  };
  try {
    if (router.manifest.stage === 'cascade') {
      const decision = router.escalate({ ...input, response, signals }, choice);
      return { ...said, ...decided(decision), action: decision.action };
    }
    return { ...said, ...decided(router.route(input, choice)) };
  } catch (error) {
    if (!(error instanceof RouterInputError)) throw error;
    const which = id === undefined ? '' : `Prompt ${id}: `;
    throw new AppError('invalid-input', `${which}${error.message}`, { cause: error });
  }
}

function decided({ model, gain, gains, ci95, reason }: RouteDecision): Decision {
  return {
    model,
    gain,
    ...(gains === undefined ? {} : { gains: { ...gains } }),
    ...(ci95 === undefined ? {} : { ci95: [ci95[0], ci95[1]] }),
    reason,
  };
}

/** What the first operating point of the bundle means, for a caller who named none. */
function defaultChoice(router: Router): OperatingChoice {
  return { w: router.manifest.operatingPoints.at(0)?.w ?? 0 };
}

/** Router files of every kind, damaged in every way, and what a reader says to them. */
import { readFileSync } from 'node:fs';
import { createRng } from '../../src/core/rng.ts';
import { writeSafetensors } from '../../src/export/write-safetensors.ts';
import { RouterFileError, RouterInputError } from '../../src/runtime/errors.ts';
import { loadRouter, type Router } from '../../src/runtime/router.ts';
import { mutateRouter } from './mutate-router.ts';
import { HEAD_KINDS } from './random-heads.ts';
import { makeTrainedRouter, type RouterShape } from './trained-router.ts';

const SMALL = { buckets: 64, dim: 3 } as const;

const SHAPES: readonly RouterShape[] = [
  ...HEAD_KINDS.map((head): RouterShape => ({ kind: 'text', head, ...SMALL })),
  { kind: 'cascade', draws: 5, ...SMALL },
  { kind: 'columns', models: 4, ...SMALL },
  { kind: 'precomputed', inputDim: 8, dim: 3 },
];

/** Whole router files: every head, a cascade that asks an expert, four models, a vector, and version 1. */
export const WHOLE_ROUTERS: readonly Uint8Array[] = [
  ...SHAPES.map((shape) => writeSafetensors(makeTrainedRouter(shape)).bytes),
  new Uint8Array(readFileSync(new URL('../fixtures/router-v1.safetensors', import.meta.url))),
];

export interface DamagedRouter {
  readonly original: Uint8Array;
  readonly bytes: Uint8Array;
}

/** The same seed gives the same files. */
export function damagedRouters(count: number, seed: number): DamagedRouter[] {
  const rng = createRng(seed);
  return Array.from({ length: count }, (_, i) => {
    const original = WHOLE_ROUTERS[i % WHOLE_ROUTERS.length];
    return { original, bytes: mutateRouter(original, rng) };
  });
}

/** What our reader says: `loaded`, or the code of the error. Anything else that is thrown fails the test. */
export function verdictOf(bytes: Uint8Array): string {
  try {
    loadRouter(bytes);
    return 'loaded';
  } catch (error) {
    if (!(error instanceof RouterFileError)) throw error;
    if (error.message.length <= 10) throw new Error(`No clear message: "${error.message}"`);
    return error.code;
  }
}

/** The same in Python, for `askRouterModule`: a file in base64 a line. */
export const VERDICT_IN_PYTHON = `
import base64
def answer(text):
    try:
        router.load_router(base64.b64decode(text))
        return "loaded"
    except router.RouterFileError as error:
        return error.code`;

function gainOf(router: Router): number {
  const vector = Float64Array.from({ length: 8 }, (_, i) => i / 8);
  const input = { prompt: 'Why is the sky blue?', response: 'Rayleigh.', signals: { judge: 0.5 } };
  const readsVector = router.manifest.blocks.some((block) => block.kind === 'precomputed');
  if (router.manifest.stage === 'cascade') return router.escalate(input, { w: 0 }).gain;
  return readsVector ? router.route(vector, { w: 0 }).gain : router.route(input.prompt, { w: 0 }).gain;
}

/** Everything that a gain hangs on beside the tensors. */
function decides({ manifest }: Router): string {
  const { blocks, heads, deferral = null, models, anchor, stage } = manifest;
  const costs = models.map(({ name, role, relativeCost }) => [name, role, relativeCost]);
  return JSON.stringify([blocks, heads, deferral, costs, anchor, stage]);
}

/**
 * What is wrong with a damaged file that still loads: nothing where it says the same as its original, or refuses a call
 * clearly. A file with another manifest and hashes that fit is another router, of which only a finite gain is asked.
 */
export function wrongAnswer({ original, bytes }: DamagedRouter): string | null {
  const [before, after] = [loadRouter(original), loadRouter(bytes)];
  try {
    const gain = gainOf(after);
    if (!Number.isFinite(gain)) return `its gain is ${gain}`;
    if (decides(before) === decides(after) && gain !== gainOf(before))
      return 'its gain is not that of the original';
    return null;
  } catch (error) {
    return error instanceof RouterInputError ? null : String(error);
  }
}

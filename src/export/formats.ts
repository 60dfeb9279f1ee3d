/** The formats of a bundle beside its canonical files: what each writes, and how it is proven. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../core/errors.ts';
import type { RouterFile } from '../runtime/router-file.ts';
import { askTfjs, findTensorFlow, NO_TFJS } from './ask-tfjs.ts';
import { askLitellm, LITELLM_CALLBACK, LITELLM_CONFIG, writeLitellmConfig } from './litellm/litellm.ts';
import { askOnnx, NO_ONNXRUNTIME, ONNX_MODULES } from './onnx/ask-onnx.ts';
import { writeOnnx } from './onnx/write-onnx.ts';
import { answersOfGains, askRouterMjs, askRouterPy, type AskFormat, type FormatScope } from './parity.ts';
import { runRouteLlmModel, writeRouteLlm } from './routellm.ts';
import type { RuntimeFiles } from './runtime-files.ts';
import { writeTfjs } from './tfjs.ts';
import { askVllmModel, writeVllm } from './vllm.ts';

export const ROUTER_MJS = 'runtime/router.mjs';
export const ROUTER_PY = 'runtime/router.py';
export const NO_PYTHON =
  'no Python 3.11 or newer with numpy was found; set METAROUTER_PYTHON to one and verify the bundle';

/** What a format is written from. */
export interface FormatSource {
  readonly file: RouterFile;
  readonly runtimes: RuntimeFiles;
}

/** What a format is run with. */
export interface FormatRun {
  /** The folder of the bundle. */
  readonly folder: string;
  readonly bytes: Uint8Array;
  readonly file: RouterFile;
  /** A Python with numpy and these modules; null where there is none. */
  readonly python: (modules?: readonly string[]) => Promise<string | null>;
  /** The file to run for one of the bundle: itself, or the product's own where it is program code of somebody else. */
  readonly program: (name: string) => Promise<string>;
}

export type FormatFiles = Readonly<Record<string, Uint8Array | string>>;

export interface Format extends FormatScope {
  readonly name: string;
  /** Other names that may be asked for. */
  readonly aliases: readonly string[];
  /** The file by which it is known to be there. */
  readonly mainFile: string;
  /** Formats that this one cannot do without. */
  readonly needs: readonly string[];
  /** The files, or why there are none. */
  readonly write: (source: FormatSource) => Promise<FormatFiles | string>;
  /** How to ask it, or why it cannot be run here. */
  readonly ask: (run: FormatRun) => Promise<AskFormat | string>;
  readonly note?: string;
}

async function readRuntime(path: string, name: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new AppError('not-found', `The runtime ${name} is missing: build the product first.`, { cause });
  }
}

const NOT_THE_PROGRAM = 'run by our own reading of its documented arithmetic, not by the program itself';

export const FORMATS: readonly Format[] = [
  {
    name: 'router.mjs',
    aliases: ['mjs'],
    mainFile: ROUTER_MJS,
    needs: [],
    write: async ({ runtimes }) => ({ [ROUTER_MJS]: await readRuntime(runtimes.routerMjs, 'router.mjs') }),
    ask: async ({ program, bytes }) => askRouterMjs(await program(ROUTER_MJS), bytes),
  },
  {
    name: 'router.py',
    aliases: ['py'],
    mainFile: ROUTER_PY,
    needs: [],
    write: async ({ runtimes }) => ({ [ROUTER_PY]: await readRuntime(runtimes.routerPy, 'router.py') }),
    ask: async ({ python, program, folder }) => {
      const found = await python();
      return found === null ? NO_PYTHON : askRouterPy(found, await program(ROUTER_PY), folder);
    },
  },
  {
    name: 'router.onnx',
    aliases: ['onnx'],
    mainFile: 'router.onnx',
    needs: [],
    isGainsOnly: true,
    write: async ({ file }) => Promise.resolve({ 'router.onnx': writeOnnx(file) }),
    ask: async ({ python, folder, file }) => {
      const found = await python(ONNX_MODULES);
      return found === null ? NO_ONNXRUNTIME : askOnnx(found, join(folder, 'router.onnx'), file.manifest);
    },
  },
  {
    name: 'tfjs',
    aliases: [],
    mainFile: 'tfjs/model.json',
    needs: [],
    isGainsOnly: true,
    write: async ({ file }) => {
      const written = writeTfjs(file);
      if (written === null) return Promise.resolve('a head of trees or neighbours has no dense layers');
      return { 'tfjs/model.json': written.modelJson, 'tfjs/weights.bin': written.weights };
    },
    ask: async ({ folder, file }) => {
      const tf = await findTensorFlow();
      return tf === null ? NO_TFJS : askTfjs(tf, folder, file.manifest);
    },
  },
  {
    name: 'litellm',
    aliases: [],
    mainFile: LITELLM_CALLBACK,
    needs: ['router.py'],
    isGainsOnly: true,
    note: 'the hook was called as the LiteLLM proxy calls it, without the proxy',
    write: async ({ file, runtimes }) => {
      const config = writeLitellmConfig(file);
      if (typeof config === 'string') return config;
      const callback = await readRuntime(runtimes.litellmCallback, 'metarouter_callback.py');
      return { [LITELLM_CALLBACK]: callback, [LITELLM_CONFIG]: config.yaml };
    },
    ask: async ({ python, program, folder }) => {
      const found = await python();
      if (found === null) return NO_PYTHON;
      return askLitellm(found, await program(LITELLM_CALLBACK), folder);
    },
  },
  {
    name: 'vllm-semantic-router',
    aliases: ['vllm'],
    mainFile: 'vllm-semantic-router/mlp_model.json',
    needs: [],
    isGainsOnly: true,
    note: NOT_THE_PROGRAM,
    write: async ({ file }) => {
      const written = writeVllm(file);
      if (typeof written === 'string') return Promise.resolve(written);
      return {
        'vllm-semantic-router/mlp_model.json': written.modelJson,
        'vllm-semantic-router/config.yaml': written.yaml,
      };
    },
    ask: async ({ folder, file }) => {
      const model = await readFile(join(folder, 'vllm-semantic-router/mlp_model.json'), 'utf8');
      return askVllmModel(model, file.manifest);
    },
  },
  {
    name: 'routellm',
    aliases: [],
    mainFile: 'routellm/model.safetensors',
    needs: [],
    isGainsOnly: true,
    note: NOT_THE_PROGRAM,
    write: async ({ file }) => {
      const written = writeRouteLlm(file);
      if (typeof written === 'string') return Promise.resolve(written);
      return {
        'routellm/model.safetensors': written.safetensors,
        'routellm/config.json': written.config,
        'routellm/README.md': written.readme,
      };
    },
    ask: async ({ folder, file }) => {
      const gain = runRouteLlmModel(await readFile(join(folder, 'routellm/model.safetensors')));
      return async (rows) => {
        const gains = rows.map(({ vector = [] }) => [gain(vector)]);
        return Promise.resolve(answersOfGains(file.manifest, rows, gains));
      };
    },
  },
];

export const CARD = 'card';
/** What every bundle holds, whatever is asked for. */
const ALWAYS: readonly string[] = ['all', 'safetensors', 'router.safetensors'];

/**
 * The formats that were asked for, with those that they need.
 *
 * @throws AppError `usage` where there is no such format; the message lists those that there are
 */
export function chooseFormats(asked: readonly string[]): { formats: readonly Format[]; hasCard: boolean } {
  const isAll = asked.includes('all');
  const names = new Set<string>();
  for (const name of asked) {
    const format = FORMATS.find((known) => known.name === name || known.aliases.includes(name));
    if (format === undefined && name !== CARD && !ALWAYS.includes(name)) {
      const known = [...FORMATS.map((of) => of.name), CARD].join(', ');
      throw new AppError(
        'usage',
        `There is no format ${name}. Formats: all, ${known} (router.safetensors, manifest.json and golden.jsonl are always written).`,
      );
    }
    for (const needed of format === undefined ? [] : [format.name, ...format.needs]) names.add(needed);
  }
  return {
    formats: FORMATS.filter(({ name }) => isAll || names.has(name)),
    hasCard: isAll || asked.includes(CARD),
  };
}

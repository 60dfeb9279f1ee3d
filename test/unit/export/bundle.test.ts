import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { buildBundle, type BundleOptions } from '../../../src/export/bundle.ts';
import { NO_PYTHON as NO_PYTHON_REASON } from '../../../src/export/formats.ts';
import { parseGolden } from '../../../src/export/golden.ts';
import { notCompared } from '../../../src/export/parity.ts';
import { runProcess } from '../../../src/export/python.ts';
import type { RuntimeFiles } from '../../../src/export/runtime-files.ts';
import { verifyBundle } from '../../../src/export/verify.ts';
import { writeSums } from '../../../src/export/sums.ts';
import { writeSafetensors } from '../../../src/export/write-safetensors.ts';
import { asRecord } from '../../../src/runtime/json.ts';
import { loadRouter } from '../../../src/runtime/router.ts';
import { parseManifest } from '../../../src/runtime/parse-manifest.ts';
import { HEAD_KINDS } from '../../support/random-heads.ts';
import { pythonOrWarning } from '../../support/python.ts';
import { buildRuntimeFiles, makeTemporaryFolder } from '../../support/runtime-files.ts';
import { makeTrainedRouter, ROUTER_KINDS } from '../../support/trained-router.ts';

let folder: string;
let runtimes: RuntimeFiles;
let python: string | null;

beforeAll(async () => {
  folder = await makeTemporaryFolder();
  runtimes = await buildRuntimeFiles(folder);
  python = await pythonOrWarning('router.py in bundles');
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const NAMES = [
  'SHA256SUMS', 'card.html', 'card.md', 'golden.jsonl', 'litellm/config.yaml', 'litellm/metarouter_callback.py', 'manifest.json',
  'router.onnx', 'router.safetensors', 'runtime/router.mjs', 'runtime/router.py', 'tfjs/model.json', 'tfjs/weights.bin',
]; // prettier-ignore

/** A Python that is not there: for tests of something else, faster by two processes. */
const NO_PYTHON = '/no/such/python';

async function build(name: string, options: Partial<BundleOptions> = {}, seed = 1): Promise<string> {
  const directory = join(folder, name);
  await buildBundle(makeTrainedRouter({ kind: 'text', seed }), {
    directory,
    runtimes,
    python: NO_PYTHON,
    ...options,
  });
  return directory;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: unknown) => {
      if (error instanceof AppError) return error.code;
      throw error;
    },
  );
}

async function leftovers(): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.startsWith('.'));
}

describe('a bundle', () => {
  it.each(ROUTER_KINDS)('decides alike in every format, wherever it is copied (%s)', async (kind) => {
    const directory = join(folder, `kinds-${kind}`);
    const bundle = await buildBundle(makeTrainedRouter({ kind }), { directory, runtimes });
    const isCascade = kind === 'cascade';
    const names = isCascade ? NAMES.filter((name) => !name.startsWith('litellm/')) : NAMES;
    expect(bundle.files.map((file) => file.name)).toEqual(names);
    const elsewhere = join(folder, 'copied', kind);
    await cp(directory, elsewhere, { recursive: true });
    await rm(directory, { recursive: true });
    const { ok, problems, formats } = await verifyBundle(elsewhere);
    expect(problems).toEqual([]);
    expect(ok).toBe(true);
    const expected = { rows: 80, decisionsEqual: true };
    expect(formats['router.mjs']).toMatchObject(expected);
    expect(formats['router.mjs'].maxAbsDiff).toBeLessThan(1e-9);
    if (python === null) return;
    for (const name of isCascade ? ['router.py'] : ['router.py', 'litellm']) {
      expect(formats[name]).toMatchObject(expected);
      expect(formats[name].maxAbsDiff).toBeLessThan(1e-9);
    }
  });

  it.each(HEAD_KINDS)('decides alike with a head of kind %s, for two and for four models', async (head) => {
    for (const models of [2, 4]) {
      const directory = join(folder, `heads-${head}-${models}`);
      const options = { directory, runtimes, python: NO_PYTHON };
      await buildBundle(makeTrainedRouter({ kind: 'text', head, models }), options);
      const found = models === 4 ? (python ?? NO_PYTHON) : NO_PYTHON;
      const { problems, formats } = await verifyBundle(directory, { python: found });
      expect(problems).toEqual([]);
      const rows = parseGolden(await readFile(join(directory, 'golden.jsonl'), 'utf8'));
      const chosen = new Set(rows.flatMap(({ expected }) => expected.decisions.map(({ model }) => model)));
      expect(chosen.size).toBeGreaterThanOrEqual(2);
      const exact = Object.entries(formats).filter(([name]) =>
        ['router.mjs', 'router.py', 'litellm'].includes(name),
      );
      for (const [name, format] of exact) {
        if (name !== 'router.mjs' && found === NO_PYTHON) continue;
        expect(format.state).toBe('checked');
        expect(format.maxAbsDiff).toBeLessThan(1e-9);
      }
      expect(formats.tfjs.state === 'absent').toBe(['trees', 'nearest', 'sum'].includes(head));
    }
  });

  it('asks an expert where the interval of the gain holds the threshold, alike in every runtime', async () => {
    const directory = join(folder, 'expert');
    const options = { directory, runtimes, python: NO_PYTHON };
    await buildBundle(makeTrainedRouter({ kind: 'cascade', draws: 40 }), options);
    const { problems, formats } = await verifyBundle(directory);
    expect(problems).toEqual([]);
    expect(formats['router.mjs'].maxAbsDiff).toBeLessThan(1e-9);
    const rows = parseGolden(await readFile(join(directory, 'golden.jsonl'), 'utf8'));
    const actions = new Set(rows.flatMap(({ expected }) => expected.decisions.map(({ action }) => action)));
    expect(actions).toEqual(new Set(['keep', 'escalate', 'expert']));
    for (const { expected } of rows) {
      const [low, high] = expected.ci95 ?? [NaN, NaN];
      for (const { action, threshold, model } of expected.decisions) {
        expect(action === 'expert').toBe(low <= threshold && high > threshold);
        expect(model).toBe(expected.gain > threshold ? 'large' : 'small');
      }
    }
  });

  it('has golden rows for what it reads, decided both ways at three operating points', async () => {
    const directory = join(folder, 'golden');
    await buildBundle(makeTrainedRouter({ kind: 'cascade' }), { directory, runtimes, python: NO_PYTHON });
    const rows = parseGolden(await readFile(join(directory, 'golden.jsonl'), 'utf8'));
    expect(rows.length).toBeGreaterThanOrEqual(64);
    for (const point of [0, 1, 2]) {
      expect(new Set(rows.map((row) => row.expected.decisions[point].model))).toEqual(
        new Set(['large', 'small']),
      );
    }
    expect(rows.every((row) => typeof row.prompt === 'string' && typeof row.response === 'string')).toBe(
      true,
    );
    const judged = rows.filter((row) => row.signals?.judge !== undefined).length;
    expect(judged).toBeGreaterThan(40);
    expect(judged).toBeLessThan(rows.length);
  });

  it('has the same bytes whenever it is exported', async () => {
    const [first, second] = [await build('same-1'), await build('same-2')];
    for (const name of NAMES) {
      expect((await readFile(join(second, name))).equals(await readFile(join(first, name)))).toBe(true);
    }
  });

  it('says the same in manifest.json as in router.safetensors, beside its parity', async () => {
    const directory = await build('manifest');
    const text = await readFile(join(directory, 'manifest.json'), 'utf8');
    const { manifest } = writeSafetensors(makeTrainedRouter({ kind: 'text' }));
    expect(parseManifest(text)).toEqual(manifest);
    const raw: unknown = JSON.parse(text);
    expect(raw).toMatchObject({
      parity: { 'router.mjs': { state: 'checked', rows: 80, maxAbsDiff: 1e-12, decisionsEqual: true } },
    });
  });

  it('runs the commands of its card in a folder of its own', async () => {
    const elsewhere = join(folder, 'alone', 'bundle');
    const cases = [
      { kind: 'text' },
      { kind: 'cascade' },
      { kind: 'vector-and-text' },
      { kind: 'text', models: 3 },
    ] as const;
    for (const shape of cases) {
      const directory = join(folder, 'card-commands');
      await buildBundle(makeTrainedRouter(shape), { directory, runtimes, python: NO_PYTHON });
      await cp(directory, elsewhere, { recursive: true });
      await rm(directory, { recursive: true });
      const card = await readFile(join(elsewhere, 'card.md'), 'utf8');
      const commands = [...card.matchAll(/```sh\n(?<command>[^`]+)```/g)].map(
        ({ groups }) => groups?.command ?? '',
      );
      expect(commands.map((command) => command.split(' ')[0])).toEqual(['node', 'python3']);
      for (const command of commands) {
        const program = command.startsWith('node') ? process.execPath : python;
        if (program === null) continue;
        const script = `cd "$1" && ${command.replace(/^\w+/, '"$2"')}`;
        const { exitCode, stdout, stderr } = await runProcess('sh', ['-c', script, 'sh', elsewhere, program]);
        expect(stderr).toBe('');
        expect(exitCode).toBe(0);
        expect(stdout.match(/\bmodel\b/g)?.length).toBe(2);
      }
      await rm(elsewhere, { recursive: true });
    }
  });

  it('loads in a program of its own: node and python3', async () => {
    const directory = await build('program');
    const script = `
      const { loadRouter } = await import(process.argv[1] + '/runtime/router.mjs');
      const { readFile } = await import('node:fs/promises');
      const router = loadRouter(await readFile(process.argv[1] + '/router.safetensors'));
      console.log(JSON.stringify(router.route('Why is the sky blue?', { strongShare: 0.3 })));`;
    const node = await runProcess(process.execPath, ['--input-type=module', '-e', script, directory]);
    expect(node.stderr).toBe('');
    const decision = asRecord(JSON.parse(node.stdout), 'decision');
    expect(Object.keys(decision)).toEqual(['model', 'gain', 'reason']);
    expect(decision.reason).toContain('of strong share 0.3');
    if (python === null) return;
    const lines = '{"id": 7, "prompt": "Why is the sky blue?"}\n\n{"prompt": "x", "w": 0.2}\n';
    const args = ['-B', join(directory, 'runtime/router.py'), directory, '--strong-share', '0.3'];
    const { stdout, stderr } = await runProcess(python, args, lines);
    expect(stderr).toBe('');
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => asRecord(JSON.parse(line), 'answer'));
    expect(answers.length).toBe(2);
    expect({ ...answers[0], gain: decision.gain }).toEqual({ id: 7, ...decision });
    expect(answers[0].gain).toBeCloseTo(Number(decision.gain), 9);
    expect(answers[1].reason).toContain('of w = 0.2');
  });

  it('loads where there is no Node: without process, and with hashes in plain JavaScript', async () => {
    const directory = await build('browser');
    const script = `
      const { loadRouter } = await import(process.argv[1] + '/runtime/router.mjs');
      const { readFile } = await import('node:fs/promises');
      const bytes = new Uint8Array(await readFile(process.argv[1] + '/router.safetensors'));
      const log = console.log.bind(console);
      const node = { process, Buffer };
      Object.assign(globalThis, { process: undefined, Buffer: undefined });
      const { gain } = loadRouter(bytes.buffer).route('Why is the sky blue?');
      bytes[bytes.length - 1] ^= 1;
      let code = 'loaded';
      try { loadRouter(bytes); } catch (error) { code = error.code; }
      Object.assign(globalThis, node);
      log(JSON.stringify({ gain, code }));`;
    const browser = await runProcess(process.execPath, ['--input-type=module', '-e', script, directory]);
    expect(browser.stderr).toBe('');
    const own = loadRouter(await readFile(join(directory, 'router.safetensors')));
    expect(JSON.parse(browser.stdout)).toEqual({
      gain: own.route('Why is the sky blue?').gain,
      code: 'hash-mismatch',
    });
  });

  it('explains what went wrong to people who run router.py', async () => {
    if (python === null) return;
    const directory = await build('explains');
    const program = join(directory, 'runtime/router.py');
    const run = async (args: readonly string[], input: string) => {
      const { exitCode, stderr } = await runProcess(python ?? '', ['-B', program, ...args], input);
      expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(exitCode === 2 ? 4 : 1);
      return `${exitCode ?? 'none'} ${stderr.trim()}`;
    };
    expect(await run([directory], '{"prompt": "x"}\n{')).toBe('1 router.py: line 2: not valid JSON');
    expect(await run([directory], '{"prompt": 3}')).toContain(
      '1 router.py: line 1: The prompt must be a string',
    );
    expect(await run([directory, '--w', '-1'], '{"prompt": "x"}')).toContain('w must be a finite number');
    expect(await run([join(directory, 'card.md')], '')).toContain(
      '1 router.py: This is not a valid safetensors file',
    );
    expect(await run([join(folder, 'nowhere')], '')).toContain('1 router.py: ');
    expect(await run([directory, '--w', '1', '--strong-share', '1'], '')).toContain('2 usage');
  });
});

describe('exporting', () => {
  it('refuses a folder that holds something else, and changes nothing there', async () => {
    const directory = join(folder, 'mine');
    await mkdir(directory);
    await writeFile(join(directory, 'thesis.txt'), 'three years of work');
    expect(await codeOf(build('mine'))).toBe('already-exists');
    expect(await codeOf(build('mine', { overwrite: true }))).toBe('already-exists');
    expect(await readdir(directory)).toEqual(['thesis.txt']);
    expect(await codeOf(build('mine/thesis.txt'))).toBe('already-exists');
  });

  it('replaces a bundle only when told to, and never one with other files in it', async () => {
    const directory = await build('twice');
    expect(await codeOf(build('twice', {}, 2))).toBe('already-exists');
    const before = await readFile(join(directory, 'router.safetensors'));
    await mkdir(join(directory, 'runtime/__pycache__'));
    await writeFile(join(directory, 'runtime/__pycache__/router.pyc'), '');
    await build('twice', { overwrite: true }, 2);
    expect((await readFile(join(directory, 'router.safetensors'))).equals(before)).toBe(false);
    expect((await verifyBundle(directory, { python: NO_PYTHON })).ok).toBe(true);
    await writeFile(join(directory, 'notes.txt'), 'mine');
    expect(await codeOf(build('twice', { overwrite: true }, 1))).toBe('already-exists');
    expect(await readFile(join(directory, 'notes.txt'), 'utf8')).toBe('mine');
  });

  it('leaves nothing behind when a runtime does not decide as evaluated', async () => {
    const source = await readFile(runtimes.routerMjs, 'utf8');
    const wrong = join(folder, 'wrong.mjs');
    await writeFile(
      wrong,
      `${source.replace(/export \{[^}]*\};?/, '')}
const wrongly = (bytes) => { const r = loadRouter(bytes); return { ...r, route: (...a) => ({ ...r.route(...a), gain: r.route(...a).gain + 2e-5 }) }; };
export { wrongly as loadRouter };`,
    );
    const parents = join(folder, 'new', 'parents');
    const failure = buildBundle(makeTrainedRouter({ kind: 'text' }), {
      directory: join(parents, 'bundle'),
      runtimes: { ...runtimes, routerMjs: wrong },
      python: NO_PYTHON,
    });
    await expect(failure).rejects.toThrow('router.mjs does not decide as evaluated');
    expect(await codeOf(failure)).toBe('parity-failed');
    expect(await readdir(folder)).not.toContain('new');
    expect(await leftovers()).toEqual([]);
  });

  it('leaves nothing behind when a runtime cannot be run, or is not there', async () => {
    const broken = join(folder, 'broken.mjs');
    await writeFile(broken, 'export const nothing = 1;');
    expect(await codeOf(build('broken', { runtimes: { ...runtimes, routerMjs: broken } }))).toBe(
      'parity-failed',
    );
    const missing = { ...runtimes, routerPy: join(folder, 'missing.py') };
    expect(await codeOf(build('missing', { runtimes: missing }))).toBe('not-found');
    if (python !== null) {
      const crashing = join(folder, 'crashing.py');
      await writeFile(crashing, 'raise SystemExit("out of luck")');
      const failure = build('crashing', { runtimes: { ...runtimes, routerPy: crashing }, python });
      await expect(failure).rejects.toThrow('out of luck');
    }
    expect(await leftovers()).toEqual([]);
  });

  it('says that router.py was not checked where there is no Python', async () => {
    const directory = join(folder, 'no-python');
    const options = { directory, runtimes, python: NO_PYTHON };
    const { parity } = await buildBundle(makeTrainedRouter({ kind: 'precomputed' }), options);
    expect(parity['router.py']).toEqual(notCompared('not-run', NO_PYTHON_REASON));
    expect(await readFile(join(directory, 'card.md'), 'utf8')).toContain('not checked');
  });

  it('refuses a trained router that is not valid', async () => {
    const trained = makeTrainedRouter({ kind: 'text' });
    const { 'head.0.coefficients': coefficients } = trained.tensors;
    const tensors = { ...trained.tensors, 'head.0.intercept': coefficients };
    const options = { directory: join(folder, 'invalid'), runtimes };
    expect(await codeOf(buildBundle({ ...trained, tensors }, options))).toBe('internal');
    const run = { loss: NaN };
    const nan = { ...trained, manifest: { ...trained.manifest, run } };
    expect(await codeOf(buildBundle(nan, options))).toBe('invalid-input');
    expect(await leftovers()).toEqual([]);
  });
});

describe('verifying', () => {
  /** A copy of a good bundle with one thing changed, and what verify finds. */
  async function problemsAfter(
    name: string,
    change: (directory: string) => Promise<unknown>,
  ): Promise<string> {
    const directory = await build(`verify-${name}`);
    await change(directory);
    const { ok, problems } = await verifyBundle(directory, { python: NO_PYTHON });
    expect(ok).toBe(problems.length === 0);
    return problems.join(' ');
  }

  /** Makes SHA256SUMS fit again, as somebody who tampers would. */
  async function sign(directory: string): Promise<void> {
    const files: Record<string, Uint8Array> = {};
    for (const name of NAMES.slice(1)) files[name] = await readFile(join(directory, name));
    await writeFile(join(directory, 'SHA256SUMS'), writeSums(files));
  }

  async function edit(directory: string, name: string, change: (text: string) => string): Promise<void> {
    await writeFile(join(directory, name), change(await readFile(join(directory, name), 'utf8')));
  }

  it('finds a file that was changed, lost or never listed', async () => {
    expect(
      await problemsAfter('card', (directory) => edit(directory, 'card.md', (text) => `${text}!`)),
    ).toContain('card.md is not the file');
    expect(await problemsAfter('lost', (directory) => rm(join(directory, 'golden.jsonl')))).toContain(
      'golden.jsonl is missing',
    );
    expect(await problemsAfter('sums', (directory) => rm(join(directory, 'SHA256SUMS')))).toContain(
      'SHA256SUMS is missing',
    );
    expect(
      await problemsAfter('list', (directory) => writeFile(join(directory, 'SHA256SUMS'), 'x')),
    ).toContain('line 1');
    const outside = `${'0'.repeat(64)}  ../mine/thesis.txt\n`;
    expect(
      await problemsAfter('outside', (directory) => edit(directory, 'SHA256SUMS', (text) => text + outside)),
    ).toContain('../mine/thesis.txt is missing');
  });

  it('finds a damaged router, whatever else is in order', async () => {
    const problems = await problemsAfter('router', async (directory) => {
      const bytes = await readFile(join(directory, 'router.safetensors'));
      bytes[bytes.length - 1] ^= 1;
      await writeFile(join(directory, 'router.safetensors'), bytes);
      await sign(directory);
    });
    expect(problems).toContain('hash-mismatch');
  });

  it('finds a manifest.json and golden rows that are not those of the router', async () => {
    const manifest = await problemsAfter('manifest', async (directory) => {
      await edit(directory, 'manifest.json', (text) =>
        text.replace('"threshold": 0.01', '"threshold": 0.02'),
      );
      await sign(directory);
    });
    expect(manifest).toContain('manifest.json is not the manifest of router.safetensors');
    const golden = await problemsAfter('golden', async (directory) => {
      await cp(join(await build('other', {}, 9), 'golden.jsonl'), join(directory, 'golden.jsonl'));
      await sign(directory);
    });
    expect(golden).toContain('router.mjs does not decide as evaluated');
    const empty = await problemsAfter('empty', async (directory) => {
      await writeFile(join(directory, 'golden.jsonl'), '');
      await sign(directory);
    });
    expect(empty).not.toBe('');
  });

  it('runs the product’s own runtime, and says so, where the bundle’s is somebody else’s', async () => {
    const directory = await build('foreign');
    await edit(directory, 'runtime/router.mjs', (text) => `globalThis.wasRun = true;\n${text}`);
    await sign(directory);
    const { ok, formats } = await verifyBundle(directory, { runtimes, python: NO_PYTHON });
    expect(formats['router.mjs']).toMatchObject({ rows: 80, decisionsEqual: true });
    expect(JSON.stringify(formats['router.mjs'])).toContain('which was not run');
    expect('wasRun' in globalThis).toBe(false);
    expect(ok).toBe(true);
  });

  it('says where there is no bundle', async () => {
    expect(await codeOf(verifyBundle(join(folder, 'nowhere')))).toBe('not-found');
    await mkdir(join(folder, 'empty'), { recursive: true });
    expect(await codeOf(verifyBundle(join(folder, 'empty')))).toBe('not-found');
  });
});

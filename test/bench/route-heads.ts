/**
 * Speed and size of every head, in router.mjs and router.py, beside scikit-learn and onnxruntime on the same inputs, all in
 * one run. Run after a build: METAROUTER_PYTHON=… node test/bench/route-heads.ts
 */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRng } from '../../src/core/rng.ts';
import { buildBundle } from '../../src/export/bundle.ts';
import { probeTexts } from '../../src/export/probe-texts.ts';
import { createPythonFinder, runProcess } from '../../src/export/python.ts';
import { fitLearner } from '../../src/learners/fit-learner.ts';
import { modelHead } from '../../src/learners/model-head.ts';
import type { Model } from '../../src/learners/model.ts';
import type { TrainedRouter } from '../../src/runtime/manifest.ts';
import { blockTensors, readRouterFile } from '../../src/runtime/router-file.ts';
import { writeSafetensors } from '../../src/export/write-safetensors.ts';
import { loadRouter } from '../../src/runtime/router.ts';
import { createScorer } from '../../src/runtime/score.ts';
import { makeTrainedRouter } from '../support/trained-router.ts';

const ROWS = 1500;
const dist = (name: string): string => fileURLToPath(new URL(`../../dist/runtime/${name}`, import.meta.url));
const runtimes = {
  routerMjs: dist('router.mjs'),
  routerPy: dist('router.py'),
  litellmCallback: dist('metarouter_callback.py'),
};

const rng = createRng(31);
const base = makeTrainedRouter({ kind: 'text', buckets: 32768, dim: 50 });
const file = readRouterFile(writeSafetensors(base).bytes);
const scorer = createScorer(file);
const prompts = probeTexts(rng, ROWS).slice(-ROWS);
const x = { rows: ROWS, cols: scorer.dim, data: new Float64Array(ROWS * scorer.dim) };
prompts.forEach((prompt, i) => {
  x.data.set(scorer.features({ prompt }), i * scorer.dim);
});
const y = Float64Array.from({ length: ROWS }, (_, i) => Math.sin(x.data[i * x.cols]) + 0.3 * rng.normal());

function perceptron(): Model {
  const widths = [x.cols, 64, 32, 1];
  const normals = (n: number, scale: number): Float32Array =>
    Float32Array.from({ length: n }, () => scale * rng.normal());
  const layers = widths.slice(1).map((out, j) => {
    const weight = normals(widths[j] * out, 1 / Math.sqrt(widths[j]));
    return { in: widths[j], out, weight, bias: normals(out, 0.1) };
  });
  return { kind: 'mlp', dim: x.cols, layers };
}

const heads: readonly (readonly [string, Model])[] = [
  ['linear', fitLearner('ridge', x, y, undefined, { seed: 1 }).model],
  ['forest', fitLearner('forest', x, y, undefined, { seed: 1 }).model],
  ['boosted trees', fitLearner('boosted-trees', x, y, undefined, { seed: 1 }).model],
  ['perceptron', perceptron()],
  ['neighbours', fitLearner('knn', x, y, undefined, { seed: 1 }).model],
];

function routerWith(model: Model): TrainedRouter {
  const { spec, tensors } = modelHead(model, 0);
  return {
    manifest: { ...file.manifest, heads: [{ ...spec, model: 'large' }] },
    tensors: { ...blockTensors(file), ...tensors },
  };
}

interface Timing {
  readonly p50: number;
  readonly p99: number;
  readonly perSecond: number;
}

/** Microseconds of each call, and calls a second over all of them. */
function time(n: number, call: (i: number) => void): Timing {
  for (let i = 0; i < n / 4; i++) call(i);
  const times = new Float64Array(n);
  const start = performance.now();
  for (let i = 0; i < n; i++) {
    const before = performance.now();
    call(i);
    times[i] = 1000 * (performance.now() - before);
  }
  const total = performance.now() - start;
  times.sort();
  return { p50: times[n >> 1], p99: times[Math.floor(0.99 * n)], perSecond: (1000 * n) / total };
}

const PYTHON = `
import json, sys, time
import numpy as np
sys.path.insert(0, sys.argv[1] + "/runtime")
started = time.perf_counter()
from router import load_router
imported = time.perf_counter()
router = load_router(sys.argv[1])
loaded = time.perf_counter()
data = json.load(open(sys.argv[2]))
x = np.array(data["x"]); y = np.array(data["y"]); prompts = data["prompts"]
def timing(n, call):
    for i in range(n // 4): call(i)
    times = np.empty(n)
    for i in range(n):
        before = time.perf_counter(); call(i); times[i] = time.perf_counter() - before
    return {"p50": 1e6 * float(np.quantile(times, .5)), "p99": 1e6 * float(np.quantile(times, .99)), "perSecond": float(n / times.sum())}
out = {"import": 1000 * (imported - started), "load": 1000 * (loaded - imported),
  "vector": timing(1000, lambda i: router.route(vector=x[i % len(x)])),
  "prompt": timing(400, lambda i: router.route(prompts[i % len(prompts)]))}
try:
    import onnxruntime
    options = onnxruntime.SessionOptions(); options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(sys.argv[1] + "/router.onnx", options, providers=["CPUExecutionProvider"])
    f = x.astype(np.float32)
    out["onnx"] = timing(1000, lambda i: session.run(["gain"], {"features": f[i % len(f)][None]}))
    before = time.perf_counter(); session.run(["gain"], {"features": f}); out["onnxBatch"] = len(f) / (time.perf_counter() - before)
except ImportError: pass
try:
    from sklearn.linear_model import Ridge
    from sklearn.ensemble import RandomForestRegressor, HistGradientBoostingRegressor
    from sklearn.neural_network import MLPRegressor
    from sklearn.neighbors import KNeighborsRegressor
    kind, trees, k = sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
    model = {"linear": lambda: Ridge(), "forest": lambda: RandomForestRegressor(trees, min_samples_leaf=5, n_jobs=1),
      "boosted trees": lambda: HistGradientBoostingRegressor(max_iter=trees, early_stopping=False),
      "perceptron": lambda: MLPRegressor(hidden_layer_sizes=(64, 32), max_iter=20), "neighbours": lambda: KNeighborsRegressor(k, metric="cosine")}[kind]()
    import warnings; warnings.simplefilter("ignore")
    model.fit(x, y)
    out["sklearn"] = timing(200, lambda i: model.predict(x[i % len(x)][None]))
    before = time.perf_counter(); model.predict(x); out["sklearnBatch"] = len(x) / (time.perf_counter() - before)
except ImportError: pass
print(json.dumps(out))
`;

type PythonFigures = Readonly<Record<'import' | 'load' | 'onnxBatch' | 'sklearnBatch', number | undefined>> &
  Readonly<Record<'vector' | 'prompt' | 'onnx' | 'sklearn', Timing | undefined>>;

function isFigures(value: unknown): value is PythonFigures {
  return typeof value === 'object' && value !== null && 'vector' in value;
}

function row(name: string, timing: Timing | undefined, batch?: number): void {
  if (timing === undefined) {
    process.stdout.write(`  ${name.padEnd(34)} not run\n`);
    return;
  }
  const cells = [timing.p50, timing.p99, timing.perSecond].map((value) => value.toFixed(1).padStart(12));
  const many = batch === undefined ? '' : `   ${Math.round(batch)} rows/s in one batch`;
  process.stdout.write(`  ${name.padEnd(34)}${cells.join('')}${many}\n`);
}

const folder = mkdtempSync(join(tmpdir(), 'metarouter-bench-'));
const inputs = join(folder, 'inputs.json');
const rows = Array.from({ length: ROWS }, (_, i) =>
  Array.from(x.data.subarray(i * x.cols, (i + 1) * x.cols)),
);
writeFileSync(inputs, JSON.stringify({ x: rows, y: Array.from(y), prompts }));
const python = await createPythonFinder()();
const runtime: unknown = await import(runtimes.routerMjs);
const load = (
  typeof runtime === 'object' && runtime !== null && 'loadRouter' in runtime ? runtime.loadRouter : loadRouter
) as typeof loadRouter;

for (const [name, model] of heads) {
  const directory = join(folder, name.replace(' ', '-'));
  await buildBundle(routerWith(model), { directory, runtimes, python: '/no/such/python' });
  const bytes = readFileSync(join(directory, 'router.safetensors'));
  const size = (path: string): string => `${(statSync(join(directory, path)).size / 1e6).toFixed(2)} MB`;
  const coldStart = performance.now();
  const router = load(bytes);
  const coldMs = performance.now() - coldStart;
  const shape = model.kind === 'trees' ? `, ${model.roots.length} trees, ${model.feature.length} nodes` : '';
  process.stdout.write(
    `\n${name}${shape}: router.safetensors ${size('router.safetensors')}, router.onnx ${size('router.onnx')}, cold load ${coldMs.toFixed(1)} ms\n`,
  );
  process.stdout.write(
    `  ${''.padEnd(34)}${['p50 µs', 'p99 µs', 'calls/s'].map((head) => head.padStart(12)).join('')}\n`,
  );
  const vectors = rows.map((values) => Float64Array.from(values));
  row(
    'router.mjs route(vector)',
    time(8000, (i) => router.route(vectors[i % ROWS])),
  );
  row(
    'router.mjs route(prompt)',
    time(4000, (i) => router.route(prompts[i % ROWS])),
  );
  if (python === null) {
    process.stdout.write('  NOT RUN: router.py, onnxruntime, scikit-learn (no Python with numpy)\n');
    continue;
  }
  const trees = model.kind === 'trees' ? model.roots.length : 1;
  const k = model.kind === 'nearest' ? model.k : 1;
  const args = ['-B', '-c', PYTHON, directory, inputs, name, String(trees), String(k)];
  const environment = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
  const { stdout, stderr } = await runProcess(python, args, '', { timeoutMs: 300_000, environment });
  const figures: unknown = stdout === '' ? null : JSON.parse(stdout);
  if (!isFigures(figures)) {
    process.stdout.write(`  router.py failed: ${stderr.slice(-500)}\n`);
    continue;
  }
  process.stdout.write(
    `  router.py: import ${figures.import?.toFixed(0) ?? ''} ms, load ${figures.load?.toFixed(0) ?? ''} ms\n`,
  );
  row('router.py route(vector)', figures.vector);
  row('router.py route(prompt)', figures.prompt);
  row('onnxruntime (Python), one row', figures.onnx, figures.onnxBatch);
  row('scikit-learn predict, one row', figures.sklearn, figures.sklearnBatch);
}
rmSync(folder, { recursive: true, force: true });

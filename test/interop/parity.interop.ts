/** Every format of every head by the program that will load it, on golden rows and on real prompts. */
import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agreesWithin, type Bundle } from './support/bundle-check.ts';
import { parseGolden } from '../../src/export/golden.ts';
import { verifyBundle } from '../../src/export/verify.ts';
import type { TrainedRouter } from '../../src/runtime/manifest.ts';
import { loadRouter } from '../../src/runtime/router.ts';
import { askPython, nodeModule, pythonWith } from './support/programs.ts';
import {
  embeddingRouter,
  exportBundle,
  HEADS,
  makeWorld,
  withHead,
  type World,
} from './support/real-bundles.ts';

interface Exported {
  readonly name: string;
  readonly bundle: Bundle;
}

const table: string[][] = [];
let world: World;
const bundles: Exported[] = [];

beforeAll(async () => {
  world = makeWorld();
  const routers: [string, TrainedRouter][] = [
    ['trained by the command line', world.router],
    ...HEADS.map((head): [string, TrainedRouter] => [head, withHead(world, head)]),
    ...(['linear', 'boosted-trees', 'mlp'] as const).map((head): [string, TrainedRouter] => [
      `${head}, 5 models`,
      withHead(world, head, 'all'),
    ]),
    ['embedding of 1024', embeddingRouter(1024)],
    ['embedding of 1536', embeddingRouter(1536)],
  ];
  for (const [name, trained] of routers) {
    bundles.push({ name, bundle: await exportBundle(world, name.replaceAll(/\W+/g, '-'), trained) });
  }
});

afterAll(() => {
  if (world !== undefined) rmSync(world.folder, { recursive: true, force: true });
  const widths = table[0]?.map((_, k) => Math.max(...table.map((row) => row[k].length))) ?? [];
  const lines = table.map((row) => row.map((cell, k) => cell.padEnd(widths[k])).join('  '));
  process.stdout.write(`\n${lines.join('\n')}\n\n`);
});

function note(name: string, format: string, rows: number, difference: number, isSame: boolean): void {
  if (table.length === 0) table.push(['router', 'program', 'rows', 'largest difference', 'decisions']);
  table.push([name, format, String(rows), difference.toExponential(1), isSame ? 'all equal' : 'DIFFER']);
}

/** Features and gains of real prompts by our own runtime. */
function realRows({ bundle }: Exported): { features: number[][]; gains: number[][] } {
  const router = loadRouter(readFileSync(join(bundle.directory, 'router.safetensors')));
  const isText = router.manifest.blocks.every((block) => block.kind !== 'precomputed');
  const golden = parseGolden(readFileSync(join(bundle.directory, 'golden.jsonl'), 'utf8'));
  const features = isText
    ? world.prompts.map((prompt) => Array.from(router.features(prompt)))
    : golden.map(({ expected }) => expected.features);
  const names = router.manifest.models.map(({ name }) => name);
  const gains = features.map((row, i) => {
    const decision = isText ? router.route(row) : router.route(golden[i].vector ?? []);
    return names.length === 2 ? [decision.gain] : names.map((name) => decision.gains?.[name] ?? NaN);
  });
  return { features, gains };
}

describe('verify, with everything installed', () => {
  it('runs every format of every bundle', async () => {
    for (const { name, bundle } of bundles) {
      const { ok, problems, formats } = await verifyBundle(bundle.directory);
      expect(problems, name).toEqual([]);
      expect(ok).toBe(true);
      for (const [format, report] of Object.entries(formats)) {
        if (report.state === 'absent' || report.state === 'written') continue;
        note(name, `verify: ${format}`, report.rows, report.maxAbsDiff ?? NaN, report.decisionsEqual);
        expect(report.state, `${name}: ${format}: ${report.reason ?? ''}`).toBe('checked');
      }
    }
  });
});

describe('onnx', () => {
  const SCRIPT = `
import json, sys
import numpy as np, onnx, onnxruntime
model = onnx.load(sys.argv[1])
onnx.checker.check_model(model, full_check=True)
session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
x = np.array(json.loads(sys.stdin.readline()), dtype=np.float32)
outputs = {o.name: session.run([o.name], {"features": x})[0].reshape(len(x), -1).tolist() for o in session.get_outputs()}
print(json.dumps({"ir": model.ir_version, "opsets": {o.domain: o.version for o in model.opset_import}, "outputs": outputs,
  "empty": list(session.run(None, {"features": x[:0]})[0].shape)}))
`;

  it('is valid, and onnxruntime in Python gives the gains of real prompts', async () => {
    const python = await pythonWith('onnx', 'onnxruntime', 'numpy');
    if (python === null) return;
    for (const exported of bundles) {
      const { features, gains } = realRows(exported);
      const [answer] = (await askPython(
        python,
        SCRIPT,
        [join(exported.bundle.directory, 'router.onnx')],
        [features],
      )) as {
        ir: number;
        opsets: Record<string, number>;
        outputs: Record<string, number[][]>;
      }[];
      expect(answer.ir).toBe(8);
      expect(answer.opsets).toEqual({ '': 15, 'ai.onnx.ml': 3 });
      const { manifest } = exported.bundle;
      const { difference, isSame } = agreesWithin(manifest, gains, answer.outputs.gain);
      note(exported.name, 'onnxruntime (Python)', features.length, difference, isSame);
      expect(difference, exported.name).toBeLessThan(1e-5);
      expect(isSame, exported.name).toBe(true);
    }
  });

  it('onnxruntime in Node gives the same', async () => {
    const ort = nodeModule('onnxruntime-node') as {
      InferenceSession: {
        create: (
          path: string,
        ) => Promise<{ run: (feeds: object) => Promise<Record<string, { data: Float32Array }>> }>;
      };
      Tensor: new (type: string, data: Float32Array, dims: number[]) => unknown;
    } | null;
    if (ort === null) return;
    for (const exported of bundles) {
      const { features, gains } = realRows(exported);
      const session = await ort.InferenceSession.create(join(exported.bundle.directory, 'router.onnx'));
      const x = new ort.Tensor('float32', Float32Array.from(features.flat()), [
        features.length,
        features[0].length,
      ]);
      const { data } = (await session.run({ features: x })).gain;
      const width = gains[0].length;
      const given = gains.map((_, i) => Array.from(data.subarray(i * width, (i + 1) * width)));
      const { difference, isSame } = agreesWithin(exported.bundle.manifest, gains, given);
      note(exported.name, 'onnxruntime (Node)', features.length, difference, isSame);
      expect(difference, exported.name).toBeLessThan(1e-5);
      expect(isSame, exported.name).toBe(true);
    }
  });
});

describe('TensorFlow.js', () => {
  it('loads the model over HTTP with loadLayersModel, and gives the gains of real prompts', async () => {
    const tf = nodeModule('@tensorflow/tfjs') as {
      ready: () => Promise<void>;
      loadLayersModel: (url: string) => Promise<{ predict: (x: unknown) => { arraySync: () => number[][] } }>;
      tensor2d: (values: number[][]) => unknown;
    } | null;
    if (tf === null) return;
    await tf.ready();
    let folder = '';
    const server = createServer((request, response) => {
      response.end(readFileSync(join(folder, 'tfjs', (request.url ?? '').slice(1))));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    let ran = 0;
    for (const exported of bundles) {
      if (exported.bundle.parity.tfjs.state === 'absent') continue;
      folder = exported.bundle.directory;
      const { features, gains } = realRows(exported);
      const model = await tf.loadLayersModel(`http://127.0.0.1:${port}/model.json`);
      const given = model.predict(tf.tensor2d(features)).arraySync();
      const { difference, isSame } = agreesWithin(exported.bundle.manifest, gains, given);
      note(exported.name, 'TensorFlow.js', features.length, difference, isSame);
      expect(difference, exported.name).toBeLessThan(1e-5);
      expect(isSame, exported.name).toBe(true);
      ran++;
    }
    server.close();
    expect(ran).toBeGreaterThanOrEqual(5);
  });
});

describe('safetensors in Python', () => {
  it('reads the weights and the manifest', async () => {
    const python = await pythonWith('safetensors', 'numpy');
    if (python === null) return;
    const script = `
import hashlib, json, sys
from safetensors import safe_open
with safe_open(sys.argv[1], framework="numpy") as file:
    manifest = json.loads(file.metadata()["manifest"]) if "manifest" in file.metadata() else {"tensors": {}}
    tensors = {name: file.get_tensor(name) for name in file.keys()}
print(json.dumps({"names": sorted(tensors), "same": all(
    hashlib.sha256(tensors[name].tobytes()).hexdigest() == entry["sha256"] for name, entry in manifest["tensors"].items()),
    "types": sorted({str(t.dtype) for t in tensors.values()})}))`;
    for (const { bundle, name } of bundles) {
      const [answer] = await askPython(python, script, [join(bundle.directory, 'router.safetensors')]);
      expect(answer, name).toMatchObject({ names: Object.keys(bundle.manifest.tensors).sort(), same: true });
    }
  });

  it('reads the checkpoint for RouteLLM, whose arithmetic in numpy gives the gains', async () => {
    const python = await pythonWith('safetensors', 'numpy');
    const exported = bundles.find(({ bundle }) => bundle.parity.routellm.state !== 'absent');
    if (python === null || exported === undefined) return;
    const script = `
import json, sys
import numpy as np
from safetensors.numpy import load_file
t = load_file(sys.argv[1])
p = t["P.weight"] / np.linalg.norm(t["P.weight"], axis=1, keepdims=True)
e = np.array(json.loads(sys.stdin.readline()), dtype=np.float32)
h = e @ t["text_proj.0.weight"].T
logits = [(p[row] * h) @ t["classifier.0.weight"][0] for row in (24, 36)]
print(json.dumps((1 / (1 + np.exp(-(logits[0] - logits[1]).astype(float)))).tolist()))`;
    const { directory, manifest } = exported.bundle;
    const golden = parseGolden(readFileSync(join(directory, 'golden.jsonl'), 'utf8'));
    const path = join(directory, 'routellm/model.safetensors');
    const [scores] = (await askPython(
      python,
      script,
      [path],
      [golden.map(({ vector }) => vector)],
    )) as number[][];
    const readme = readFileSync(join(directory, 'routellm/README.md'), 'utf8');
    const threshold = Number(/\*\*(?<threshold>[\d.e-]+)\*\*/.exec(readme)?.groups?.threshold);
    let isSame = true;
    golden.forEach(({ expected }, i) => {
      const [decision] = expected.decisions;
      const isStrong = scores[i] >= threshold;
      if ((decision.margin ?? 1) > 1e-5 && isStrong !== (decision.model !== manifest.anchor)) isSame = false;
    });
    note(exported.name, 'RouteLLM arithmetic (numpy)', golden.length, 0, isSame);
    expect(isSame).toBe(true);
  });
});

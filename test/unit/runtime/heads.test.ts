import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { parseGolden } from '../../../src/export/golden.ts';
import { writeSafetensors } from '../../../src/export/write-safetensors.ts';
import { createChooser } from '../../../src/runtime/decide.ts';
import { RouterFileError } from '../../../src/runtime/errors.ts';
import { createHead } from '../../../src/runtime/heads.ts';
import type { AnyTensor, HeadSpec } from '../../../src/runtime/manifest.ts';
import { loadRouter, type RouteInput } from '../../../src/runtime/router.ts';
import { askRouterModule, pythonOrWarning } from '../../support/python.ts';
import { makeHead } from '../../support/random-heads.ts';
import { makeTrainedRouter } from '../../support/trained-router.ts';

const ints = (...values: number[]): AnyTensor => ({ shape: [values.length], data: Int32Array.from(values) });
const floats = (...values: number[]): AnyTensor => ({
  shape: [values.length],
  data: Float32Array.from(values),
});

/** A tensor of a head by its short name, and what is left of the name's prefix. */
function of(tensors: Readonly<Record<string, AnyTensor>>, name: string): ArrayLike<number> {
  return tensors[`head.0.${name}`].data;
}

function verdict(spec: HeadSpec, tensors: Readonly<Record<string, AnyTensor>>): string {
  const trained = makeTrainedRouter({ kind: 'precomputed', dim: 2 });
  const blocks = Object.entries(trained.tensors).filter(([name]) => !name.startsWith('head.'));
  const manifest = { ...trained.manifest, heads: [{ ...spec, model: 'large' }] };
  try {
    loadRouter(writeSafetensors({ manifest, tensors: { ...Object.fromEntries(blocks), ...tensors } }).bytes);
    return 'loaded';
  } catch (error) {
    if (!(error instanceof RouterFileError)) throw error;
    return error.code;
  }
}

describe('a head of trees', () => {
  const tree = {
    'head.0.base': floats(10),
    'head.0.roots': ints(0),
    'head.0.feature': ints(1, -1, 0, -1, -1),
    'head.0.threshold': floats(0.1, 0, 2, 0, 0),
    'head.0.left': ints(1, 0, 3, 0, 0),
    'head.0.right': ints(2, 0, 4, 0, 0),
    'head.0.value': floats(0, 1, 0, 2, 4),
  };
  const spec = { kind: 'trees', trees: 1, nodes: 5 } as const;

  it('goes left where the feature, as float32, is not above the threshold', () => {
    const head = createHead(spec, tree, 'head.0', 2);
    expect(head([0, 0.1])).toBe(11); // 0.1 in float64 is below float32(0.1), as float32 it is equal
    expect(head([0, Math.fround(0.1)])).toBe(11);
    expect(head([2, 0.1000001])).toBe(12);
    expect(head([2.1, 0.2])).toBe(14);
    expect(verdict(spec, tree)).toBe('loaded');
  });

  it('is refused where a node points outside, back or at itself', () => {
    const refused: Record<string, AnyTensor>[] = [
      { 'head.0.roots': ints(5) },
      { 'head.0.roots': ints(-1) },
      { 'head.0.feature': ints(2, -1, 0, -1, -1) },
      { 'head.0.feature': ints(-2, -1, 0, -1, -1) },
      { 'head.0.left': ints(0, 0, 3, 0, 0) },
      { 'head.0.left': ints(1, 0, 1, 0, 0) },
      { 'head.0.right': ints(5, 0, 4, 0, 0) },
      { 'head.0.right': ints(-3, 0, 4, 0, 0) },
      { 'head.0.left': floats(1, 0, 3, 0, 0) },
      { 'head.0.value': ints(0, 1, 0, 2, 4) },
    ];
    for (const change of refused) expect(verdict(spec, { ...tree, ...change })).toBe('bad-tensor');
  });
});

describe('heads', () => {
  it('compute what their tensors say (perceptron, neighbours, sum)', () => {
    const rng = createRng(4);
    const dim = 6;
    const x = Float64Array.from({ length: dim }, () => rng.normal());
    const mlp = makeHead('mlp', 0, dim, rng);
    let units = [...x];
    [7, 5, 1].forEach((width, j) => {
      const weight = of(mlp.tensors, `layer.${j}.weight`);
      const bias = of(mlp.tensors, `layer.${j}.bias`);
      const input = j === 0 ? units : units.map((unit) => Math.max(0, unit));
      units = Array.from({ length: width }, (_, o) =>
        input.reduce((sum, value, i) => sum + value * weight[i * width + o], bias[o]),
      );
    });
    expect(createHead(mlp.spec, mlp.tensors, 'head.0', dim)(x)).toBeCloseTo(units[0], 12);

    const nearest = makeHead('nearest', 0, dim, rng);
    const points = of(nearest.tensors, 'points');
    const values = of(nearest.tensors, 'values');
    const ranked = Array.from({ length: 60 }, (_, row) => ({
      row,
      // Rows 30 … 59 repeat rows 0 … 29: the earlier one comes first.
      dot: x.reduce((sum, value, j) => sum + value * points[(row % 30) * dim + j], 0),
    })).sort((a, b) => b.dot - a.dot || a.row - b.row);
    const expected = ranked.slice(0, 7).reduce((sum, { row }) => sum + values[row] / 7, 0);
    expect(createHead(nearest.spec, nearest.tensors, 'head.0', dim)(x)).toBeCloseTo(expected, 12);

    const sum = makeHead('sum', 0, dim, rng);
    if (sum.spec.kind !== 'sum') throw new Error('expected a sum');
    const parts = sum.spec.parts.map(
      (part, j) => part.weight * createHead(part, sum.tensors, `head.0.part.${j}`, dim)(x),
    );
    const total = parts.reduce((a, b) => a + b, 0);
    expect(createHead(sum.spec, sum.tensors, 'head.0', dim)(x)).toBeCloseTo(total, 12);
  });
});

describe('a router of more than two models', () => {
  const router = loadRouter(writeSafetensors(makeTrainedRouter({ kind: 'text', models: 4 })).bytes);
  const prompt = 'Why is the sky blue?';

  it('chooses the highest gain minus w times relative cost', () => {
    const seen = new Set<string>();
    for (const w of [0, 0.01, 0.05, 0.1, 0.3, 1, 10]) {
      const decision = router.route(prompt, { w });
      const gains = decision.gains ?? {};
      const scores = router.manifest.models.map(({ name, relativeCost }) => gains[name] - w * relativeCost);
      expect(scores[router.manifest.models.findIndex(({ name }) => name === decision.model)]).toBe(
        Math.max(...scores),
      );
      expect(decision.gain).toBe(gains[decision.model]);
      expect(decision.reason).toContain(`Of 4 models "${decision.model}"`);
      seen.add(decision.model);
    }
    expect(gainsOf(router.route(prompt))).toEqual(['large', 'middle-1', 'middle-2', 'small']);
    expect(seen.has('small')).toBe(true);
    expect(seen.size).toBeGreaterThan(1);
  });

  it('gives a tie to the cheaper model', () => {
    const choose = createChooser(router.manifest);
    expect(choose([1, 2 / 3, 1 / 3], 1)).toMatchObject({ model: 'small', gain: 0, margin: 0 });
    expect(choose([0.5, 0.5, 0.25], 0)).toMatchObject({ model: 'middle-1', margin: 0 });
    expect(choose([0.5, 0.4, 0.9], 0)).toMatchObject({ model: 'middle-2', gain: 0.9 });
  });

  it('refuses a share, and says what to give instead', () => {
    expect(() => router.route(prompt, { strongShare: 0.5 })).toThrow(
      'strongShare needs two models, this router knows 4: give w.',
    );
  });
});

function gainsOf({ gains = {} }: { readonly gains?: Readonly<Record<string, number>> }): string[] {
  return Object.keys(gains).sort();
}

describe('a router file of version 1', () => {
  const read = (name: string): Buffer => readFileSync(new URL(`../../fixtures/${name}`, import.meta.url));
  const bytes = read('router-v1.safetensors');
  const rows = parseGolden(read('router-v1.golden.jsonl').toString('utf8'));

  it('decides as it did', () => {
    const router = loadRouter(bytes);
    expect(router.manifest.formatVersion).toBe(1);
    expect(router.manifest.heads).toEqual([{ model: 'large', kind: 'linear' }]);
    expect(router.manifest.models.map(({ relativeCost }) => relativeCost)).toEqual([1, 0]);
    expect(rows.length).toBeGreaterThan(60);
    for (const { expected, id, ...input } of rows) {
      for (const { w, strongShare, model } of expected.decisions) {
        const question: RouteInput = input;
        const decision = router.route(question, { w, strongShare });
        expect(decision.model, id).toBe(model);
        expect(Math.abs(decision.gain - expected.gain)).toBeLessThan(1e-9);
      }
    }
  });

  it('decides as it did in Python', async () => {
    const python = await pythonOrWarning('router.py on a file of version 1');
    if (python === null) return;
    const script = `
import base64
loaded = None
def answer(value):
    global loaded
    if loaded is None:
        loaded = router.load_router(base64.b64decode(value))
        return [loaded.manifest["heads"], sorted(loaded.manifest["tensors"])[:1]]
    point = value["expected"]["decisions"]
    return [loaded.route(value["prompt"], columns=value.get("columns"), w=p.get("w"), strong_share=p.get("strongShare"))["model"] for p in point]`;
    const [first, ...answers] = await askRouterModule(python, script, [bytes.toString('base64'), ...rows]);
    expect(first).toEqual([[{ model: 'large', kind: 'linear' }], ['columns.center']]);
    expect(answers).toEqual(rows.map(({ expected }) => expected.decisions.map(({ model }) => model)));
  });
});

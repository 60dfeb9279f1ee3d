import { beforeAll, describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { probeTexts } from '../../../src/export/probe-texts.ts';
import { writeSafetensors } from '../../../src/export/write-safetensors.ts';
import { CLASS_OF, classOf } from '../../../src/runtime/code-points.ts';
import { foldText } from '../../../src/runtime/fold-text.ts';
import { createNgramEncoder } from '../../../src/runtime/ngrams.ts';
import { asRecord } from '../../../src/runtime/json.ts';
import { loadRouter } from '../../../src/runtime/router.ts';
import { sha256Hex } from '../../../src/runtime/sha256.ts';
import { TEXT_FORM_DIM, textForm } from '../../../src/runtime/text-form.ts';
import { askRouterModule, pythonOrWarning } from '../../support/python.ts';
import { makeTrainedRouter, ROUTER_KINDS } from '../../support/trained-router.ts';

/** Equal, numbers anywhere inside to 1e-9. */
function expectClose(actual: unknown, expected: unknown): void {
  if (typeof expected === 'number' && typeof actual === 'number') {
    if (Math.abs(actual - expected) > 1e-9) expect(actual).toBe(expected);
  } else if (Array.isArray(expected) && Array.isArray(actual)) {
    expect(actual.length).toBe(expected.length);
    expected.forEach((entry, i) => {
      expectClose(actual[i], entry);
    });
  } else {
    expect(actual).toEqual(expected);
  }
}

const LONE_SURROGATES = [
  '\ud800',
  'a\udc00b',
  '\udc00\ud800',
  '\ud83d\ude00 \ud83d',
  'x'.repeat(10) + '\udfff',
];

/** Random text over all of Unicode, unassigned code points and lone surrogates included. */
function randomTexts(count: number): string[] {
  const rng = createRng(11);
  const planes = [0x80, 0x250, 0x3000, 0xd7ff, 0x10000, 0x20000, 0x110000];
  return Array.from({ length: count }, () =>
    Array.from({ length: Math.floor(rng.uniform() * 60) }, () => {
      const limit = planes[Math.floor(rng.uniform() * planes.length)];
      return rng.uniform() < 0.15 ? ' ' : String.fromCodePoint(Math.floor(rng.uniform() * limit));
    }).join(''),
  );
}

const texts = [...probeTexts(createRng(2), 150), ...LONE_SURROGATES, ...randomTexts(400)];

describe('router.py', () => {
  let python: string | null = null;
  beforeAll(async () => {
    python = await pythonOrWarning('router.py against the encoder');
  });

  it('classifies every code point alike', async () => {
    if (python === null) return;
    const classes = Uint8Array.from({ length: 0x110000 }, (_, code) =>
      code < 0x10000 ? CLASS_OF[code] : classOf(code),
    );
    const script =
      'import hashlib\ndef answer(_):\n    return hashlib.sha256(router._CLASS_OF.tobytes()).hexdigest()';
    expect(await askRouterModule(python, script, [0])).toEqual([sha256Hex(classes)]);
  });

  it('folds alike, also what is unassigned, private or half a pair', async () => {
    if (python === null) return;
    const script = 'def answer(text):\n    return [int(code) for code in router._fold(text, 50)[1:-1]]';
    const answers = await askRouterModule(python, script, texts);
    expect(answers).toEqual(
      texts.map((text) => Array.from(foldText(text, 50), (sign) => sign.codePointAt(0))),
    );
  });

  it('finds the same n-grams and the same form', async () => {
    if (python === null) return;
    const trained = makeTrainedRouter({ kind: 'text', buckets: 1024, dim: 4 });
    const [block] = trained.manifest.blocks;
    if (block.kind !== 'hashed-ngram') throw new Error('expected a text block');
    const idf = Float32Array.from(trained.tensors['prompt.idf'].data);
    const script = `
import numpy as np
setup = None
def answer(value):
    global setup
    if setup is None:
        setup = (value["encoder"], np.array(value["idf"]))
        return None
    buckets, values = router.encode_ngrams(value["text"], *setup)
    return [buckets.tolist(), values.tolist(), router.text_form(value["text"]).tolist()]`;
    const questions = [{ encoder: block.encoder, idf: Array.from(idf) }, ...texts.map((text) => ({ text }))];
    const [, ...answers] = await askRouterModule(python, script, questions);
    const encoder = createNgramEncoder(block.encoder, idf);
    const form = new Float64Array(TEXT_FORM_DIM);
    texts.forEach((text, i) => {
      const { buckets, values, length } = encoder.encodeSparse(text);
      const order = Array.from({ length }, (_, k) => k).sort((a, b) => buckets[a] - buckets[b]);
      textForm(text, form);
      const expected = [order.map((k) => buckets[k]), order.map((k) => values[k]), Array.from(form)];
      expectClose(answers[i], expected);
    });
  });

  it('refuses the same calls', async () => {
    if (python === null) return;
    const kinds = ['text', 'precomputed', 'columns', 'cascade'] as const;
    const files = Object.fromEntries(
      kinds.map((kind) => [
        kind,
        Buffer.from(writeSafetensors(makeTrainedRouter({ kind })).bytes).toString('base64'),
      ]),
    );
    const calls: readonly (readonly [string, string, Record<string, unknown>])[] = [
      ['text', 'route', {}],
      ['text', 'route', { prompt: 3 }],
      ['text', 'route', { prompt: 'x', w: -1 }],
      ['text', 'route', { prompt: 'x', w: 0, strong_share: 0.5 }],
      ['text', 'route', { prompt: 'x', strong_share: 1.5 }],
      ['text', 'route', { prompt: 'x', strong_share: true }],
      ['text', 'route', { vector: [1] }],
      ['text', 'route', { prompt: 'x', vector: [1] }],
      ['text', 'escalate', { prompt: 'x' }],
      ['precomputed', 'route', { prompt: 'x' }],
      ['precomputed', 'route', { vector: ['1'] }],
      ['precomputed', 'route', { vector: [[1], [2, 3]] }],
      ['precomputed', 'route', { vector: Array.from({ length: 24 }, () => 1e308) }],
      ['columns', 'route', { prompt: 'x', columns: { turns: '3' } }],
      ['columns', 'route', { prompt: 'x', columns: [1] }],
      ['cascade', 'route', { prompt: 'x' }],
      ['cascade', 'escalate', { prompt: 'x' }],
    ];
    const script = `
import base64
routers = {}
def answer(value):
    if isinstance(value, dict):
        routers.update({kind: router.load_router(base64.b64decode(text)) for kind, text in value.items()})
        return None
    kind, method, arguments = value
    try:
        return getattr(routers[kind], method)(**arguments)
    except router.RouterInputError as error:
        return "refused"`;
    const [, ...answers] = await askRouterModule(python, script, [files, ...calls]);
    expect(answers).toEqual(calls.map(() => 'refused'));
  });

  it.each(ROUTER_KINDS)('says nearly the same sentence (%s)', async (kind) => {
    if (python === null) return;
    const { bytes } = writeSafetensors(makeTrainedRouter({ kind }));
    const router = loadRouter(bytes);
    const input = {
      prompt: 'Why is the sky blue?',
      response: 'Rayleigh scattering.',
      ...(kind === 'precomputed' || kind === 'vector-and-text'
        ? { vector: Array.from({ length: 24 }, (_, i) => i / 10) }
        : {}),
      columns: { turns: 3 },
      signals: { judge: 0.5 },
    };
    const own = kind === 'cascade' ? router.escalate(input, { w: 0.25 }) : router.route(input, { w: 0.25 });
    const script = `
import base64
def answer(value):
    loaded = router.load_router(base64.b64decode(value["file"]))
    row = value["row"]
    if loaded.manifest["stage"] == "route":
        row = {key: row.get(key) for key in ("prompt", "vector", "columns")}
        return loaded.route(**row, w=0.25)
    return loaded.escalate(**row, w=0.25)`;
    const [answer] = await askRouterModule(python, script, [
      { file: Buffer.from(bytes).toString('base64'), row: input },
    ]);
    const { gain, ...rest } = asRecord(answer, 'answer');
    expectClose(gain, own.gain);
    expect({ ...rest, gain: own.gain }).toEqual({ ...own });
  });
});

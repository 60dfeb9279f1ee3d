import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { probeTexts } from '../../../src/export/probe-texts.ts';
import { writeSafetensors } from '../../../src/export/write-safetensors.ts';
import { thresholdOfShare } from '../../../src/runtime/decide.ts';
import { RouterInputError } from '../../../src/runtime/errors.ts';
import { readRouterFile } from '../../../src/runtime/router-file.ts';
import { loadRouter, type Router } from '../../../src/runtime/router.ts';
import { createScorer } from '../../../src/runtime/score.ts';
import { makeTrainedRouter, ROUTER_KINDS, type RouterKind } from '../../support/trained-router.ts';

function load(kind: RouterKind): Router {
  return loadRouter(writeSafetensors(makeTrainedRouter({ kind })).bytes);
}

const text = load('text');
const columns = load('columns');
const precomputed = load('precomputed');
const both = load('vector-and-text');
const cascade = load('cascade');
const vector = Float64Array.from({ length: 24 }, (_, i) => Math.sin(i));
const answer = { prompt: 'What is 2 + 2?', response: 'It is 4.', signals: { judge: 0.5, rule: 1 } };

/** A call as it comes from a program without types. */
function untyped(call: (...args: never[]) => unknown, ...args: unknown[]): unknown {
  return Reflect.apply(call, undefined, args);
}

describe('the composed weights', () => {
  it.each(ROUTER_KINDS)('give the gain of the features, to 1e-9 (%s)', (kind) => {
    const scorer = createScorer(readRouterFile(writeSafetensors(makeTrainedRouter({ kind, seed: 3 })).bytes));
    const texts = probeTexts(createRng(5), 120);
    texts.forEach((prompt, i) => {
      const input = {
        prompt,
        response: texts[texts.length - 1 - i],
        vector: Float64Array.from(vector, (x) => x * i),
        columns: i % 2 === 0 ? { turns: i, länge: -3.5 } : { 'x"y': 1 },
        signals: i % 3 === 0 ? { judge: 0.25 } : {},
      };
      const [composed] = scorer.gains(input);
      const [direct] = scorer.gainsOfFeatures(scorer.features(input));
      expect(Math.abs(composed - direct)).toBeLessThan(1e-9);
    });
  });

  it('agree on any text', () => {
    const scorer = createScorer(readRouterFile(writeSafetensors(makeTrainedRouter({ kind: 'text' })).bytes));
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (prompt) => {
        const difference =
          scorer.gains({ prompt })[0] - scorer.gainsOfFeatures(scorer.features({ prompt }))[0];
        expect(Math.abs(difference)).toBeLessThan(1e-9);
      }),
    );
  });
});

describe('the threshold', () => {
  const { operatingPoints } = text.manifest;
  const gainPercentiles = text.manifest.gainPercentiles ?? [];

  it('of no choice is the first operating point', () => {
    for (const prompt of probeTexts(createRng(1), 100)) {
      const { gain, model } = text.route(prompt);
      expect(model).toBe(gain > operatingPoints[0].threshold ? 'large' : 'small');
    }
  });

  it('of w is w', () => {
    const { gain } = text.route('Prove Fermat’s little theorem.');
    expect(text.route('Prove Fermat’s little theorem.', { w: Math.max(0, gain) }).model).toBe('small');
    expect(text.route('Prove Fermat’s little theorem.', { w: 0 }).model).toBe(gain > 0 ? 'large' : 'small');
  });

  it('of a share is the quantile of the training gains: never at 0, always at 1, monotone between', () => {
    expect(thresholdOfShare(gainPercentiles, 0)).toBe(Infinity);
    expect(thresholdOfShare(gainPercentiles, 1)).toBe(-Infinity);
    expect(thresholdOfShare(gainPercentiles, 0.25)).toBeCloseTo(gainPercentiles[75], 12);
    const between = (gainPercentiles[74] + gainPercentiles[75]) / 2;
    expect(thresholdOfShare(gainPercentiles, 0.255)).toBeCloseTo(between, 12);
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (a, b) => {
          const [low, high] = a < b ? [a, b] : [b, a];
          expect(thresholdOfShare(gainPercentiles, high)).toBeLessThanOrEqual(
            thresholdOfShare(gainPercentiles, low),
          );
        },
      ),
    );
    expect(text.route('x', { strongShare: 0 }).model).toBe('small');
    expect(text.route('x', { strongShare: 1 }).model).toBe('large');
  });

  it('refuses what is not a w or a share', () => {
    for (const w of [-1, NaN, Infinity]) expect(() => text.route('x', { w })).toThrow(RouterInputError);
    for (const strongShare of [-0.1, 1.1, NaN]) {
      expect(() => text.route('x', { strongShare })).toThrow(RouterInputError);
    }
    expect(() => text.route('x', { w: 0, strongShare: 0.5 })).toThrow('not both');
  });
});

describe('a router', () => {
  it('routes a vector: the embedding where the bundle reads one, else the finished features', () => {
    expect(precomputed.route(vector).gain).toBe(precomputed.route({ vector }).gain);
    expect(precomputed.route(Array.from(vector)).gain).toBe(precomputed.route(vector).gain);
    const prompt = 'Name three noble gases.';
    expect(text.route(text.features(prompt)).gain).toBeCloseTo(text.route(prompt).gain, 9);
    expect(both.route({ prompt, vector, columns: { turns: 3 } }).gain).not.toBe(
      both.route({ prompt, vector }).gain,
    );
  });

  it('counts columns that are absent as average, and says so', () => {
    const average = columns.route('Hello');
    expect(average.reason).toContain('Not given, so counted as average: turns, länge, x"y.');
    expect(columns.route('Hello', { columns: { turns: null, unknown: 7 } }).gain).toBe(average.gain);
    const given = columns.route('Hello', { columns: { turns: 9, länge: 1, 'x"y': 2 } });
    expect(given.gain).not.toBe(average.gain);
    expect(given.reason).not.toContain('Not given');
    expect(columns.route({ prompt: 'Hello', columns: { turns: 9, länge: 1, 'x"y': 2 } }).gain).toBe(
      given.gain,
    );
  });

  it('escalates or keeps, as the gain says', () => {
    const decision = cascade.escalate(answer);
    expect(decision.action).toBe(decision.gain > 0.01 ? 'escalate' : 'keep');
    expect(cascade.escalate(answer, { strongShare: 0 })).toMatchObject({ action: 'keep', model: 'small' });
    expect(cascade.escalate(answer, { strongShare: 1 })).toMatchObject({
      action: 'escalate',
      model: 'large',
    });
    expect(cascade.escalate({ ...answer, signals: { judge: -3 } }).gain).not.toBe(decision.gain);
  });

  it('explains itself in one sentence, also as JSON and when printed', () => {
    const decision = text.route('Hello', { w: 0.05 });
    expect(decision.reason).toMatch(
      /^Expected gain -?\d+\.\d{4} of "large" over "small" is (not )?above the threshold 0\.0500 of w = 0\.05\./,
    );
    expect(text.route('Hello', { strongShare: 0.3 }).reason).toContain('of strong share 0.3.');
    expect(text.route('Hello', { strongShare: 1 }).reason).toContain('is above the rule of strong share 1.');
    expect(text.route('Hello').reason).toContain('of the operating point "default".');
    expect(JSON.parse(JSON.stringify(decision))).toEqual({
      model: decision.model,
      gain: decision.gain,
      reason: decision.reason,
    });
  });

  it('says when the features are unlike anything in training', () => {
    const far = Float64Array.from(vector, (x) => 1000 * x);
    expect(precomputed.route(far).reason).toContain('Beware: this is unlike anything in training');
    expect(precomputed.route(new Float64Array(24)).reason).not.toContain('Beware');
  });

  it('is not changed by what the caller does to a vector afterwards', () => {
    const mine = Float64Array.from(vector);
    const { reason } = precomputed.route(vector);
    const decision = precomputed.route(mine);
    mine.fill(1e6);
    expect(decision.reason).toBe(reason);
  });

  it('answers a call that fits the other stage with what to call', () => {
    expect(() => cascade.route('x')).toThrow('call escalate');
    expect(() => text.escalate(answer)).toThrow('call route');
  });

  it.each<[string, () => unknown]>([
    ['no prompt', () => text.route({})],
    ['a number for a prompt', () => untyped(text.route, { prompt: 3 })],
    ['null', () => untyped(text.route, null)],
    ['no vector', () => precomputed.route('Hello')],
    ['a short vector', () => precomputed.route([1, 2])],
    ['a vector of texts', () => untyped(precomputed.route, Array.from(vector, String))],
    ['a vector with NaN', () => precomputed.route(Float64Array.from(vector, (x, i) => (i === 9 ? NaN : x)))],
    [
      'a vector with Infinity',
      () => precomputed.route(Array.from(vector, (x, i) => (i === 9 ? Infinity : x))),
    ],
    ['features with NaN', () => precomputed.features(Array.from(vector, () => NaN))],
    ['a vector too large', () => precomputed.route(Array.from(vector, () => 1.7e308))],
    ['features and a prompt', () => text.route({ prompt: 'x', vector: text.features('x') })],
    ['features of the wrong width', () => text.route([1])],
    ['columns that are not numbers', () => untyped(columns.route, 'x', { columns: { turns: '3' } })],
    ['columns that are a list', () => untyped(columns.route, 'x', { columns: [1] })],
    ['no response', () => cascade.escalate({ prompt: 'x' })],
    ['a signal that is NaN', () => cascade.escalate({ ...answer, signals: { judge: NaN } })],
  ])('refuses %s', (_name, call) => {
    expect(call).toThrow(RouterInputError);
  });

  it('never repeats a prompt in an error', () => {
    try {
      text.route({ prompt: 'secret', vector: [1] });
      expect.unreachable();
    } catch (error) {
      expect(String(error)).not.toContain('secret');
    }
  });
});

/** The configuration file, the names of models, and the splice of the request. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replaceModel } from '../../src/serve/replace-model.ts';
import { readRequestedModel, routerNameOf } from '../../src/serve/requested-model.ts';
import { parseServeConfig } from '../../src/serve/serve-config.ts';
import { createRng } from '../../src/core/rng.ts';
import { createServing } from '../../src/serve/start-serving.ts';
import { testRouter } from './support/serving.ts';

describe('the configuration', () => {
  const environment = { KEY: 'sk-secret: "#x', EMPTY: '' };
  it('is filled from the environment after it has been read', () => {
    const config = parseServeConfig(
      'models:\n  large: {baseUrl: "https://api.example/v1/", apiKey: "${KEY}", headers: {x-org: "a-${KEY}"}}',
      'serve.yaml',
      environment,
    );
    expect(config.models.large).toEqual({
      baseUrl: 'https://api.example/v1',
      apiKey: 'sk-secret: "#x',
      headers: { 'x-org': 'a-sk-secret: "#x' },
    });
    expect(config.limits.maxConcurrent).toBe(512);
  });
  it.each([
    [
      'models: {large: {baseUrl: "${MISSING}"}}',
      /^serve.yaml: models.large.baseUrl names \$\{MISSING\}, which/,
    ],
    ['name: "${EMPTY}"', /names \$\{EMPTY\}/],
    ['models: [', /^serve.yaml, line 1, column \d+: not valid YAML \(/],
    ['models: {large: {baseUrl: "ftp://x"}}', /models.large.baseUrl: /],
    ['models: {large: {baseURL: "http://x"}}', /models.large/],
    ['name: my-router', /no "-"/],
    ['limits: {maxConcurrent: 0}', /limits.maxConcurrent/],
    ['operatingPoint: {w: 1, strongShare: 0.5}', /operatingPoint/],
    ['exploration: {epsilon: 2}', /exploration.epsilon/],
    ['- a\n- b', /the file/],
  ])('%s is refused in one line', (yaml, message) => {
    let said = '';
    try {
      parseServeConfig(yaml, 'serve.yaml', environment);
    } catch (error) {
      said = error instanceof Error ? error.message : '';
    }
    expect(said).toMatch(message);
    expect(said).not.toContain('\n');
  });
  it('never repeats a value: it may be a key', () => {
    const read = () =>
      parseServeConfig('name: 3\nmodels: {large: {baseUrl: "${KEY}"}}', 'serve.yaml', environment);
    expect(read).toThrow(/models.large.baseUrl/);
    expect(read).not.toThrow(/secret/);
  });
  it('must fit the bundle', async () => {
    const start = (yaml: string) =>
      createServing({
        router: testRouter(),
        config: parseServeConfig(yaml, 'serve.yaml', {}),
        ...{
          folder: '.',
          key: null,
          clock: () => 0,
          monotonicMs: () => 0,
          newId: () => '',
          rng: createRng(1),
        },
        note: () => undefined,
      });
    await expect(start('models: {large: {baseUrl: "http://x/v1"}}')).rejects.toThrow('no upstream for small');
    const three =
      'models: {large: {baseUrl: "http://x"}, small: {baseUrl: "http://x"}, huge: {baseUrl: "http://x"}}';
    await expect(start(three)).rejects.toThrow("no model named huge. The bundle's models: large, small.");
    await expect(start('fallback: huge')).rejects.toThrow('fallback');
    await expect(start('log: {decisions: no/such/folder/log.jsonl}')).rejects.toThrow('cannot be written');
  });
});

describe('the name of a model', () => {
  const read = (requested: string) =>
    readRequestedModel(requested, 'support', ['gpt-4', 'router-x'], { w: 0.2 });
  it.each([
    ['auto', { kind: 'routed', choice: { w: 0.2 } }],
    ['support', { kind: 'routed', choice: { w: 0.2 } }],
    ['router-support-0.11593', { kind: 'routed', choice: { w: 0.11593 } }],
    ['router-support-0', { kind: 'routed', choice: { w: 0 } }],
    ['gpt-4', { kind: 'direct', model: 'gpt-4' }],
    ['router-x', { kind: 'direct', model: 'router-x' }],
  ])('%s', (requested, expected) => {
    expect(read(requested)).toEqual(expected);
  });
  it.each([
    'router-support-',
    'router-support-x',
    'router-support--1',
    'router-support-Infinity',
    'router-other-1',
    'GPT-4',
    '',
  ])('"%s" is unknown', (requested) => {
    expect(read(requested).kind).toBe('unknown');
  });
  it('of a bundle has no "-" and no spaces', () => {
    expect(routerNameOf('test: large or small')).toBe('test_large_or_small');
    expect(routerNameOf('a-b–c')).toBe('a_b_c');
    expect(routerNameOf('——')).toBe('router');
  });
});

describe('the splice of the model', () => {
  it('gives the same object with another model, and touches no other byte', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.string(),
        fc.string(),
        fc.integer({ min: 0, max: 3 }),
        (rest, before, after, indent) => {
          const object = { ...rest, model: before };
          const text = JSON.stringify(object, null, indent);
          const changed = replaceModel(Buffer.from(text), after).toString('utf8');
          expect(JSON.parse(changed)).toEqual({ ...JSON.parse(text), model: after });
          expect(changed.length - text.length).toBe(
            JSON.stringify(after).length - JSON.stringify(before).length,
          );
        },
      ),
      { numRuns: 500 },
    );
  });
  it.each([
    ['{"model":"a"}', '{"model":"b"}'],
    [
      '{ "x":{"model":"a"} ,"model"\n:\t"a" , "y":[{"model":"a"}]}',
      '{ "x":{"model":"a"} ,"model"\n:\t"b" , "y":[{"model":"a"}]}',
    ],
    ['{"mod\\u0065l":"a","model":"a"}', '{"mod\\u0065l":"b","model":"b"}'],
    ['{"a":"model","model":"a\\"}"}', '{"a":"model","model":"b"}'],
    ['{"messages":["model",":"],"model":"a"}', '{"messages":["model",":"],"model":"b"}'],
  ])('%s', (before, after) => {
    expect(replaceModel(Buffer.from(before), 'b').toString('utf8')).toBe(after);
  });
});

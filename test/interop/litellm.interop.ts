/** The LiteLLM proxy, started for real with the generated callback, in front of small fake upstreams. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildBundle } from '../../src/export/bundle.ts';
import { parseGolden, type GoldenRow } from '../../src/export/golden.ts';
import { choiceOf } from '../../src/export/parity.ts';
import { makeTrainedRouter } from '../support/trained-router.ts';
import { startLitellm, startOpenai, type LitellmProxy, type OpenaiServer } from './support/litellm-proxy.ts';
import { pythonWith } from './support/programs.ts';
import { embeddingRouter, runtimes } from './support/real-bundles.ts';

const folder = mkdtempSync(join(tmpdir(), 'metarouter-litellm-'));
const python = await pythonWith('litellm', 'numpy');

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const goldenOf = (bundle: string): readonly GoldenRow[] =>
  parseGolden(readFileSync(join(bundle, 'golden.jsonl'), 'utf8'));

describe.runIf(python !== null)('a router that reads texts', () => {
  const bundle = join(folder, 'bundle');
  const upstreams: OpenaiServer[] = [];
  let proxy: LitellmProxy | null = null;

  beforeAll(async () => {
    if (python === null) return;
    await buildBundle(makeTrainedRouter({ kind: 'columns' }), { directory: bundle, runtimes });
    const large = await startOpenai('upstream-of-large');
    const small = await startOpenai('upstream-of-small');
    upstreams.push(large, small);
    proxy = await startLitellm(python, bundle, { large: large.base, small: small.base });
  });

  afterAll(() => {
    proxy?.stop();
    for (const upstream of upstreams) upstream.stop();
  });

  const ask = async (asked: object): Promise<{ status: number; text: string }> =>
    (await proxy?.ask(asked)) ?? { status: 0, text: '' };

  it('sends every golden prompt to the model that the golden file says', async () => {
    const seen = new Set<string>();
    let compared = 0;
    for (const { prompt, columns, expected } of goldenOf(bundle)) {
      for (const decision of expected.decisions) {
        if ((decision.margin ?? 1) <= 1e-5) continue;
        const messages = [
          { role: 'user', content: 'An earlier question that does not count.' },
          { role: 'assistant', content: 'An answer.' },
          { role: 'user', content: [{ type: 'text', text: prompt }] },
        ];
        const metadata = { metarouter: { ...choiceOf(decision), columns } };
        const { status, text } = await ask({ model: 'metarouter', messages, metadata });
        expect(status, text).toBe(200);
        expect(text).toBe(`upstream-of-${decision.model}|${decision.model}`);
        seen.add(decision.model);
        compared++;
      }
    }
    process.stdout.write(`\nLiteLLM: ${String(compared)} requests went to the model of the golden file\n\n`);
    expect(seen).toEqual(new Set(['large', 'small']));
    expect(compared).toBeGreaterThan(200);
  });

  it('leaves requests for other models alone', async () => {
    for (const model of ['large', 'small']) {
      const { text } = await ask({ model, messages: [{ role: 'user', content: 'Hello' }] });
      expect(text).toBe(`upstream-of-${model}|${model}`);
    }
  });

  it('sends what it cannot decide to the anchor', async () => {
    const messages = [{ role: 'user', content: 'Hello' }];
    const { text } = await ask({ model: 'metarouter', messages, metadata: { metarouter: { w: -1 } } });
    expect(text).toBe('upstream-of-small|small');
    const noUser = await ask({ model: 'metarouter', messages: [{ role: 'system', content: 'Be brief.' }] });
    expect(noUser.text).toBe('upstream-of-small|small');
  });
});

describe.runIf(python !== null)('a router that reads an embedding', () => {
  const bundle = join(folder, 'embedding');
  let upstream: OpenaiServer | null = null;
  let proxy: LitellmProxy | null = null;

  beforeAll(async () => {
    if (python === null) return;
    await buildBundle(embeddingRouter(1536), { directory: bundle, runtimes });
    const golden = goldenOf(bundle);
    // "golden 12" is embedded as the vector of that row.
    upstream = await startOpenai('upstream', (text) => golden[Number(/\d+/.exec(text)?.[0])].vector ?? []);
    const { base } = upstream;
    proxy = await startLitellm(python, bundle, { large: base, small: base, embedder: base });
  });

  afterAll(() => {
    proxy?.stop();
    upstream?.stop();
  });

  it('asks the proxy for it, and decides as the golden file says', async () => {
    const seen = new Set<string>();
    for (const [i, { expected }] of goldenOf(bundle).entries()) {
      const [decision] = expected.decisions;
      if ((decision.margin ?? 1) <= 1e-5) continue;
      const messages = [{ role: 'user', content: `golden ${String(i)}` }];
      const metadata = { metarouter: choiceOf(decision) };
      const answer = await proxy?.ask({ model: 'metarouter', messages, metadata });
      expect(answer).toEqual({ status: 200, text: `upstream|${decision.model}` });
      seen.add(decision.model);
    }
    expect(seen).toEqual(new Set(['large', 'small']));
    expect(upstream?.embedded()).toBeGreaterThan(70);
  });
});

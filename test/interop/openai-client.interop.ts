/** The official client of OpenAI against `metarouter serve`: answers, streams, tools, errors, the list of models. */
import { describe, expect, it } from 'vitest';
import { answers, eventsOf, fails, stallsAfter, streams } from '../serve/support/fake-upstream.ts';
import { promptsByModel, serve, testRouter, type TestServing } from '../serve/support/serving.ts';
import { hasPackage, loadPackage } from './support/packages.ts';

const isInstalled = hasPackage('openai');
const KEY = 'a-key-of-sixteen-or-more';
const prompts = promptsByModel(testRouter());

interface Chunk {
  readonly choices: readonly { readonly delta: { readonly content?: string } }[];
}
interface Completion {
  readonly choices: readonly { readonly message: { readonly content: string | null } }[];
  readonly usage: { readonly completion_tokens: number };
}
interface Raw {
  readonly data: Completion;
  readonly response: Response;
}
interface Client {
  readonly chat: {
    readonly completions: {
      readonly create: (body: object) => Promise<Completion & AsyncIterable<Chunk>> & {
        readonly withResponse: () => Promise<Raw>;
      };
    };
  };
  readonly models: { readonly list: () => Promise<{ readonly data: readonly { readonly id: string }[] }> };
}

function client(serving: TestServing, apiKey = KEY): Client {
  const { OpenAI } = loadPackage('openai') as { OpenAI: new (options: object) => Client };
  return new OpenAI({ baseURL: `${serving.url}/v1`, apiKey, maxRetries: 0 });
}

const ask = (content: string, more: object = {}) => ({
  model: 'auto',
  messages: [{ role: 'user', content }],
  ...more,
});

describe.runIf(isInstalled)('the OpenAI client', () => {
  it('gets answers from the model that the bundle chose', async () => {
    const serving = await serve({ key: KEY, large: answers('from large'), small: answers('from small') });
    for (const [model, prompt] of Object.entries(prompts)) {
      const { data, response } = await client(serving).chat.completions.create(ask(prompt)).withResponse();
      expect(data.choices[0].message.content).toBe(`from ${model}`);
      expect(data.usage.completion_tokens).toBe(11);
      expect(response.headers.get('x-metarouter-model')).toBe(model);
    }
  });

  it('reads streams to their end, 50 at a time', async () => {
    const text = 'Grüße 你好 '.repeat(50);
    const serving = await serve({ key: KEY, large: streams(text), small: streams(text) });
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        let got = '';
        const stream = await client(serving).chat.completions.create(
          ask(i % 2 === 0 ? prompts.large : prompts.small, { stream: true }),
        );
        for await (const chunk of stream) got += chunk.choices.at(0)?.delta.content ?? '';
        expect(got).toBe(text);
      }),
    );
  });

  it('sends tools through, and gets what a cascade held', async () => {
    const serving = await serve({
      kind: 'cascade',
      key: KEY,
      small: streams('Well.'),
      large: streams('Well!'),
    });
    const tools = [{ type: 'function', function: { name: 'look_up', parameters: { type: 'object' } } }];
    let got = '';
    const stream = await client(serving).chat.completions.create(ask('Is it?', { stream: true, tools }));
    for await (const chunk of stream) got += chunk.choices.at(0)?.delta.content ?? '';
    expect(got).toMatch(/^Well[.!]$/);
    expect(JSON.parse(serving.small.seen[0].body)).toMatchObject({ tools });
  });

  it('lists the models', async () => {
    const serving = await serve({ key: KEY });
    const { data } = await client(serving).models.list();
    expect(data.map(({ id }) => id)).toEqual(['auto', 'test', 'large', 'small']);
  });

  it.each([
    ['a wrong key', 'AuthenticationError', 401, 'invalid_api_key'],
    ['an unknown model', 'NotFoundError', 404, 'model_not_found'],
    ['overloaded upstreams', 'RateLimitError', 429, 'rate_limited'],
  ] as const)('understands the error of %s', async (what, name, status, code) => {
    const serving = await serve({ key: KEY, large: fails(429), small: fails(429) });
    const asked = client(
      serving,
      what === 'a wrong key' ? 'another-key-of-16-or-more' : KEY,
    ).chat.completions.create(ask('x', what === 'an unknown model' ? { model: 'gpt-17' } : {}));
    const error: unknown = await asked.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ status, code });
    expect((error as Error).constructor.name).toBe(name);
  });

  it('learns from the stream that it was cut', async () => {
    const [first] = eventsOf('0123456789');
    const serving = await serve({ key: KEY, large: stallsAfter(first), config: { limits: { idleMs: 100 } } });
    const stream = await client(serving).chat.completions.create(ask(prompts.large, { stream: true }));
    const read = async (): Promise<void> => {
      for await (const chunk of stream) expect(chunk.choices.length).toBe(1);
    };
    await expect(read()).rejects.toThrow(/nothing more for 100 ms/);
  });
});

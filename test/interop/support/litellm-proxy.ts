/** The LiteLLM proxy of the virtual environment, and small servers that speak as OpenAI does. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { freePort, startProgram } from './start-program.ts';

export interface OpenaiServer {
  readonly base: string;
  /** Texts that were embedded so far. */
  readonly embedded: () => number;
  readonly stop: () => void;
}

/** Answers with its own name and the model that was asked for; embeds where it knows how, else there is no such path. */
export async function startOpenai(
  name: string,
  embed?: (text: string) => readonly number[],
): Promise<OpenaiServer> {
  let embedded = 0;
  const answer = (path: string, body: string): object | null => {
    if (path.endsWith('/embeddings') && embed !== undefined) {
      const { model, input } = JSON.parse(body) as { model: string; input: string[] };
      embedded += input.length;
      const data = input.map((text, index) => ({ object: 'embedding', index, embedding: embed(text) }));
      return { object: 'list', model, data, usage: { prompt_tokens: 1, total_tokens: 1 } };
    }
    // The proxy also looks what models there are.
    if (!path.endsWith('/chat/completions')) return null;
    const { model } = JSON.parse(body) as { model: string };
    const message = { role: 'assistant', content: `${name}|${model}` };
    return {
      ...{ id: 'x', object: 'chat.completion', created: 1, model },
      choices: [{ index: 0, message, finish_reason: 'stop' }],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    };
  };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
    request.on('end', () => {
      const said = answer(request.url ?? '', body);
      response.writeHead(said === null ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(said));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    base: `http://127.0.0.1:${String(port)}/v1`,
    embedded: () => embedded,
    stop: () => server.close(),
  };
}

export interface LitellmProxy {
  readonly ask: (body: object) => Promise<{ status: number; text: string }>;
  readonly stop: () => void;
}

/**
 * Starts the proxy in the folder of a bundle. In the configuration it is said where each model is, as a person fills it in;
 * a model `embedder` is added where there is an upstream of that name, and named in METAROUTER_EMBEDDING_MODEL.
 */
export async function startLitellm(
  python: string,
  bundle: string,
  bases: Readonly<Record<string, string>>,
): Promise<LitellmProxy> {
  // The proxy does not start without one; a new one each time.
  const key = `sk-${randomBytes(32).toString('hex')}`;
  const config = join(bundle, 'litellm/config.yaml');
  const embedder = `model_list:
  - model_name: embedder
    litellm_params: { model: openai/text-embedding-3-small, api_base: "${bases.embedder}", api_key: none }
`;
  const filled = readFileSync(config, 'utf8')
    .replaceAll(
      /model: "openai\/(?<name>\w+)"\n {6}api_base: os\.environ\/METAROUTER_UPSTREAM/g,
      (_line, name: string) => `model: "openai/${name}"\n      api_base: ${bases[name]}`,
    )
    .replace('model_list:\n', 'embedder' in bases ? embedder : 'model_list:\n');
  writeFileSync(config, filled);
  const port = await freePort();
  const url = `http://127.0.0.1:${String(port)}`;
  const { stop } = await startProgram(join(dirname(python), 'litellm'), {
    args: ['--config', 'config.yaml', '--host', '127.0.0.1', '--port', String(port)],
    cwd: join(bundle, 'litellm'),
    env: {
      METAROUTER_UPSTREAM_KEY: 'none',
      LITELLM_MASTER_KEY: key,
      LITELLM_LOCAL_MODEL_COST_MAP: 'True',
      LITELLM_TELEMETRY: 'False',
      ...('embedder' in bases ? { METAROUTER_EMBEDDING_MODEL: 'embedder' } : {}),
    },
    url: `${url}/health/liveliness`,
  });
  return { ask: (body) => askChat(url, key, body), stop };
}

/** The status and the text of the answer, or the whole body where it has none. */
async function askChat(url: string, key: string, body: object): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  const content = /"content":"(?<content>[^"]*)"/.exec(text)?.groups?.content;
  return { status: answer.status, text: content ?? text };
}

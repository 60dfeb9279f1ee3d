/** A small server that speaks /v1/embeddings on loopback: the vector of a text is a hash of it. */
import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';

export interface EmbeddingsRequest {
  readonly model: string;
  readonly input: readonly string[];
  readonly dimensions?: number;
}

export interface EmbeddingsServer {
  readonly baseUrl: string;
  readonly requests: EmbeddingsRequest[];
  readonly keys: (string | undefined)[];
  /** Answers instead of the server where it returns true. */
  interfere: (request: EmbeddingsRequest, response: ServerResponse, count: number) => boolean;
  readonly close: () => Promise<void>;
}

export function vectorOf(text: string, dimension: number): number[] {
  const bytes = createHash('sha512').update(text).digest();
  return Array.from({ length: dimension }, (_, i) => (bytes[i % 64] - 127.5) / 100 + i / 1000);
}

export async function startEmbeddings(dimension = 12): Promise<EmbeddingsServer> {
  const requests: EmbeddingsRequest[] = [];
  const keys: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as EmbeddingsRequest;
      requests.push(body);
      keys.push(request.headers.authorization);
      if (started.interfere(body, response, requests.length)) return;
      const data = body.input.map((text, index) => ({
        ...{ object: 'embedding', index },
        embedding: vectorOf(text, body.dimensions ?? dimension),
      }));
      // Out of order, as the interface allows.
      const document = { data: data.reverse(), usage: { total_tokens: 3 * body.input.length } };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(document));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const started: EmbeddingsServer = {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    keys,
    interfere: () => false,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
  return started;
}

export function refuseWith(
  response: ServerResponse,
  status: number,
  headers: Record<string, string> = {},
): true {
  response.writeHead(status, headers).end('{"error":{"message":"quotes what it was sent"}}');
  return true;
}

import type { Answer } from '../../src/contract/methods.ts';

export const TAB_HEADER = 'x-metarouter-tab';

export interface LoopbackWire {
  readonly post: (path: string, body: unknown) => Promise<Answer<unknown>>;
  readonly get: (path: string) => Promise<Response>;
}

/** Requests with the tab's secret. A host that has ended is answered like any other refusal. */
export function createLoopbackWire(secret: string): LoopbackWire {
  return {
    post: async (path, body) => {
      try {
        const response = await fetch(path, {
          method: 'POST',
          headers: { 'content-type': 'application/json', [TAB_HEADER]: secret },
          body: JSON.stringify(body),
        });
        return toAnswer(await response.json());
      } catch {
        return unreachable;
      }
    },
    get: (path) => fetch(path, { headers: { [TAB_HEADER]: secret } }),
  };
}

const unreachable: Answer<never> = {
  ok: false,
  error: {
    code: 'io',
    message:
      'The application that serves this page does not answer. If it was ended in the terminal, start it again with npm start.',
  },
};

/** The host only ever sends answers; whatever else came is not from it. */
function toAnswer(body: unknown): Answer<unknown> {
  return isAnswer(body) ? body : unreachable;
}

function isAnswer(body: unknown): body is Answer<unknown> {
  return typeof body === 'object' && body !== null && 'ok' in body && ('value' in body || 'error' in body);
}

/** Passes an upstream's answer to the caller, byte for byte, at the caller's pace. */
import { once } from 'node:events';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { errorDocument, passedBack } from './http-reply.ts';
import { UpstreamFailure, type UpstreamAnswer } from './upstream-call.ts';

export type RelayOutcome =
  | { readonly kind: 'complete' }
  /** The upstream failed after its first byte. */
  | { readonly kind: 'cut'; readonly failure: UpstreamFailure }
  /** The caller has gone. */
  | { readonly kind: 'aborted' };

export interface RelayOptions {
  readonly headers: OutgoingHttpHeaders;
  /** Pieces of the answer that were held back. */
  readonly held?: readonly Buffer[];
  /** Aborts when the caller goes away. */
  readonly signal: AbortSignal;
  readonly onChunk: (chunk: Buffer) => void;
}

export async function relay(
  answer: UpstreamAnswer,
  response: ServerResponse,
  { headers, held = [], signal, onChunk }: RelayOptions,
): Promise<RelayOutcome> {
  response.writeHead(answer.status, { ...passedBack(answer.headers), ...headers });
  const write = async (chunk: Buffer): Promise<void> => {
    onChunk(chunk);
    if (!response.write(chunk)) await once(response, 'drain', { signal });
  };
  try {
    for (const chunk of held) await write(chunk);
    for await (const chunk of answer.chunks) await write(chunk);
    response.end();
    return { kind: 'complete' };
  } catch (error) {
    answer.abandon();
    if (signal.aborted) return { kind: 'aborted' };
    if (!(error instanceof UpstreamFailure)) throw error;
    cutOff(response, answer.isEventStream, error);
    return { kind: 'cut', failure: error };
  }
}

/**
 * The caller must not take a part for the whole: an event stream says so in an error event, and the connection ends without
 * the end of the body in either case.
 */
function cutOff(response: ServerResponse, isEventStream: boolean, failure: UpstreamFailure): void {
  const end = (): void => {
    response.socket?.destroySoon();
  };
  if (!isEventStream) {
    end();
    return;
  }
  const document = errorDocument(
    502,
    'upstream_cut',
    `The upstream failed within its answer: ${failure.message}.`,
  );
  response.write(`\n\ndata: ${JSON.stringify(document)}\n\n`, end);
}

/** The headers that say which model answered, and why. */
import type { OutgoingHttpHeaders } from 'node:http';
import type { Exchange } from './exchange.ts';
import { headerText } from './http-reply.ts';

export interface Explanation {
  /** The model whose answer this is, or null. */
  readonly model: string | null;
  readonly action: string;
  readonly reason: string;
  /** Whether a streamed answer was held until it was decided. */
  readonly isHeld?: boolean;
}

/** x-metarouter-id, -model, -action, -reason, -gain and -threshold where there is a decision, -held. */
export function decisionHeaders(
  { id, decision }: Pick<Exchange, 'id' | 'decision'>,
  { model, action, reason, isHeld = false }: Explanation,
): OutgoingHttpHeaders {
  return {
    'x-metarouter-id': id,
    ...(model === null ? {} : { 'x-metarouter-model': headerText(model) }),
    'x-metarouter-action': action,
    ...(decision === null
      ? {}
      : { 'x-metarouter-gain': String(decision.gain), 'x-metarouter-threshold': String(decision.threshold) }),
    'x-metarouter-reason': headerText(reason),
    ...(isHeld ? { 'x-metarouter-held': 'until decided' } : {}),
  };
}

/** What failed before another model answered, in words. */
export function failuresSaid(exchange: Exchange): string {
  const failed = exchange.attempts.filter(({ failure }) => failure !== null);
  if (failed.length === 0) return '';
  return ` Failed before: ${failed.map(({ model, failure }) => `"${model}" (${failure ?? ''})`).join(', ')}.`;
}

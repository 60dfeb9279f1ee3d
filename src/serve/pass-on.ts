/** Gives a model's answer to the caller. */
import { createUsageTap } from './answer-text.ts';
import { noteAnswer, noteFailure, type Answering } from './call-models.ts';
import { decisionHeaders, type Explanation } from './decision-headers.ts';
import type { Exchange, ServeParts } from './exchange.ts';
import { relay } from './relay.ts';

/** Relays an answer and notes how it went. */
export async function passOn(
  parts: ServeParts,
  exchange: Exchange,
  { model, answer }: Answering,
  explanation: Explanation,
  held: readonly Buffer[] = [],
): Promise<void> {
  const tap = createUsageTap(answer.isEventStream);
  exchange.answeredBy = model;
  exchange.firstByteMs = parts.monotonicMs() - exchange.startedMs;
  parts.metrics.firstByteSeconds.observe({ model }, exchange.firstByteMs / 1000);
  parts.metrics.decisions.add({ model, action: explanation.action });
  const outcome = await relay(answer, exchange.response, {
    headers: decisionHeaders(exchange, explanation),
    held,
    signal: exchange.signal,
    onChunk: tap.see,
  });
  exchange.outcome = outcome.kind;
  if (outcome.kind === 'cut') noteFailure(parts, exchange, model, outcome.failure);
  else noteAnswer(parts, exchange, model, tap.usage());
}

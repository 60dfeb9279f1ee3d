/** Asks models in turn until one begins to answer. */
import { UNKNOWN_USAGE, type Usage } from './answer-text.ts';
import type { Exchange, ModelPrice, ServeParts } from './exchange.ts';
import { HttpRefusal } from './http-reply.ts';
import { replaceModel } from './replace-model.ts';
import { UpstreamFailure, type UpstreamAnswer } from './upstream-call.ts';

export interface Answering {
  readonly model: string;
  readonly answer: UpstreamAnswer;
}

/**
 * The first model of the list that sends a byte. The others' failures are noted in the exchange.
 *
 * @throws HttpRefusal 502, or 504 where all were too slow, or 429 where all are overloaded
 */
export async function callModels(
  parts: ServeParts,
  exchange: Exchange,
  order: readonly string[],
): Promise<Answering> {
  const failures: UpstreamFailure[] = [];
  for (const model of order) {
    const upstream = parts.config.models[model];
    const body = replaceModel(exchange.body, upstream.model ?? model);
    try {
      const answer = await parts.calls.call(upstream, body, exchange);
      return { model, answer };
    } catch (error) {
      if (exchange.signal.aborted || !(error instanceof UpstreamFailure)) throw error;
      failures.push(error);
      noteFailure(parts, exchange, model, error);
    }
  }
  throw refusalOf(failures, exchange);
}

export function noteFailure(
  parts: ServeParts,
  exchange: Exchange,
  model: string,
  failure: UpstreamFailure,
): void {
  parts.metrics.failures.add({ model, kind: failure.kind });
  exchange.attempts.push({ model, failure: failure.message, usage: UNKNOWN_USAGE, costUsd: null });
}

/** Counts what an answer took. */
export function noteAnswer(parts: ServeParts, exchange: Exchange, model: string, usage: Usage): void {
  const costUsd = costOf(usage, parts.prices.get(model));
  exchange.attempts.push({ model, failure: null, usage, costUsd });
  const { tokens, costUsd: cost } = parts.metrics;
  if (usage.inputTokens !== null) tokens.add({ model, direction: 'input' }, usage.inputTokens);
  if (usage.outputTokens !== null) tokens.add({ model, direction: 'output' }, usage.outputTokens);
  if (costUsd !== null) cost.add({ model }, costUsd);
}

/** Null where tokens or prices are not known: a part of a cost is not a cost. */
function costOf({ inputTokens, outputTokens }: Usage, price: ModelPrice | undefined): number | null {
  const { inputUsdPerMillion, outputUsdPerMillion } = price ?? {
    inputUsdPerMillion: null,
    outputUsdPerMillion: null,
  };
  if (inputTokens === null || outputTokens === null) return null;
  if (inputUsdPerMillion === null || outputUsdPerMillion === null) return null;
  return (inputTokens * inputUsdPerMillion + outputTokens * outputUsdPerMillion) / 1e6;
}

/** Names every failure of the request, also those of an earlier step of a cascade. */
function refusalOf(failures: readonly UpstreamFailure[], { attempts }: Exchange): HttpRefusal {
  const failed = attempts.filter(({ failure }) => failure !== null);
  const told = failed.map(({ model, failure }) => `"${model}": ${failure ?? ''}`).join('; ');
  const message = `No model could answer. ${told}.`;
  if (failures.every((failure) => failure.status === 429)) {
    const waits = failures.flatMap(({ retryAfter }) => (retryAfter === null ? [] : [retryAfter]));
    const [first] = waits.sort((a, b) => Number(a) - Number(b));
    return new HttpRefusal(429, 'rate_limited', message, waits.length === 0 ? {} : { 'retry-after': first });
  }
  return failures.every((failure) => failure.kind === 'timeout')
    ? new HttpRefusal(504, 'upstream_timeout', message)
    : new HttpRefusal(502, 'upstream_failed', message);
}

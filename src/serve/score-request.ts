/** From a request to a decision, or to the reason why there is none. */
import { RouterInputError } from '../runtime/errors.ts';
import type { NamedNumbers, OperatingChoice } from '../runtime/router.ts';
import type { Decision, Question } from './decider.ts';
import type { Exchange, ServeParts } from './exchange.ts';
import { HttpRefusal } from './http-reply.ts';

export type Scored =
  | { readonly kind: 'decided'; readonly decision: Decision }
  /** Nothing to score: the fallback answers, and says why. */
  | { readonly kind: 'unscored'; readonly reason: string };

const COLUMNS_HEADER = 'x-metarouter-columns';

/** Numbers that come with the prompt, as JSON in a header, so that the body stays the upstream's. */
export function readColumns(exchange: Exchange): NamedNumbers | undefined {
  const text = exchange.headers[COLUMNS_HEADER];
  if (typeof text !== 'string') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new HttpRefusal(400, 'invalid_header', `${COLUMNS_HEADER} must be a JSON object of numbers.`);
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, number]) => {
      if (typeof number === 'number' && Number.isFinite(number)) return [name, number];
      throw new HttpRefusal(400, 'invalid_header', `${COLUMNS_HEADER}: every value must be a finite number.`);
    }),
  );
}

/** Decides about a text; `extra` is what a cascade knows besides. */
export async function scoreRequest(
  parts: ServeParts,
  exchange: Exchange,
  choice: OperatingChoice,
  extra: Pick<Question, 'response' | 'signals'> = {},
): Promise<Scored> {
  const { decider, encode } = parts;
  const text = exchange.prompt;
  if (text === null || (decider.vectorDim !== null && text.trim() === ''))
    return { kind: 'unscored', reason: 'No message of a user has a text to score' };
  const startedMs = parts.monotonicMs();
  let vector: Float64Array | undefined;
  if (decider.vectorDim !== null) {
    if (encode === null)
      return { kind: 'unscored', reason: 'This router needs vectors, and no encoder is configured' };
    try {
      vector = await encode(text, exchange.signal);
    } catch (error) {
      if (exchange.signal.aborted) throw error;
      parts.metrics.failures.add({ model: 'encoder', kind: 'encoder' });
      return { kind: 'unscored', reason: 'The encoder did not give a vector' };
    }
  }
  try {
    const columns = readColumns(exchange);
    const decision = decider.decide({ prompt: text, vector, columns, ...extra }, choice);
    exchange.decision = decision;
    exchange.decideMs += parts.monotonicMs() - startedMs;
    parts.metrics.decideSeconds.observe({}, exchange.decideMs / 1000);
    parts.metrics.gain.observe({}, decision.gain);
    return { kind: 'decided', decision };
  } catch (error) {
    if (!(error instanceof RouterInputError)) throw error;
    throw new HttpRefusal(400, 'cannot_score', error.message);
  }
}

/** Asks the configured scorer how good an answer is. */
import { z } from '../contract/zod.ts';
import type { NamedNumbers } from '../runtime/router.ts';

const scorerAnswer = z.object({ signals: z.record(z.string(), z.number().nullable()) });

export type AnswerScorer = (
  question: { readonly prompt: string; readonly response: string },
  signal: AbortSignal,
) => Promise<NamedNumbers>;

/** POST {prompt, response} → {signals: {name: number}}. Rejects where the scorer does not answer so in time. */
export function createAnswerScorer({
  url,
  timeoutMs,
}: {
  readonly url: string;
  readonly timeoutMs: number;
}): AnswerScorer {
  return async (question, signal) => {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(question),
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      redirect: 'error',
    });
    if (!answer.ok) throw new Error(`The scorer answered HTTP ${answer.status}.`);
    return scorerAnswer.parse(await answer.json()).signals;
  };
}

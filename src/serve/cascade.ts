/** A cascade: the cheap model answers, the answer is held, and the router says whether it will do. */
import type { OperatingChoice } from '../runtime/router.ts';
import { readAnswer, UNKNOWN_USAGE, type AnswerText } from './answer-text.ts';
import { callModels, noteAnswer, noteFailure, type Answering } from './call-models.ts';
import { passOn } from './pass-on.ts';
import { decisionHeaders, failuresSaid, type Explanation } from './decision-headers.ts';
import { messageAnswer } from './expert.ts';
import type { Exchange, ServeParts } from './exchange.ts';
import { HttpRefusal, sendText } from './http-reply.ts';
import { scoreRequest } from './score-request.ts';
import { UpstreamFailure, type UpstreamAnswer } from './upstream-call.ts';

export interface CascadeRequest {
  readonly choice: OperatingChoice;
  readonly isStream: boolean;
}

/** An answer of the cheap model in our hands. */
interface Held {
  readonly answer: UpstreamAnswer;
  readonly pieces: readonly Buffer[];
  /** Null where it was too long to hold: the rest is still to come. */
  readonly read: AnswerText | null;
}

export async function answerInCascade(
  parts: ServeParts,
  exchange: Exchange,
  request: CascadeRequest,
): Promise<void> {
  const { cheap, models } = parts.decider;
  const others = models.filter((name) => name !== cheap);
  const held = await holdCheapAnswer(parts, exchange);
  if (held === null) {
    const answering = await callModels(parts, exchange, others);
    await passOn(parts, exchange, answering, {
      model: answering.model,
      action: 'failover',
      reason: `The cheap model could not answer.${failuresSaid(exchange)}`,
    });
    return;
  }
  const unscored = whyUnscored(held, parts);
  if (unscored !== null || held.read?.text === null || held.read === null) {
    await keep(parts, exchange, held, request, 'keep', unscored ?? 'The answer has no text.');
    return;
  }
  const response = held.read.text;
  const signals = await answerSignals(parts, exchange, response);
  const scored = await scoreRequest(parts, exchange, request.choice, { response, signals });
  if (scored.kind === 'unscored') {
    await keep(parts, exchange, held, request, 'keep', `${scored.reason}: the cheap answer is kept.`);
    return;
  }
  const { decision } = scored;
  switch (decision.action) {
    case 'route':
    case 'keep':
      await keep(parts, exchange, held, request, decision.isExplored ? 'explore' : 'keep', decision.reason);
      return;
    case 'escalate':
      await askOthers(parts, exchange, held, request, {
        order: [decision.model, ...decision.others.filter((name) => name !== cheap)],
        action: decision.isExplored ? 'explore' : 'escalate',
        reason: decision.reason,
      });
      return;
    case 'expert':
      await askExpert(parts, exchange, { held, request, response, others, reason: decision.reason });
      return;
  }
}

/** Null where the cheap model failed: nothing has been said to the caller yet. */
async function holdCheapAnswer(parts: ServeParts, exchange: Exchange): Promise<Held | null> {
  const { cheap } = parts.decider;
  let answering: Answering;
  try {
    answering = await callModels(parts, exchange, [cheap]);
  } catch (error) {
    if (error instanceof HttpRefusal) return null;
    throw error;
  }
  const { answer } = answering;
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for (;;) {
      // Not "for await": leaving that loop early would end the answer, of which the rest may still be wanted.
      const next = await answer.chunks.next();
      if (next.done === true) break;
      pieces.push(next.value);
      bytes += next.value.length;
      if (bytes > parts.config.limits.maxHeldBytes) return { answer, pieces, read: null };
    }
  } catch (error) {
    if (exchange.signal.aborted || !(error instanceof UpstreamFailure)) throw error;
    noteFailure(parts, exchange, cheap, error);
    return null;
  }
  const isAnswer = answer.status === 200;
  const nothing: AnswerText = { text: null, usage: UNKNOWN_USAGE };
  return {
    answer,
    pieces,
    read: isAnswer ? readAnswer(Buffer.concat(pieces), answer.isEventStream) : nothing,
  };
}

/** Why the answer is kept without being scored, or null. */
function whyUnscored({ answer, read }: Held, { config }: ServeParts): string | null {
  if (answer.status !== 200) return `The cheap model's server refused the request (HTTP ${answer.status}).`;
  if (read === null) {
    return `The answer is longer than ${config.limits.maxHeldBytes} bytes, too long to hold: it is kept.`;
  }
  return read.text === null ? 'The answer has no text to score (a tool call, perhaps): it is kept.' : null;
}

async function answerSignals(parts: ServeParts, exchange: Exchange, response: string) {
  const { scoreAnswer } = parts;
  if (scoreAnswer === null || exchange.prompt === null) return undefined;
  try {
    return await scoreAnswer({ prompt: exchange.prompt, response }, exchange.signal);
  } catch (error) {
    if (exchange.signal.aborted) throw error;
    // Absent signals count as the average, and the reason of the decision names them.
    parts.metrics.failures.add({ model: 'signals', kind: 'signals' });
    return undefined;
  }
}

async function keep(
  parts: ServeParts,
  exchange: Exchange,
  held: Held,
  { isStream }: CascadeRequest,
  action: string,
  reason: string,
): Promise<void> {
  const { cheap } = parts.decider;
  const explanation: Explanation = { model: cheap, action, reason, isHeld: isStream };
  await passOn(parts, exchange, { model: cheap, answer: held.answer }, explanation, held.pieces);
}

/** Asks the other models; where none of them answers, the cheap answer is better than none. */
async function askOthers(
  parts: ServeParts,
  exchange: Exchange,
  held: Held,
  request: CascadeRequest,
  next: { readonly order: readonly string[]; readonly action: string; readonly reason: string },
): Promise<void> {
  const { order, action, reason } = next;
  let answering: Answering;
  try {
    answering = await callModels(parts, exchange, order);
  } catch (error) {
    if (!(error instanceof HttpRefusal)) throw error;
    const why = `${reason}${failuresSaid(exchange)} The cheap answer is kept.`;
    await keep(parts, exchange, held, request, 'failover', why);
    return;
  }
  noteAnswer(parts, exchange, parts.decider.cheap, held.read?.usage ?? UNKNOWN_USAGE);
  await passOn(parts, exchange, answering, {
    model: answering.model,
    action: answering.model === order[0] ? action : 'failover',
    reason: reason + failuresSaid(exchange),
    isHeld: request.isStream,
  });
}

interface ExpertCase {
  readonly held: Held;
  readonly request: CascadeRequest;
  readonly response: string;
  readonly others: readonly string[];
  readonly reason: string;
}

async function askExpert(
  parts: ServeParts,
  exchange: Exchange,
  { held, request, response, others, reason }: ExpertCase,
): Promise<void> {
  const { decider, queue, config } = parts;
  const { cheap, models } = decider;
  if (exchange.prompt !== null && queue !== null) {
    queue.file({ id: exchange.id, prompt: exchange.prompt, models, responses: { [cheap]: response } });
  }
  const filed = queue === null ? 'no queue is configured' : 'filed for an expert';
  const why = `${reason} (${filed})`;
  const answer = config.expert?.answer ?? 'cheap';
  if (answer === 'cheap') {
    await keep(parts, exchange, held, request, 'expert', why);
    return;
  }
  if (answer === 'strong') {
    await askOthers(parts, exchange, held, request, { order: others, action: 'expert', reason: why });
    return;
  }
  noteAnswer(parts, exchange, cheap, held.read?.usage ?? UNKNOWN_USAGE);
  const explanation = { model: null, action: 'expert', reason: why, isHeld: request.isStream };
  const text = config.expert?.message ?? '';
  const { type, body } = messageAnswer(text, {
    id: exchange.id,
    model: parts.routerName,
    createdMs: parts.clock(),
    isStream: request.isStream,
  });
  parts.metrics.decisions.add({ model: 'expert', action: 'expert' });
  exchange.outcome = 'complete';
  sendText(exchange.response, 200, type, body, decisionHeaders(exchange, explanation));
}

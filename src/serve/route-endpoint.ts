/** POST /v1/route: decides, and asks no model. POST /v1/feedback: how an answer turned out. */
import { z } from '../contract/zod.ts';
import { RouterInputError } from '../runtime/errors.ts';
import type { OperatingChoice } from '../runtime/router.ts';
import { roundMs } from './decision-log.ts';
import type { ServeParts } from './exchange.ts';
import { HttpRefusal } from './http-reply.ts';
import { readRequestedModel } from './requested-model.ts';
import { scoredText } from './scored-text.ts';

const numbers = z.record(z.string(), z.number().nullable());

const routeRequest = z.strictObject({
  prompt: z.string().optional(),
  messages: z.array(z.unknown()).min(1).optional(),
  vector: z.array(z.number()).optional(),
  response: z.string().optional(),
  signals: numbers.optional(),
  columns: numbers.optional(),
  /** As in chat completions; or w, or strongShare; none: the operating point of the server. */
  model: z.string().optional(),
  w: z.number().min(0).optional(),
  strongShare: z.number().min(0).max(1).optional(),
});

const feedbackRequest = z.strictObject({
  id: z.string().min(1).max(200),
  score: z.number().min(0).max(1),
});

function parseBody<T>(body: Buffer, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new HttpRefusal(400, 'invalid_json', 'The body is not valid JSON in UTF-8.');
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) => `${issue.path.length === 0 ? 'the body' : issue.path.join('.')}: ${issue.message}`,
  );
  throw new HttpRefusal(400, 'invalid_request', problems.join('; '));
}

type RouteRequest = z.output<typeof routeRequest>;

function choiceOf(parts: ServeParts, { model, w, strongShare }: RouteRequest): OperatingChoice {
  const given = [model, w, strongShare].filter((value) => value !== undefined);
  if (given.length > 1) {
    throw new HttpRefusal(400, 'invalid_request', 'Give one of model, w and strongShare.');
  }
  if (w !== undefined) return { w };
  if (strongShare !== undefined) return { strongShare };
  if (model === undefined) return parts.standard;
  const requested = readRequestedModel(model, parts.routerName, [], parts.standard);
  if (requested.kind === 'routed') return requested.choice;
  const why = requested.kind === 'unknown' ? ` ${requested.why}` : '';
  throw new HttpRefusal(404, 'model_not_found', `There is no such router here.${why}`);
}

function promptOf({ prompt, messages }: RouteRequest): string | undefined {
  if (prompt !== undefined && messages !== undefined) {
    throw new HttpRefusal(400, 'invalid_request', 'Give prompt or messages, not both.');
  }
  return messages === undefined ? prompt : (scoredText(messages) ?? undefined);
}

async function encodeIfNeeded(
  { decider, encode }: ServeParts,
  prompt: string | undefined,
  vector: readonly number[] | undefined,
  signal: AbortSignal,
): Promise<ArrayLike<number> | undefined> {
  if (vector !== undefined || decider.vectorDim === null || encode === null) return vector;
  if (prompt === undefined || prompt.trim() === '') return undefined;
  try {
    return await encode(prompt, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    throw new HttpRefusal(502, 'encoder_failed', 'The encoder did not give a vector.');
  }
}

/** What the router decides, with the id under which feedback may come. */
export async function answerRoute(
  parts: ServeParts,
  body: Buffer,
  { signal, startedMs }: { readonly signal: AbortSignal; readonly startedMs: number },
): Promise<unknown> {
  const request = parseBody(body, routeRequest);
  const choice = choiceOf(parts, request);
  const prompt = promptOf(request);
  const { response, signals, columns } = request;
  const vector = await encodeIfNeeded(parts, prompt, request.vector, signal);
  const beforeMs = parts.monotonicMs();
  try {
    const decision = parts.decider.decide({ prompt, vector, response, signals, columns }, choice);
    const now = parts.monotonicMs();
    const id = parts.newId();
    parts.metrics.decideSeconds.observe({}, (now - beforeMs) / 1000);
    parts.metrics.gain.observe({}, decision.gain);
    parts.metrics.decisions.add({ model: decision.model, action: decision.action });
    const { model, action, gain, threshold, propensity, isExplored, reason } = decision;
    parts.log.decision(
      {
        time: new Date(parts.clock()).toISOString(),
        id,
        router: parts.routerName,
        bundleId: parts.bundleId,
        stage: parts.decider.stage,
        ...{ model, answeredBy: null, action, gain, threshold, propensity, isExplored },
        latencyMs: { decide: roundMs(now - beforeMs), firstByte: null, total: roundMs(now - startedMs) },
        outcome: 'decided',
        attempts: [],
        costUsd: null,
      },
      prompt ?? null,
    );
    return { id, router: parts.routerName, model, action, gain, threshold, propensity, isExplored, reason };
  } catch (error) {
    if (!(error instanceof RouterInputError)) throw error;
    throw new HttpRefusal(400, 'cannot_score', error.message);
  }
}

export function takeFeedback(parts: ServeParts, body: Buffer): unknown {
  if (parts.config.log === undefined) {
    throw new HttpRefusal(501, 'no_log', 'Feedback goes to the decision log: name one as log.decisions.');
  }
  const { id, score } = parseBody(body, feedbackRequest);
  parts.log.feedback({ time: new Date(parts.clock()).toISOString(), id, score });
  return { id, recorded: true };
}

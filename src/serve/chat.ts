/** POST /v1/chat/completions. */
import { callModels } from './call-models.ts';
import { answerInCascade } from './cascade.ts';
import { failuresSaid } from './decision-headers.ts';
import type { Exchange, ServeParts } from './exchange.ts';
import { HttpRefusal } from './http-reply.ts';
import { passOn } from './pass-on.ts';
import { readRequestedModel } from './requested-model.ts';
import { scoredText } from './scored-text.ts';
import { scoreRequest } from './score-request.ts';

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

interface ChatRequest {
  readonly model: string;
  readonly messages: readonly unknown[];
  readonly isStream: boolean;
}

/** Looks at what routing needs; everything else is for the upstream to judge. */
function readChatRequest(body: Buffer): ChatRequest {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new HttpRefusal(400, 'invalid_json', 'The body is not valid JSON in UTF-8.');
  }
  if (!isRecord(value)) throw new HttpRefusal(400, 'invalid_request', 'The body must be a JSON object.');
  const { model, messages, stream } = value;
  if (typeof model !== 'string') {
    throw new HttpRefusal(400, 'invalid_request', 'model must be a string, such as "auto".');
  }
  if (!Array.isArray(messages) || messages.length === 0) {
    throw new HttpRefusal(400, 'invalid_request', 'messages must be a list of at least one message.');
  }
  return { model, messages, isStream: stream === true };
}

export async function answerChat(parts: ServeParts, exchange: Exchange): Promise<void> {
  const { decider, routerName, standard, fallback } = parts;
  const { model, messages, isStream } = readChatRequest(exchange.body);
  if (Object.keys(parts.config.models).length === 0) {
    throw new HttpRefusal(
      501,
      'decide_only',
      'This server only decides (POST /v1/route): it was started without models in its configuration.',
    );
  }
  const requested = readRequestedModel(model, routerName, decider.models, standard);
  if (requested.kind === 'unknown') {
    throw new HttpRefusal(404, 'model_not_found', `There is no such model here. ${requested.why}`);
  }
  if (requested.kind === 'direct') {
    const answering = await callModels(parts, exchange, [requested.model]);
    await passOn(parts, exchange, answering, {
      model: requested.model,
      action: 'direct',
      reason: 'The request names this model.',
    });
    return;
  }
  exchange.isRouted = true;
  exchange.prompt = scoredText(messages);
  if (decider.stage === 'cascade') {
    await answerInCascade(parts, exchange, { choice: requested.choice, isStream });
    return;
  }
  const scored = await scoreRequest(parts, exchange, requested.choice);
  const chosen = scored.kind === 'decided' ? scored.decision.model : fallback;
  const others =
    scored.kind === 'decided' ? scored.decision.others : decider.models.filter((name) => name !== chosen);
  const answering = await callModels(parts, exchange, [chosen, ...others]);
  const reason =
    scored.kind === 'decided'
      ? scored.decision.reason
      : `${scored.reason}: the fallback "${fallback}" answers.`;
  const action = scored.kind === 'decided' ? routedAction(scored.decision.isExplored) : 'unscored';
  await passOn(parts, exchange, answering, {
    model: answering.model,
    action: answering.model === chosen ? action : 'failover',
    reason: reason + failuresSaid(exchange),
  });
}

function routedAction(isExplored: boolean): string {
  return isExplored ? 'explore' : 'route';
}

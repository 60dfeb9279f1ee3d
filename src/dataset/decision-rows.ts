/**
 * The decision log of `metarouter serve` (docs/serve.md) as rows: what a policy chose with which probability, and the
 * feedback on it. A line of feedback names its decision by id, so that lines are read in their order.
 */
import { NO_NOTES } from './canonical.ts';
import type { CanonicalDecision, CanonicalPrompt, CanonicalRow, CanonicalSource } from './canonical.ts';
import {
  optionalName,
  optionalNumber,
  optionalString,
  requiredString,
  requireInScale,
  requireName,
  requireNumber,
  requireOneOf,
  RowError,
} from './fields.ts';
import type { JsonObject } from './fields.ts';
import { normHash } from './normalise.ts';

const LOG_VERSION = 1;
const KINDS = ['decision', 'feedback'] as const;
const STAGES = ['route', 'cascade'] as const;
const FEEDBACK: CanonicalSource = { name: 'feedback', kind: 'crowd', scale: { lo: 0, hi: 1 } };

/** What a later line of feedback is about. */
interface Decided {
  readonly prompt: CanonicalPrompt;
  readonly model: string;
}

/** Reads the lines of one log, in their order. It keeps every decision of the file in memory, for the feedback on it. */
export function createDecisionReader(): (row: JsonObject) => CanonicalRow {
  const decided = new Map<string, Decided>();
  return (row) => {
    const version = requireNumber(row['version'], 'version');
    if (version !== LOG_VERSION) {
      throw new RowError('version', `expected ${LOG_VERSION}, found another: a newer program wrote it`);
    }
    const kind = requireOneOf(row['kind'], 'kind', KINDS);
    if (kind === 'feedback') return readFeedback(row, decided);
    const { prompt, decision, tokens, costUsd } = readDecision(row);
    const model = decision.answeredBy ?? decision.model;
    decided.set(decision.id, { prompt, model });
    const response = {
      ...{ model, text: null, previousText: null, chars: null, isTruncated: null },
      ...{ inputTokens: tokens.input, outputTokens: tokens.output, costUsd },
    };
    return {
      ...EMPTY,
      prompt,
      models: [...new Set([decision.model, model])],
      responses: decision.answeredBy === null ? [] : [response],
      decision,
    };
  };
}

const EMPTY = { responses: [], gold: [], scores: [], verdicts: [], vector: null, notes: NO_NOTES } as const;

function readFeedback(row: JsonObject, decided: ReadonlyMap<string, Decided>): CanonicalRow {
  const id = requireName(row['id'], 'id');
  const known = decided.get(id);
  if (known === undefined) {
    throw new RowError(
      'id',
      'feedback on a decision that is not above in the file; put the logs together, oldest first',
    );
  }
  const score = requireNumber(row['score'], 'score');
  requireInScale(score, FEEDBACK.scale, 'score');
  return {
    ...EMPTY,
    prompt: known.prompt,
    models: [known.model],
    scores: [{ source: FEEDBACK, model: known.model, vote: '', score }],
  };
}

interface DecisionRow {
  readonly prompt: CanonicalPrompt;
  readonly decision: CanonicalDecision;
  readonly tokens: { readonly input: number | null; readonly output: number | null };
  readonly costUsd: number | null;
}

function readDecision(row: JsonObject): DecisionRow {
  const id = requireName(row['id'], 'id');
  const router = requireName(row['router'], 'router');
  const propensity = requireNumber(row['propensity'], 'propensity');
  if (!(propensity > 0 && propensity <= 1)) {
    throw new RowError('propensity', 'expected a number above 0 and at most 1, found another');
  }
  const decidedMs = Date.parse(requiredString(row, 'time'));
  if (Number.isNaN(decidedMs)) throw new RowError('time', 'expected an ISO 8601 time, found another string');
  const decision: CanonicalDecision = {
    ...{ id, router, propensity, decidedMs },
    bundleId: requireName(row['bundleId'], 'bundleId'),
    stage: requireOneOf(row['stage'], 'stage', STAGES),
    model: requireName(row['model'], 'model'),
    answeredBy: optionalName(row, 'answeredBy'),
    action: requireName(row['action'], 'action'),
    isExplored: row['isExplored'] === true,
    gain: optionalNumber(row, 'gain'),
    threshold: optionalNumber(row, 'threshold'),
    costUsd: optionalNumber(row, 'costUsd'),
  };
  return { prompt: readPrompt(row, id, router), decision, ...readAttempt(row, decision.answeredBy) };
}

/** The text only where it was logged; the hash ties the prompt to the same one elsewhere in either case. */
function readPrompt(row: JsonObject, externalId: string, router: string): CanonicalPrompt {
  const text = optionalString(row, 'prompt') ?? '';
  const dataset = `decisions ${router}`.slice(0, 200);
  const logged = optionalString(row, 'promptHash');
  if (logged !== null && !/^[0-9a-f]{16}$/.test(logged)) {
    throw new RowError('promptHash', 'expected 16 hexadecimal digits, found another string');
  }
  const ownHash = normHash({ text, dataset, externalId });
  return {
    ...{ dataset, externalId, text, normHash: text.trim() === '' ? (logged ?? ownHash) : ownHash },
    ...{ split: null, category: null, language: null, turn: null, reference: null, covariates: [] },
  };
}

/** Tokens and cost of the answer that was given: of the last call of its model. */
function readAttempt(row: JsonObject, answeredBy: string | null): Pick<DecisionRow, 'tokens' | 'costUsd'> {
  const attempts: readonly unknown[] = Array.isArray(row['attempts']) ? row['attempts'] : [];
  const answer = attempts.findLast(
    (each): each is JsonObject => isObject(each) && each['model'] === answeredBy,
  );
  const usage = answer !== undefined && isObject(answer['usage']) ? answer['usage'] : {};
  return {
    tokens: { input: optionalNumber(usage, 'inputTokens'), output: optionalNumber(usage, 'outputTokens') },
    costUsd: answer === undefined ? null : optionalNumber(answer, 'costUsd'),
  };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

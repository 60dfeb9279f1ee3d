import { optionalString, RowError } from '../fields.ts';
import type { JsonObject } from '../fields.ts';
import { has, type ForeignFormat } from './format.ts';

/**
 * The wide table of RouterBench (arXiv 2403.12031): a verified score from 0 to 1, a response and a cost in USD for each
 * model; `eval_name` is the benchmark a prompt is from.
 */
export const ROUTER_BENCH: ForeignFormat = {
  matches: (fields) =>
    has(fields, 'sample_id', 'prompt', 'eval_name') && fields.some((name) => name.endsWith(COST)),
  read: (record) => {
    const models = Object.keys(record)
      .filter((name) => name.endsWith(COST) || name.endsWith(RESPONSE))
      .map((name) => name.slice(0, name.lastIndexOf('|')))
      .filter((name, i, all) => all.indexOf(name) === i && Object.hasOwn(record, name));
    return {
      prompt_id: optionalString(record, 'sample_id'),
      prompt: unwrap(optionalString(record, 'prompt') ?? ''),
      category: optionalString(record, 'eval_name'),
      models,
      responses: pick(models, (model) => unwrap(text(record, model + RESPONSE))),
      cost: pick(models, (model) => number(record, model + COST)),
      gold_kind: 'verifiable',
      gold_scale: [0, 1],
      gold: pick(models, (model) => number(record, model)),
    };
  },
};

const RESPONSE = '|model_response';
const COST = '|total_cost';

function pick<T>(models: readonly string[], value: (model: string) => T): Readonly<Record<string, T>> {
  return Object.fromEntries(models.map((model) => [model, value(model)]));
}

function text(record: JsonObject, field: string): string | null {
  return optionalString(record, field);
}

/** Texts are sometimes lists of one text, as JSON. */
function unwrap<T extends string | null>(value: T): T | string {
  if (value === null || !value.startsWith('["') || !value.endsWith('"]')) return value;
  try {
    const list: unknown = JSON.parse(value);
    return Array.isArray(list) && list.every((item) => typeof item === 'string') ? list.join('\n\n') : value;
  } catch {
    return value;
  }
}

/** A number, also as the text of a cell; null where the cell is empty. */
function number(record: JsonObject, field: string): number | null {
  const value = record[field];
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'boolean') return Number(value);
  const parsed = typeof value === 'string' ? Number(value.trim() === '' ? Number.NaN : value) : value;
  if (typeof parsed !== 'number' || !Number.isFinite(parsed))
    throw new RowError(field, 'a finite number', value);
  return parsed;
}

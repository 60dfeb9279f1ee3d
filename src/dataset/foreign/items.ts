import { isJsonObject, optionalName, RowError } from '../fields.ts';
import type { JsonObject } from '../fields.ts';
import type { GradeEntry, JudgementEntry, WideRow } from '../wide-json.ts';

/**
 * Annotation tools show one item at a time: a pair of responses, or a single one. A row of ours is cut into such items, and
 * put together again when they come back.
 */
export interface Item {
  readonly modelA: string;
  readonly modelB: string | null;
  readonly grades: readonly GradeEntry[];
  readonly judgements: readonly JudgementEntry[];
}

/**
 * One item for each pair or response that something is said about; where nothing is, one for the first two models. Models
 * that are in none of them have an item each, so that nothing of a row is lost.
 */
export function itemsOf(row: WideRow): readonly Item[] {
  const items = new Map<
    string,
    { modelA: string; modelB: string | null; grades: GradeEntry[]; judgements: JudgementEntry[] }
  >();
  const itemOf = (modelA: string, modelB: string | undefined) => {
    const key = JSON.stringify([modelA, modelB]);
    const item = items.get(key) ?? { modelA, modelB: modelB ?? null, grades: [], judgements: [] };
    items.set(key, item);
    return item;
  };
  for (const entry of row.grades ?? []) itemOf(entry.model_a, entry.model_b).grades.push(entry);
  for (const entry of row.judgements ?? []) itemOf(entry.model_a, entry.model_b).judgements.push(entry);
  const [first, second] = row.models.slice(0, 2);
  if (items.size === 0 && row.models.length > 0) itemOf(first, row.models.length > 1 ? second : undefined);
  const shown = new Set([...items.values()].flatMap(({ modelA, modelB }) => [modelA, modelB]));
  for (const model of Object.keys(row.responses ?? {})) if (!shown.has(model)) itemOf(model, undefined);
  return [...items.values()];
}

/** A name or a number that another program tells things apart by; null for anything else. */
export function idText(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Fields of a row that an item shows: everything else of it travels as its facts. */
const SHOWN: ReadonlySet<string> = new Set(['prompt', 'responses', 'grades', 'judgements', 'rubrics']);

/** What is known of a prompt and its responses besides what an item shows. */
export function factsOf(row: WideRow): JsonObject {
  return Object.fromEntries(
    Object.entries(row).filter(([field, value]) => !SHOWN.has(field) && value !== undefined),
  );
}

/** The facts of an item that came back; none where another program made it. */
export function readFacts(value: unknown): JsonObject {
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(Object.entries(value).filter(([field]) => !SHOWN.has(field)));
}

/** The names of an item's models; `names` stand in where it has none. */
export function readItemModels(
  data: JsonObject,
  isPair: boolean,
  names: readonly [string, string],
): { readonly modelA: string; readonly modelB: string | null } {
  const modelA = optionalName(data, 'model_a') ?? names[0];
  const modelB = isPair ? (optionalName(data, 'model_b') ?? names[1]) : null;
  if (modelA === modelB) throw new RowError('model_b', 'expected another model than model_a, found the same');
  return { modelA, modelB };
}

/** An entry's fields that have no place of their own in an annotation tool. */
export function restOf(entry: GradeEntry | JudgementEntry, taken: readonly string[]): JsonObject {
  return Object.fromEntries(
    Object.entries(entry).filter(([field, value]) => !taken.includes(field) && value !== undefined),
  );
}

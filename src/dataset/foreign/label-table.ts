import { isJsonObject, RowError } from '../fields.ts';
import type { JsonObject } from '../fields.ts';
import { responseText, type GradeEntry, type JudgementEntry, type WideRow } from '../wide-json.ts';
import { restoreCell } from '../formula-cells.ts';
import { has, type ForeignFormat, type Written } from './format.ts';
import { factsOf, itemsOf, restOf } from './items.ts';

/**
 * One judgement a row, for spreadsheets and data frames (CSV, Parquet): `by` says whether it is gold or a source's, `who`
 * which rater or source; a prompt that nobody judged is a row without `by`. What has no column of its own is JSON in
 * `facts_json` (the prompt) and `rest_json` (the judgement).
 */
export const TABLE_COLUMNS = [
  { name: 'dataset', type: 'text' },
  { name: 'prompt_id', type: 'text' },
  { name: 'split', type: 'text' },
  { name: 'category', type: 'text' },
  { name: 'language', type: 'text' },
  { name: 'prompt', type: 'text' },
  { name: 'model_a', type: 'text' },
  { name: 'response_a', type: 'text' },
  { name: 'model_b', type: 'text' },
  { name: 'response_b', type: 'text' },
  { name: 'by', type: 'text' },
  { name: 'who', type: 'text' },
  { name: 'verdict', type: 'text' },
  { name: 'score_a', type: 'number' },
  { name: 'score_b', type: 'number' },
  { name: 'scale_lo', type: 'number' },
  { name: 'scale_hi', type: 'number' },
  { name: 'strength', type: 'number' },
  { name: 'comment', type: 'text' },
  { name: 'facts_json', type: 'text' },
  { name: 'rest_json', type: 'text' },
] as const;

export type TableColumn = (typeof TABLE_COLUMNS)[number]['name'];
type Cell = string | number | null;
type TableRow = Readonly<Record<TableColumn, Cell>>;

export const LABEL_TABLE: ForeignFormat = {
  matches: (fields) => has(fields, 'prompt_id', 'by', 'who', 'facts_json', 'rest_json'),
  readCell: restoreCell,
  read: (record) => {
    const text = (column: TableColumn): string | null => {
      const value = record[column];
      if (value === undefined || value === null) return null;
      if (typeof value !== 'string') throw new RowError(column, 'a text', value);
      return value;
    };
    const modelA = text('model_a');
    const modelB = text('model_b');
    const facts = json(text('facts_json'), 'facts_json');
    const by = text('by') ?? '';
    const said = {
      ...json(text('rest_json'), 'rest_json'),
      model_a: modelA,
      ...optional('model_b', modelB),
      ...optional('verdict', text('verdict')),
      ...optional('score_a', number(record, 'score_a')),
      ...optional('score_b', number(record, 'score_b')),
      ...optional('strength', number(record, 'strength')),
      ...optional('scale', scaleOf(record)),
    };
    const who = text('who');
    const comment = text('comment');
    if (!['', 'gold', 'source'].includes(by))
      throw new RowError('by', 'expected gold or source, found another text');
    return {
      ...facts,
      prompt_id: text('prompt_id'),
      ...optional('source', text('dataset')),
      ...optional('split', text('split')),
      ...optional('category', text('category')),
      ...optional('lang', text('language')),
      prompt: text('prompt'),
      responses: Object.fromEntries(
        [
          [modelA, text('response_a')],
          [modelB, text('response_b')],
        ].filter(([model]) => model !== null),
      ),
      ...(by === 'gold'
        ? { grades: [{ ...said, ...optional('rater', who), ...optional('comment', comment) }] }
        : {}),
      ...(by === 'source' ? { judgements: [{ ...said, judge: who }] } : {}),
    };
  },
};

function optional(field: string, value: unknown): JsonObject {
  return value === null || value === undefined ? {} : { [field]: value };
}

function number(record: JsonObject, column: TableColumn): number | null {
  const value = record[column];
  if (value === undefined || value === null) return null;
  const parsed = typeof value === 'string' ? Number(value) : value;
  if (typeof parsed !== 'number' || !Number.isFinite(parsed))
    throw new RowError(column, 'a finite number', value);
  return parsed;
}

function scaleOf(record: JsonObject): readonly [number, number] | null {
  const lo = number(record, 'scale_lo');
  const hi = number(record, 'scale_hi');
  return lo === null || hi === null ? null : [lo, hi];
}

function json(text: string | null, column: TableColumn): JsonObject {
  if (text === null) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (isJsonObject(value)) return value;
  } catch {
    // Told below, without the content.
  }
  throw new RowError(column, 'expected a JSON object, found other text');
}

/** The rows of one prompt. */
export function writeLabelTable(row: WideRow): Written {
  const rows: readonly TableRow[] = itemsOf(row).flatMap((item) => {
    const base: TableRow = {
      dataset: row.source ?? null,
      prompt_id: row.prompt_id,
      split: row.split ?? null,
      category: row.category ?? null,
      language: row.lang ?? null,
      prompt: row.prompt,
      model_a: item.modelA,
      response_a: responseText(row, item.modelA),
      model_b: item.modelB,
      response_b: responseText(row, item.modelB),
      by: null,
      who: null,
      verdict: null,
      score_a: null,
      score_b: null,
      scale_lo: null,
      scale_hi: null,
      strength: null,
      comment: null,
      facts_json: jsonOf(restOfFacts(factsOf(row))),
      rest_json: null,
    };
    const judged = [
      ...item.grades.map((entry) => ({
        ...said(entry, [...SAID, 'rater', 'comment']),
        by: 'gold',
        who: entry.rater ?? null,
        comment: entry.comment ?? null,
      })),
      ...item.judgements.map((entry) => ({
        ...said(entry, [...SAID, 'judge']),
        by: 'source',
        who: entry.judge,
      })),
    ];
    return judged.length === 0 ? [base] : judged.map((entry) => ({ ...base, ...entry }));
  });
  return { records: rows.map((cells) => ({ ...cells })), leftOut: {} };
}

const SAID = ['model_a', 'model_b', 'verdict', 'score_a', 'score_b', 'strength', 'scale'];
const COLUMN_FACTS: ReadonlySet<string> = new Set(['source', 'prompt_id', 'split', 'category', 'lang']);

function restOfFacts(facts: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(facts).filter(([field]) => !COLUMN_FACTS.has(field)));
}

function said(entry: GradeEntry | JudgementEntry, taken: readonly string[]) {
  const { verdict, score_a: scoreA, score_b: scoreB, strength, scale } = entry;
  return {
    verdict: verdict ?? null,
    score_a: scoreA ?? null,
    score_b: scoreB ?? null,
    scale_lo: scale?.[0] ?? null,
    scale_hi: scale?.[1] ?? null,
    strength: strength ?? null,
    rest_json: jsonOf(restOf(entry, taken)),
  };
}

function jsonOf(value: JsonObject): string | null {
  return Object.keys(value).length === 0 ? null : JSON.stringify(value);
}

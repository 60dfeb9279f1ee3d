import type { Column } from './columns.ts';

/** A mapping as a person would write it, to begin with: what the names of the columns suggest. */
export type ProposedMapping = Readonly<Record<string, unknown>>;

const PROMPT_FIELDS = {
  promptId: ['prompt_id', 'promptid', 'question_id', 'example_id', 'id', 'uid', 'idx', 'index'],
  prompt: ['prompt', 'question', 'instruction', 'query', 'input', 'text', 'user'],
  dataset: ['dataset', 'source_dataset', 'benchmark'],
  split: ['split', 'set', 'partition'],
  category: ['category', 'topic', 'domain', 'subject', 'task', 'type'],
  language: ['language', 'lang', 'locale'],
  reference: ['reference', 'reference_answer', 'answer_key', 'ground_truth', 'target'],
} as const;

const RESPONSE =
  /^(?:response|answer|output|completion|generation)s?[._\s-]?(.+)$|^(.+)[._\s-](?:response|answer|output|completion)$/i;
const GOLD = /^(?:gold|expert|human|label|grade)[._\s-]?(?:score|grade|rating|label)?[._\s-](.+)$/i;
const VERDICT = /^(?:winner|preference|preferred|verdict|choice|vote)$/i;

/**
 * Proposes which column is what, by names that are common and, for verdicts, by values. It is a proposal: a person confirms
 * it beside the first rows. A column is used once.
 */
export function proposeMapping(columns: readonly Column[]): ProposedMapping {
  const names = columns.map((column) => column.name);
  const taken = new Set<string>();
  const take = (name: string): string => {
    taken.add(name);
    return name;
  };
  const promptColumns: Record<string, string> = {};
  for (const [field, candidates] of Object.entries(PROMPT_FIELDS)) {
    const found = candidates
      .map((candidate) => names.find((name) => !taken.has(name) && simple(name) === candidate))
      .find((name) => name !== undefined);
    if (found !== undefined) promptColumns[field] = take(found);
  }
  const responses = modelColumns(names, RESPONSE, taken);
  const models = Object.keys(responses);
  const goldColumns = modelColumns(names, GOLD, taken, models);
  const verdict = columns.find((column) => !taken.has(column.name) && VERDICT.test(column.name));
  return {
    columns: promptColumns,
    responses,
    ...(Object.keys(goldColumns).length === 0
      ? {}
      : { gold: { judgement: { as: 'scores', columns: goldColumns } } }),
    sources:
      verdict === undefined || models.length !== 2
        ? []
        : [{ name: verdict.name, kind: 'crowd', judgement: proposeVerdict(verdict, models) }],
  };
}

function simple(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s.-]+/g, '_');
}

function modelColumns(
  names: readonly string[],
  pattern: RegExp,
  taken: Set<string>,
  models?: readonly string[],
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of names) {
    const match = taken.has(name) ? null : pattern.exec(name);
    const model = match?.[1] ?? match?.[2];
    if (model === undefined || Object.hasOwn(found, model)) continue;
    if (models !== undefined && !models.includes(model)) continue;
    found[model] = name;
    taken.add(name);
  }
  return found;
}

/** The words of a verdict that name the first model, the second and a tie. */
function proposeVerdict(column: Column, models: readonly string[]): Readonly<Record<string, unknown>> {
  const [a = 'a', b = 'b'] = models;
  const values = {
    a: ['a', 'A', `model_${a}`, a],
    b: ['b', 'B', `model_${b}`, b],
    tie: ['tie', 'Tie', 'both', 'tie (bothbad)'],
  };
  return { as: 'verdict', models: [a, b], column: column.name, values };
}

/** A column mapping while it is edited: the parts the editor knows, and the rest as it was. */

export const promptFields = [
  'prompt',
  'promptId',
  'category',
  'split',
  'dataset',
  'language',
  'reference',
] as const;
export type PromptField = (typeof promptFields)[number];

export const sourceKinds = ['judge', 'crowd', 'rule', 'reward-model', 'simulated'] as const;
export type SourceKind = (typeof sourceKinds)[number];

export type Judgement =
  | { readonly as: 'scores'; readonly columns: Readonly<Record<string, string>> }
  | {
      readonly as: 'verdict';
      readonly models: readonly [string, string];
      readonly column: string;
      readonly values: {
        readonly a: readonly string[];
        readonly b: readonly string[];
        readonly tie: readonly string[];
      };
    }
  | { readonly as: 'gain'; readonly strong: string; readonly cheap: string; readonly column: string };

export interface SourceDraft {
  readonly name: string;
  readonly kind: SourceKind;
  readonly judgement: Judgement;
}

export interface MappingDraft {
  readonly columns: Readonly<Record<string, string>>;
  readonly responses: Readonly<Record<string, string>>;
  readonly gold: Judgement | null;
  readonly sources: readonly SourceDraft[];
  /** Vectors, covariates, prices and whatever else a mapping may say. */
  readonly rest: Readonly<Record<string, unknown>>;
}

export function readMapping(written: Readonly<Record<string, unknown>>): MappingDraft {
  const { columns, responses, gold, sources, ...rest } = written;
  return {
    columns: strings(columns),
    responses: strings(responses),
    gold: isRecord(gold) ? readJudgement(gold['judgement']) : null,
    sources: Array.isArray(sources) ? sources.flatMap(readSource) : [],
    rest,
  };
}

export function writeMapping(draft: MappingDraft): Readonly<Record<string, unknown>> {
  const { rest, columns, responses, gold, sources } = draft;
  return { ...rest, columns, responses, ...(gold === null ? {} : { gold: { judgement: gold } }), sources };
}

/** The models that the mapping names, in the order in which it names them. */
export function modelsOf(draft: MappingDraft): readonly string[] {
  const judgements = [draft.gold, ...draft.sources.map((source) => source.judgement)].filter(
    (each) => each !== null,
  );
  const named = judgements.flatMap((each) =>
    each.as === 'scores'
      ? Object.keys(each.columns)
      : each.as === 'verdict'
        ? each.models
        : [each.strong, each.cheap],
  );
  return [...new Set([...Object.keys(draft.responses), ...named])];
}

/** A judgement of another kind, with what can be known beforehand. */
export function emptyJudgement(as: Judgement['as'], models: readonly string[], column: string): Judgement {
  const [a = 'a', b = 'b'] = models;
  switch (as) {
    case 'scores':
      return {
        as,
        columns: Object.fromEntries((models.length === 0 ? [a, b] : models).map((model) => [model, column])),
      };
    case 'verdict':
      return { as, models: [a, b], column, values: { a: ['a'], b: ['b'], tie: ['tie'] } };
    case 'gain':
      return { as, strong: a, cheap: b, column };
  }
}

export function withEntry(
  record: Readonly<Record<string, string>>,
  key: string,
  value: string | null,
): Readonly<Record<string, string>> {
  if (value !== null) return { ...record, [key]: value };
  return Object.fromEntries(Object.entries(record).filter(([each]) => each !== key));
}

/** The same record with a key renamed in its place. */
export function renamed(
  record: Readonly<Record<string, string>>,
  from: string,
  to: string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key === from ? to : key, value]));
}

function readSource(value: unknown): readonly SourceDraft[] {
  if (!isRecord(value) || typeof value['name'] !== 'string') return [];
  const judgement = readJudgement(value['judgement']);
  if (judgement === null) return [];
  const kind = sourceKinds.find((each) => each === value['kind']) ?? 'judge';
  return [{ name: value['name'], kind, judgement }];
}

function readJudgement(value: unknown): Judgement | null {
  if (!isRecord(value)) return null;
  const { column, models } = value;
  switch (value['as']) {
    case 'scores':
      return { ...value, as: 'scores', columns: strings(value['columns']) };
    case 'verdict': {
      const [a = 'a', b = 'b'] = list(models);
      const values = isRecord(value['values']) ? value['values'] : {};
      return {
        ...value,
        as: 'verdict',
        models: [a, b],
        column: word(column),
        values: { a: list(values['a']), b: list(values['b']), tie: list(values['tie']) },
      };
    }
    case 'gain':
      return {
        ...value,
        as: 'gain',
        strong: word(value['strong']),
        cheap: word(value['cheap']),
        column: word(column),
      };
    default:
      return null;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function strings(value: unknown): Readonly<Record<string, string>> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function list(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function word(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

import { z } from '../contract/zod.ts';
import { AppError } from '../core/errors.ts';

/**
 * How the columns of a CSV file, or the fields of any JSONL file, become prompts, responses, gold and preferences. A column
 * of JSONL may be a path with dots (`meta.id`). The format is documented in docs/import.md.
 */

const column = z.string().min(1);
const name = z.string().min(1).max(200);
const columnByModel = z.record(name, column);
const scale = z
  .tuple([z.number(), z.number()])
  .refine(([lo, hi]) => lo < hi, { error: 'expected the lower end first' });

/** A score of each response, each in a column of its own. */
const scores = z.strictObject({ as: z.literal('scores'), columns: columnByModel, scale: scale.optional() });

/** Which of two responses is better, in words. */
const verdict = z.strictObject({
  as: z.literal('verdict'),
  models: z.tuple([name, name]),
  column,
  /** What the column says for the first model (a), the second (b) and a tie. */
  values: z
    .strictObject({
      a: z.array(z.string()).default(['a']),
      b: z.array(z.string()).default(['b']),
      tie: z.array(z.string()).default(['tie']),
    })
    .default({ a: ['a'], b: ['b'], tie: ['tie'] }),
  shown: z.enum(['ab', 'ba', 'both']).optional(),
});

/** How much better the strong model's response is, as one number: in units of `scale`, [0, 1] where none is given. */
const gain = z.strictObject({
  as: z.literal('gain'),
  strong: name,
  cheap: name,
  column,
  scale: scale.optional(),
  /** Whether a gain beyond the scale is refused (the default) or taken and counted in a warning. */
  isBounded: z.boolean().default(true),
});

const judgement = z.discriminatedUnion('as', [scores, verdict, gain]);

const mappingSchema = z.strictObject({
  /** The name of the dataset, where no column says it. */
  dataset: name.optional(),
  columns: z
    .strictObject({
      promptId: column.optional(),
      prompt: column.optional(),
      dataset: column.optional(),
      split: column.optional(),
      category: column.optional(),
      language: column.optional(),
      reference: column.optional(),
      turn: column.optional(),
    })
    .default({}),
  responses: columnByModel.default({}),
  costUsd: columnByModel.default({}),
  inputTokens: columnByModel.default({}),
  outputTokens: columnByModel.default({}),
  gold: z
    .strictObject({
      judgement,
      kind: z.enum(['human_expert', 'human_annotators', 'verifiable']).optional(),
    })
    .optional(),
  sources: z
    .array(
      z.strictObject({
        name,
        kind: z.enum(['judge', 'crowd', 'rule', 'reward-model', 'simulated']).default('judge'),
        judgement,
      }),
    )
    .default([]),
  /** Columns whose names begin so, in the order of the numbers they end with, are the prompt's vector. */
  vectorPrefix: column.optional(),
  /** JSONL: a field that holds the vector as an array. */
  vectorColumn: column.optional(),
  /** Name of a number that the deployer will have too → its column. */
  covariates: z.record(name, column).default({}),
  /** Cells that mean "absent". */
  missing: z.array(z.string()).default(['']),
});

export type Mapping = z.output<typeof mappingSchema>;
export type Judgement = z.output<typeof judgement>;

/** Checks a mapping as a person wrote it. Throws AppError `usage` that names the wrong part. */
export function parseMapping(input: unknown): Mapping {
  const result = mappingSchema.safeParse(input);
  if (!result.success) {
    throw new AppError('usage', `The column mapping is not as expected:\n${z.prettifyError(result.error)}`);
  }
  const mapping = result.data;
  if (
    mapping.gold === undefined &&
    mapping.sources.length === 0 &&
    Object.keys(mapping.responses).length === 0
  ) {
    throw new AppError(
      'usage',
      'The column mapping names no responses, no gold and no sources: nothing to import.',
    );
  }
  return mapping;
}

/** The mapping of the table that the Meta-Router paper works on: vectors and two gains, no texts and no names. */
export const META_ROUTER_TABLE: Mapping = parseMapping({
  vectorPrefix: 'embd.PC',
  gold: { judgement: { as: 'gain', strong: 'strong', cheap: 'cheap', column: 'GL', isBounded: false } },
  sources: [
    {
      name: 'PL',
      judgement: { as: 'gain', strong: 'strong', cheap: 'cheap', column: 'PL', isBounded: false },
    },
  ],
});

export function isMetaRouterTable(columns: readonly string[]): boolean {
  return columns.includes('GL') && columns.includes('PL') && columns.some((c) => /^embd\.PC\d+$/.test(c));
}

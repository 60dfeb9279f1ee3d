import { nothing } from './common.ts';
import { query } from './method.ts';
import { z } from './zod.ts';

/** Looking through prompts with what belongs to them. Masked gold never appears here. */

const split = z.enum(['train', 'dev', 'test']);
const verdict = z.enum(['a', 'b', 'tie']);

export const dataFilter = z.object({
  /** Words that all occur in the prompt, or in one response; "quotes" keep words together. */
  search: z.string().max(500).optional(),
  /** `none`: imported without a split, and placed by the hash of its text. */
  split: z.enum(['train', 'dev', 'test', 'none']).optional(),
  category: z.string().optional(),
  dataset: z.string().optional(),
  /** Prompts that this source says something about. */
  source: z.string().optional(),
  hasGold: z.boolean().optional(),
});

const gradeLine = z.object({
  eventId: z.string(),
  createdMs: z.int(),
  rater: z.string(),
  raterKind: z.enum(['person', 'imported']),
  modelA: z.string(),
  /** Null for a grade of a single response. */
  modelB: z.string().nullable(),
  scoreA: z.number().nullable(),
  scoreB: z.number().nullable(),
  scale: z.tuple([z.number(), z.number()]).nullable(),
  verdict: verdict.nullable(),
  strength: z.number().nullable(),
});

const scoreLine = z.object({ source: z.string(), model: z.string(), score: z.number() });

const verdictLine = z.object({
  source: z.string(),
  modelA: z.string(),
  modelB: z.string(),
  /** Which response the source saw first. */
  shown: z.enum(['ab', 'ba', 'both', '']),
  verdict: verdict.nullable(),
  strength: z.number().nullable(),
  scoreA: z.number().nullable(),
  scoreB: z.number().nullable(),
});

const promptLine = z.object({
  promptId: z.int(),
  dataset: z.string(),
  externalId: z.string(),
  /** The beginning of the text. */
  excerpt: z.string(),
  split: split.nullable(),
  category: z.string().nullable(),
  responses: z.int(),
  /** The newest grades in force, at most eight; `grades` counts them all. */
  gold: z.array(gradeLine),
  grades: z.int(),
  /** Scores and verdicts of all sources. */
  preferences: z.int(),
});

const response = z.object({
  responseId: z.int(),
  model: z.string(),
  text: z.string().nullable(),
  /** What the model had answered to the turn before. */
  previousText: z.string().nullable(),
  /** Length before any truncation by whoever exported the data. */
  chars: z.int().nullable(),
  isTruncated: z.boolean().nullable(),
  inputTokens: z.int().nullable(),
  outputTokens: z.int().nullable(),
  costUsd: z.number().nullable(),
});

export const dataMethods = {
  /** Prompts from a position of the filtered list, in the order of import. */
  'data.page': query(
    z.object({
      filter: dataFilter.default({}),
      offset: z.int().min(0).default(0),
      limit: z.int().min(1).max(500).default(100),
    }),
    z.object({
      total: z.int(),
      rows: z.array(promptLine),
      /** Rows not searched because the index has not reached them yet; 0 where nothing was searched for. */
      unindexed: z.int(),
    }),
  ),
  /** Everything about one prompt. */
  'data.item': query(
    z.object({ promptId: z.int().positive() }),
    z.object({
      promptId: z.int(),
      dataset: z.string(),
      externalId: z.string(),
      text: z.string(),
      split: split.nullable(),
      category: z.string().nullable(),
      language: z.string().nullable(),
      reference: z.string().nullable(),
      responses: z.array(response),
      gold: z.array(gradeLine),
      scores: z.array(scoreLine),
      verdicts: z.array(verdictLine),
      /** How the prompt's gold was drawn; null where it never was. */
      draw: z.object({ isRevealed: z.boolean(), propensity: z.number(), method: z.string() }).nullable(),
    }),
  ),
  /** What can be filtered by, with the number of prompts. */
  'data.facets': query(
    nothing,
    z.object({ categories: z.array(z.object({ value: z.string(), prompts: z.int() })) }),
  ),
};

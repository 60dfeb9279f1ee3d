import { ALPACA_EVAL, writeAlpacaEval } from './alpaca-eval.ts';
import { ARENA_55K, ARENA_CONVERSATIONS } from './arena.ts';
import { ARGILLA, writeArgilla } from './argilla.ts';
import { DPO_PAIRS, writeDpoPairs } from './dpo-pairs.ts';
import { FASTCHAT_VOTES, writeFastChatVotes } from './fastchat-votes.ts';
import type { ForeignFormat, WriteForeign } from './format.ts';
import { HEALTHBENCH, writeHealthBench } from './healthbench.ts';
import { LABEL_STUDIO, writeLabelStudio } from './label-studio.ts';
import { LABEL_TABLE, writeLabelTable } from './label-table.ts';
import { ROUTER_BENCH } from './router-bench.ts';

/** Formats of other programs that are read; the more particular before the more general. */
export const FOREIGN = {
  'label-table': LABEL_TABLE,
  'arena-55k': ARENA_55K,
  'arena-conversations': ARENA_CONVERSATIONS,
  'router-bench': ROUTER_BENCH,
  'alpaca-eval': ALPACA_EVAL,
  'fastchat-votes': FASTCHAT_VOTES,
  healthbench: HEALTHBENCH,
  'label-studio': LABEL_STUDIO,
  argilla: ARGILLA,
  dpo: DPO_PAIRS,
} as const satisfies Record<string, ForeignFormat>;

export type ForeignName = keyof typeof FOREIGN;

export function isForeign(format: string): format is ForeignName {
  return Object.hasOwn(FOREIGN, format);
}

/** The format whose records have these fields; null where none has. */
export function recogniseForeign(
  fields: readonly string[],
  first: Parameters<ForeignFormat['matches']>[1],
): ForeignName | null {
  for (const [name, format] of Object.entries(FOREIGN)) {
    if (isForeign(name) && format.matches(fields, first)) return name;
  }
  return null;
}

/** What the labels of a project can be written as. */
export const WRITERS = {
  'label-studio': writeLabelStudio,
  argilla: writeArgilla,
  'alpaca-eval': writeAlpacaEval,
  'fastchat-votes': writeFastChatVotes,
  dpo: writeDpoPairs,
  healthbench: writeHealthBench,
  table: writeLabelTable,
} as const satisfies Record<string, WriteForeign>;

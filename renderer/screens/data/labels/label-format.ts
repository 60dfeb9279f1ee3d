import type { MethodInput } from '../../../../src/contract/methods.ts';

export type LabelFormat = MethodInput<'labels.export'>['format'];

/** Those that lose nothing, and those that hold a part. */
export const FORMAT_GROUPS = {
  whole: ['jsonl', 'csv', 'parquet', 'label-studio', 'argilla'],
  part: ['healthbench', 'alpaca-eval', 'fastchat-votes', 'dpo'],
} as const satisfies Record<string, readonly LabelFormat[]>;

const ENDINGS: Readonly<Record<LabelFormat, string>> = {
  jsonl: 'jsonl',
  csv: 'csv',
  parquet: 'parquet',
  'label-studio': 'label-studio.json',
  argilla: 'argilla.json',
  'alpaca-eval': 'alpaca-eval.json',
  healthbench: 'healthbench.jsonl',
  'fastchat-votes': 'votes.jsonl',
  dpo: 'dpo.jsonl',
};

/** What a file of labels of a project is called. */
export function labelsFileName(project: string, format: LabelFormat): string {
  return `${project} labels.${ENDINGS[format]}`;
}

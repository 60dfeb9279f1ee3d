import { NO_DETAIL, NO_NOTES } from './canonical.ts';
import type {
  CanonicalGold,
  CanonicalPrompt,
  CanonicalResponse,
  CanonicalRow,
  CanonicalScore,
  CanonicalVerdict,
} from './canonical.ts';
import { requireCount, requireName, requireNonNegative, requireOneOf, RowError } from './fields.ts';
import { columnField } from './mapped-cells.ts';
import type { Cells } from './mapped-cells.ts';
import { readJudgement } from './mapped-judgement.ts';
import type { MappedJudgement } from './mapped-judgement.ts';
import type { Mapping } from './mapping.ts';
import { idFromText, normHash } from './normalise.ts';
import { numberVotes, SPLITS } from './prompt-fields.ts';
import type { RowContext } from './prompt-fields.ts';

/**
 * One row of a file with a column mapping. A row without an id is named by its text, and without either by its line in
 * the file (`line-12`), so that importing the file again finds it.
 */
export function readMappedRow(
  cells: Cells,
  mapping: Mapping,
  context: RowContext & { readonly line: number },
): CanonicalRow {
  const vector = cells.vector();
  const prompt = readPrompt(cells, mapping, context);
  const responses = readResponses(cells, mapping);
  const judged = mapping.gold === undefined ? null : readJudgement(mapping.gold.judgement, cells);
  const gold = judged === null ? [] : toGold(judged, mapping.gold?.kind ?? null);
  const scores: CanonicalScore[] = [];
  const verdicts: CanonicalVerdict[] = [];
  let absentJudgements = 0;
  let gainsOutOfRange = isOutOfRange(judged) ? 1 : 0;
  for (const { name, kind, judgement } of mapping.sources) {
    const said = readJudgement(judgement, cells);
    if (said === null) {
      absentJudgements++;
      continue;
    }
    if (isOutOfRange(said)) gainsOutOfRange++;
    const source = { name, kind, scale: said.scale };
    if (said.as === 'scores') {
      for (const [model, score] of said.scores) scores.push({ source, model, vote: '', score });
    } else {
      const { modelA, modelB, shown, verdict, scoreA, scoreB } = said;
      const none = { vote: '', strength: null, isConsistent: null };
      verdicts.push({ ...none, source, modelA, modelB, shown, verdict, scoreA, scoreB });
    }
  }
  const models = new Set(responses.map(({ model }) => model));
  for (const { modelA, modelB } of [...gold, ...verdicts]) {
    models.add(modelA);
    if (modelB !== null) models.add(modelB);
  }
  for (const { model } of scores) models.add(model);
  if (prompt.text.trim() === '' && vector === null) {
    throw new RowError('prompt', 'expected a text or a vector, found neither');
  }
  return {
    prompt,
    models: [...models],
    responses,
    gold,
    scores,
    verdicts: numberVotes(verdicts),
    vector,
    notes: {
      ...NO_NOTES,
      absentJudgements,
      goldWithoutScale: gold.some((grade) => grade.scale === null && grade.scoreA !== null),
      gainsOutOfRange,
    },
  };
}

function readPrompt(
  cells: Cells,
  mapping: Mapping,
  context: RowContext & { readonly line: number },
): CanonicalPrompt {
  const { columns } = mapping;
  const text = (column: string | undefined): string | null =>
    column === undefined ? null : cells.text(column);
  const name = (column: string | undefined): string | null => {
    const value = text(column);
    return value === null || column === undefined ? null : requireName(value, columnField(column));
  };
  const dataset = name(columns.dataset) ?? mapping.dataset ?? context.dataset;
  const promptText = text(columns.prompt) ?? '';
  const externalId =
    name(columns.promptId) ?? (promptText.trim() === '' ? `line-${context.line}` : idFromText(promptText));
  const split = text(columns.split);
  const turn = columns.turn === undefined ? null : cells.number(columns.turn);
  return {
    dataset,
    externalId,
    text: promptText,
    normHash: normHash({ text: promptText, dataset, externalId }),
    split: split === null ? null : requireOneOf(split, columnField(columns.split ?? ''), SPLITS),
    category: text(columns.category),
    language: text(columns.language),
    turn: turn === null ? null : requireCount(turn, columnField(columns.turn ?? '')),
    reference: text(columns.reference),
    covariates: Object.entries(mapping.covariates).flatMap(([covariate, column]) => {
      const value = cells.number(column);
      return value === null ? [] : [[covariate, value] as const];
    }),
  };
}

function readResponses(cells: Cells, mapping: Mapping): readonly CanonicalResponse[] {
  const read = <T>(columns: Readonly<Record<string, string>>, one: (column: string) => T | null) => {
    const values = new Map<string, T>();
    for (const [model, column] of Object.entries(columns)) {
      const value = one(column);
      if (value !== null) values.set(model, value);
    }
    return values;
  };
  const count = (column: string): number | null => {
    const value = cells.number(column);
    return value === null ? null : requireCount(value, columnField(column));
  };
  const texts = read(mapping.responses, cells.text);
  const costs = read(mapping.costUsd, (column) => {
    const value = cells.number(column);
    return value === null ? null : requireNonNegative(value, columnField(column));
  });
  const inputTokens = read(mapping.inputTokens, count);
  const outputTokens = read(mapping.outputTokens, count);
  const models = new Set([texts, costs, inputTokens, outputTokens].flatMap((values) => [...values.keys()]));
  return [...models].map((model) => ({
    model,
    text: texts.get(model) ?? null,
    previousText: null,
    chars: null,
    isTruncated: null,
    inputTokens: inputTokens.get(model) ?? null,
    outputTokens: outputTokens.get(model) ?? null,
    costUsd: costs.get(model) ?? null,
  }));
}

function toGold(judged: MappedJudgement, kind: CanonicalGold['kind']): readonly CanonicalGold[] {
  const common = { strength: null, scale: judged.scale, kind, raterCount: null };
  if (judged.as === 'scores') {
    return judged.scores.map(([modelA, scoreA]) => ({
      ...common,
      modelA,
      modelB: null,
      scoreA,
      scoreB: null,
      verdict: null,
      detail: NO_DETAIL,
    }));
  }
  const { modelA, modelB, scoreA, scoreB, verdict, isGain } = judged;
  return [{ ...common, modelA, modelB, scoreA, scoreB, verdict, detail: { ...NO_DETAIL, isGain } }];
}

function isOutOfRange(judged: MappedJudgement | null): boolean {
  return judged?.as === 'pair' && judged.isOutOfRange;
}

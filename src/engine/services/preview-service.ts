import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { MethodOutput, ParsedInput } from '../../contract/methods.ts';
import { AppError } from '../../core/errors.ts';
import type { CanonicalRow } from '../../dataset/canonical.ts';
import { readColumns } from '../../dataset/columns.ts';
import { parseMapping } from '../../dataset/mapping.ts';
import { proposeMapping } from '../../dataset/propose-mapping.ts';
import { READ_LIMITS } from '../../dataset/read-bytes.ts';
import { planRead } from '../../dataset/read-dataset.ts';
import { isMapped, mappedFormat, recogniseFormat } from '../../dataset/recognise.ts';

type Preview = MethodOutput<'import.preview'>;
type PreviewRow = Preview['rows'][number];
type Written = Readonly<Record<string, unknown>>;

const EXCERPT_CHARACTERS = 300;
/** A file whose first thousand rows are all refused has said enough. */
const MOST_REFUSALS = 1_000;

/** The first rows of a file as an import would store them; nothing is written. */
export async function previewFile(input: ParsedInput<'import.preview'>): Promise<Preview> {
  const { path } = input;
  const recognised = await recogniseFormat(path, READ_LIMITS);
  const { container, isMetaRouterTable } = recognised;
  const format = input.format ?? (input.mapping === undefined ? recognised.format : mappedFormat(container));
  const needsMapping = isMapped(format);
  const columns = needsMapping ? await readColumns(path, { limits: READ_LIMITS, container }) : [];
  const isProposed = needsMapping && input.mapping === undefined && !isMetaRouterTable;
  const written: Written | null = input.mapping ?? (isProposed ? proposeMapping(columns) : null);
  const head = { fileName: basename(path), bytes: statSync(path).size, format, isProposed };
  const shownColumns = columns.map(({ name, samples }) => ({ name, samples: [...samples] }));
  try {
    const { rows, refusals, mapping } = await readFirst(input, format, written);
    return {
      ...head,
      mapping: needsMapping ? (written ?? mapping) : null,
      columns: shownColumns,
      rows,
      refusals,
      problem: null,
    };
  } catch (error) {
    // A mapping that does not fit yet is what the person is about to mend.
    if (!(error instanceof AppError) || error.code !== 'usage' || !needsMapping) throw error;
    return {
      ...head,
      mapping: written,
      columns: shownColumns,
      rows: [],
      refusals: [],
      problem: error.message,
    };
  }
}

async function readFirst(
  { path, dataset, limit }: ParsedInput<'import.preview'>,
  format: Preview['format'],
  written: Written | null,
): Promise<Pick<Preview, 'rows' | 'refusals' | 'mapping'>> {
  const plan = await planRead(path, {
    dataset: dataset ?? basename(path).replace(/\..*$/, ''),
    format,
    mapping: written === null ? undefined : parseMapping(written),
    limits: READ_LIMITS,
    onPacked: () => undefined,
  });
  const rows: PreviewRow[] = [];
  const refusals: { line: number; reason: string }[] = [];
  for await (const item of plan.rows()) {
    if ('refusal' in item) refusals.push({ line: item.line, reason: item.refusal });
    else rows.push(showRow(item.line, item.row));
    if (rows.length >= limit || refusals.length >= MOST_REFUSALS) break;
  }
  return { rows, refusals, mapping: plan.mapping === null ? null : { ...plan.mapping } };
}

function showRow(line: number, row: CanonicalRow): PreviewRow {
  const { prompt, responses, gold, scores, verdicts, vector } = row;
  return {
    line,
    dataset: prompt.dataset,
    externalId: prompt.externalId,
    prompt: excerpt(prompt.text),
    split: prompt.split,
    category: prompt.category,
    responses: responses.map(({ model, text }) => ({ model, excerpt: text === null ? null : excerpt(text) })),
    gold: gold.map(({ modelA, modelB, scoreA, scoreB, verdict }) => ({
      modelA,
      modelB,
      scoreA,
      scoreB,
      verdict,
    })),
    preferences: [
      ...scores.map(({ source, model, score }) => ({
        source: source.name,
        modelA: model,
        modelB: null,
        scoreA: score,
        scoreB: null,
        verdict: null,
      })),
      ...verdicts.map(({ source, modelA, modelB, scoreA, scoreB, verdict }) => ({
        source: source.name,
        modelA,
        modelB,
        scoreA,
        scoreB,
        verdict,
      })),
    ],
    vectorLength: vector?.length ?? null,
  };
}

function excerpt(text: string): string {
  return text.slice(0, EXCERPT_CHARACTERS);
}

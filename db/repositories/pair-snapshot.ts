import type { Warning } from '../../src/core/warning.ts';
import type { PairSnapshot } from '../../src/routing/snapshot.ts';
import { covariateColumns, promptVectors } from '../snapshot/columns.ts';
import type { CallUsage } from '../snapshot/costs.ts';
import { pairCosts } from '../snapshot/costs.ts';
import { dataHash } from '../snapshot/data-hash.ts';
import { pairLabels } from '../snapshot/labels.ts';
import { loadPairGrades } from '../snapshot/gold.ts';
import { loadPreferences, meanScores, noPreferences } from '../snapshot/preferences.ts';
import type { PairRequest } from '../snapshot/request.ts';
import { resolveRequest } from '../snapshot/request.ts';
import { loadSplits } from '../snapshot/splits.ts';
import type { ReadableDb } from '../sqlite.ts';
import { listEncoders } from './embeddings.ts';

interface ResponseRow extends CallUsage {
  readonly promptId: number;
  readonly modelId: number;
  /** Of the cheap model in a cascade. */
  readonly text: string | null;
}

interface PromptRow {
  readonly id: number;
  readonly reference: string;
  readonly text: string;
  readonly normHash: string;
  readonly language: string | null;
  readonly category: string | null;
  readonly covariatesJson: string | null;
}

/**
 * Everything a run reads about two models and a source, frozen: statistics, section 1. One row for every prompt that has a
 * response, gold or a preference for them, in the order of import. A few queries over whole tables; a prompt is named
 * `dataset/external id`, which `findPrompt` resolves.
 *
 * Errors: `usage` with what there is where a name is unknown or does not fit.
 */
export function buildPairSnapshot(db: ReadableDb, request: PairRequest): PairSnapshot {
  const wanted = resolveRequest(db, request);
  const { strong, cheap, source } = wanted;
  const pair = { modelAId: Math.min(strong.id, cheap.id), modelBId: Math.max(strong.id, cheap.id) };
  const gold = loadPairGrades(db, pair.modelAId, pair.modelBId);
  const preferences = source === null ? noPreferences : loadPreferences(db, source, { pair });
  const responses = loadResponses(db, strong.id, cheap.id, wanted.stage === 'cascade');
  const prompts = loadPrompts(
    db,
    new Set([
      ...responses.strong.keys(),
      ...responses.cheap.keys(),
      ...gold.byPrompt.keys(),
      ...preferences.scores.keys(),
      ...preferences.judgements.keys(),
    ]),
  );
  const ids = prompts.map((prompt) => prompt.id);
  const labels = pairLabels(db, { ids, pair, isStrongFirst: strong.id === pair.modelAId, gold, preferences });
  const callsOf = (calls: ReadonlyMap<number, ResponseRow>): (ResponseRow | null)[] =>
    ids.map((id) => calls.get(id) ?? null);
  const { warnings: costWarnings, ...costs } = pairCosts(
    { model: strong, calls: callsOf(responses.strong) },
    { model: cheap, calls: callsOf(responses.cheap) },
  );
  const { covariates, warnings: covariateWarnings } = covariateColumns(
    prompts.map((prompt) => prompt.covariatesJson),
  );
  const { warnings: splitWarnings, ...placement } = placeRows(db, prompts);
  const signals = wanted.signals.map((signal) => {
    const scores = meanScores(db, signal.id, cheap.id);
    return { name: signal.name, scores: Float64Array.from(ids, (id) => scores.get(id) ?? Number.NaN) };
  });
  const content = {
    strong: strong.name,
    cheap: cheap.name,
    source: source?.name ?? null,
    isSimulated: wanted.isSimulated,
    stage: wanted.stage,
    n: prompts.length,
    promptIds: prompts.map((prompt) => prompt.reference),
    prompts: prompts.map((prompt) => prompt.text),
    languages: prompts.map((prompt) => prompt.language),
    categories: prompts.map((prompt) => prompt.category),
    cheapResponses: ids.map((id) => responses.cheap.get(id)?.text ?? null),
    signals,
    covariates,
    ...promptVectors(db, wanted.encoder ?? impliedEncoder(db, prompts), ids),
    ...placement,
    ...labels.columns,
    ...costs,
    scalesDeclared: labels.scalesDeclared,
  };
  return {
    ...content,
    dataHash: dataHash(content),
    warnings: [
      ...wanted.warnings,
      ...labels.undeclared.map((what) =>
        undeclaredScale(what === 'gold' ? 'Gold' : `“${source?.name ?? ''}”`),
      ),
      ...splitWarnings,
      ...costWarnings,
      ...covariateWarnings,
    ],
  };
}

/** Prompts without any text (vectors only) can be read through the one encoder that the project has vectors of. */
function impliedEncoder(db: ReadableDb, prompts: readonly PromptRow[]): string | null {
  if (prompts.some((prompt) => prompt.text !== '')) return null;
  const encoders = listEncoders(db);
  return encoders.length === 1 ? encoders[0].encoder : null;
}

function loadResponses(
  db: ReadableDb,
  strongId: number,
  cheapId: number,
  withText: boolean,
): { readonly strong: ReadonlyMap<number, ResponseRow>; readonly cheap: ReadonlyMap<number, ResponseRow> } {
  const rows = db
    .prepare<[{ strong: number; cheap: number; withText: number }], ResponseRow>(
      `SELECT prompt_id AS promptId, model_id AS modelId, cost_usd AS costUsd, input_tokens AS inputTokens,
         output_tokens AS outputTokens, CASE WHEN @withText AND model_id = @cheap THEN text END AS text
       FROM response WHERE model_id IN (@strong, @cheap)`,
    )
    .all({ strong: strongId, cheap: cheapId, withText: withText ? 1 : 0 });
  const of = (modelId: number): ReadonlyMap<number, ResponseRow> =>
    new Map(rows.filter((row) => row.modelId === modelId).map((row) => [row.promptId, row]));
  return { strong: of(strongId), cheap: of(cheapId) };
}

function loadPrompts(db: ReadableDb, ids: ReadonlySet<number>): readonly PromptRow[] {
  return db
    .prepare<[string], PromptRow>(
      `SELECT p.id, d.name || '/' || p.external_id AS reference, p.text, p.norm_hash AS normHash, p.language,
         p.category, p.covariates_json AS covariatesJson
       FROM prompt p JOIN dataset d ON d.id = p.dataset_id
       WHERE p.id IN (SELECT value FROM json_each(?)) ORDER BY p.id`,
    )
    .all(JSON.stringify([...ids]));
}

/** Which split a row is in, and which rows are the same prompt. */
function placeRows(
  db: ReadableDb,
  prompts: readonly PromptRow[],
): Pick<PairSnapshot, 'split' | 'group'> & { readonly warnings: readonly Warning[] } {
  const splits = loadSplits(db);
  const groups = new Map<string, number>();
  for (const { normHash } of prompts) if (!groups.has(normHash)) groups.set(normHash, groups.size);
  const conflicts = [...groups.keys()].filter(splits.isConflict).length;
  return {
    split: Uint8Array.from(prompts, (prompt) => splits.of(prompt.normHash)),
    group: Int32Array.from(prompts, (prompt) => groups.get(prompt.normHash) ?? 0),
    warnings:
      conflicts === 0
        ? []
        : [
            {
              code: 'split-conflict',
              message:
                `${conflicts} prompts occur more than once with different splits. Each has one split here: test ` +
                'where any says test, else dev.',
            },
          ],
  };
}

function undeclaredScale(who: string): Warning {
  return {
    code: 'undeclared-scale',
    message:
      `${who} gives scores without a declared scale: the lowest and the highest score seen stand in for it. ` +
      'Declare the scale when importing to make gains comparable.',
  };
}

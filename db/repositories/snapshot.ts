import type { Warning } from '../../src/core/warning.ts';
import { pairOf, type PairSnapshot, type Snapshot } from '../../src/routing/snapshot.ts';
import { covariateColumns, promptVectors } from '../snapshot/columns.ts';
import type { CallUsage } from '../snapshot/costs.ts';
import { callCosts } from '../snapshot/costs.ts';
import { dataHash } from '../snapshot/data-hash.ts';
import { loadDesign, pairLabels } from '../snapshot/labels.ts';
import { loadPairGrades } from '../snapshot/gold.ts';
import { leftOutGold } from '../snapshot/left-out.ts';
import { loadPreferences, meanScores } from '../snapshot/preferences.ts';
import type { PairRequest, ResolvedRequest, SnapshotRequest } from '../snapshot/request.ts';
import { resolveRequest } from '../snapshot/request.ts';
import { loadSplits } from '../snapshot/splits.ts';
import { unusedLabels } from '../snapshot/unused-labels.ts';
import type { ReadableDb } from '../sqlite.ts';
import { listEncoders } from './embeddings.ts';
import type { Model } from './models.ts';

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
 * Everything a run reads about some models and sources, frozen: statistics, section 1. One row for every prompt that has a
 * response of one of the models, gold or a preference about one of them and the anchor, in the order of import. A few
 * queries over whole tables; a prompt is named `dataset/external id`, which `findPrompt` resolves.
 *
 * Errors: `usage` with what there is where a name is unknown or does not fit.
 */
export function buildSnapshot(db: ReadableDb, request: SnapshotRequest): Snapshot {
  const wanted = resolveRequest(db, request);
  const { anchor, models, sources } = wanted;
  const said = models.map((model) => loadLabels(db, wanted, model));
  const responses = loadResponses(db, wanted);
  const prompts = loadPrompts(
    db,
    new Set([...responses.values()].flatMap((of) => [...of.keys()]).concat(said.flatMap(labelledPrompts))),
  );
  const ids = prompts.map((prompt) => prompt.id);
  const labels = said.map((each) => pairLabels({ ids, ...each }));
  const callsOf = (model: Model): { model: Model; calls: (ResponseRow | null)[] } => {
    const calls = responses.get(model.id);
    return { model, calls: ids.map((id) => calls?.get(id) ?? null) };
  };
  const costs = callCosts(models.map(callsOf), callsOf(anchor));
  const { covariates, warnings: covariateWarnings } = covariateColumns(
    prompts.map((prompt) => prompt.covariatesJson),
  );
  const { warnings: splitWarnings, ...placement } = placeRows(db, prompts);
  const signals = wanted.signals.map((signal) => {
    const scores = meanScores(db, signal.id, anchor.id);
    return { name: signal.name, scores: Float64Array.from(ids, (id) => scores.get(id) ?? Number.NaN) };
  });
  const content = {
    anchor: anchor.name,
    sources: sources.map(({ name, kind }) => ({ name, isSimulated: kind === 'simulated' })),
    isSimulated: wanted.isSimulated,
    stage: wanted.stage,
    n: prompts.length,
    promptIds: prompts.map((prompt) => prompt.reference),
    prompts: prompts.map((prompt) => prompt.text),
    languages: prompts.map((prompt) => prompt.language),
    categories: prompts.map((prompt) => prompt.category),
    cheapResponses: ids.map((id) => responses.get(anchor.id)?.get(id)?.text ?? null),
    signals,
    covariates,
    ...promptVectors(db, wanted.encoder ?? impliedEncoder(db, prompts), ids),
    ...placement,
    ...loadDesign(db, ids),
    models: labels.map(({ undeclared: _, ...columns }, k) => ({
      model: models[k].name,
      ...columns,
      cost: costs.models[k],
    })),
    anchorCost: costs.anchor,
    costUnit: costs.costUnit,
  };
  const undeclared = [...new Set(labels.flatMap((each) => each.undeclared))];
  return {
    ...content,
    dataHash: dataHash(content),
    warnings: [
      ...wanted.warnings,
      ...undeclared.map((source) => undeclaredScale(source === null ? 'Gold' : `“${source}”`)),
      ...splitWarnings,
      ...costs.warnings,
      ...covariateWarnings,
      ...leftOutGold(
        said.map(({ gold }) => gold),
        { ids, split: placement.split },
      ),
      ...unusedLabels(db, models, sources),
    ],
  };
}

/** The same for two models and at most one source. */
export function buildPairSnapshot(
  db: ReadableDb,
  { strong, cheap, source, ...request }: PairRequest,
): PairSnapshot {
  const sources = typeof source === 'string' ? [source] : [];
  return pairOf(buildSnapshot(db, { ...request, anchor: cheap, models: [strong], sources }));
}

type Said = Omit<Parameters<typeof pairLabels>[0], 'ids'>;

/** What gold and the sources say of a model against the anchor. */
function loadLabels(db: ReadableDb, { anchor, sources }: ResolvedRequest, model: Model): Said {
  const pair = { modelAId: Math.min(model.id, anchor.id), modelBId: Math.max(model.id, anchor.id) };
  return {
    pair,
    isModelFirst: model.id === pair.modelAId,
    gold: loadPairGrades(db, pair.modelAId, pair.modelBId),
    preferences: sources.map((source) => ({ source, loaded: loadPreferences(db, source, { pair }) })),
  };
}

function labelledPrompts({ gold, preferences }: Said): number[] {
  return [
    ...gold.byPrompt.keys(),
    ...preferences.flatMap(({ loaded }) => [...loaded.scores.keys(), ...loaded.judgements.keys()]),
  ];
}

/** Prompts without any text (vectors only) can be read through the one encoder that the project has vectors of. */
function impliedEncoder(db: ReadableDb, prompts: readonly PromptRow[]): string | null {
  if (prompts.some((prompt) => prompt.text !== '')) return null;
  const encoders = listEncoders(db);
  return encoders.length === 1 ? encoders[0].encoder : null;
}

/** By model, by prompt. */
function loadResponses(
  db: ReadableDb,
  { anchor, models, stage }: ResolvedRequest,
): ReadonlyMap<number, ReadonlyMap<number, ResponseRow>> {
  const statement = db.prepare<[{ model: number; withText: number }], ResponseRow>(
    `SELECT prompt_id AS promptId, model_id AS modelId, cost_usd AS costUsd, input_tokens AS inputTokens,
       output_tokens AS outputTokens, CASE WHEN @withText THEN text END AS text
     FROM response WHERE model_id = @model`,
  );
  return new Map(
    [...models, anchor].map(({ id }) => {
      const withText = stage === 'cascade' && id === anchor.id ? 1 : 0;
      const rows = statement.all({ model: id, withText });
      return [id, new Map(rows.map((row) => [row.promptId, row]))];
    }),
  );
}

/** Without those that nothing is known of: decisions that were logged without a text, and have no vector. */
function loadPrompts(db: ReadableDb, ids: ReadonlySet<number>): readonly PromptRow[] {
  return db
    .prepare<[string], PromptRow>(
      `SELECT p.id, d.name || '/' || p.external_id AS reference, p.text, p.norm_hash AS normHash, p.language,
         p.category, p.covariates_json AS covariatesJson
       FROM prompt p JOIN dataset d ON d.id = p.dataset_id
       WHERE p.id IN (SELECT value FROM json_each(?)) AND NOT (p.text = ''
         AND EXISTS (SELECT 1 FROM logged_decision l WHERE l.prompt_id = p.id)
         AND NOT EXISTS (SELECT 1 FROM embedding e WHERE e.prompt_id = p.id))
       ORDER BY p.id`,
    )
    .all(JSON.stringify([...ids]));
}

/** Which split a row is in, and which rows are the same prompt. */
function placeRows(
  db: ReadableDb,
  prompts: readonly PromptRow[],
): Pick<Snapshot, 'split' | 'group'> & { readonly warnings: readonly Warning[] } {
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

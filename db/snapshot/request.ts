import { AppError } from '../../src/core/errors.ts';
import type { Warning } from '../../src/core/warning.ts';
import type { Stage } from '../../src/routing/snapshot.ts';
import { getModel } from '../repositories/models.ts';
import type { Model } from '../repositories/models.ts';
import { getProject } from '../repositories/project.ts';
import { getSource, listSources } from '../repositories/sources.ts';
import type { Source } from '../repositories/sources.ts';
import type { ReadableDb } from '../sqlite.ts';

/** What a run wants to read: names as a person types them. */
export interface SnapshotRequest {
  /** The model that gains are measured against: the cheap one of two. */
  readonly anchor: string;
  /** The others; at least one. */
  readonly models: readonly string[];
  /** None: the only source there is. */
  readonly sources: readonly string[];
  readonly stage: Stage;
  /** Sources whose score of the cheap response becomes a feature (cascade only). */
  readonly signals: readonly string[];
  /** The encoder of imported vectors to use. Left out: the only one where the prompts have no text, else none. */
  readonly encoder?: string | undefined;
}

/** The same for two models and at most one source. */
export interface PairRequest extends Pick<SnapshotRequest, 'stage' | 'signals' | 'encoder'> {
  readonly strong: string;
  readonly cheap: string;
  /** Left out or null: the only source there is. */
  readonly source?: string | null | undefined;
}

/** The same with everything looked up. */
export interface ResolvedRequest {
  readonly anchor: Model;
  readonly models: readonly Model[];
  readonly sources: readonly Source[];
  readonly stage: Stage;
  readonly signals: readonly Source[];
  readonly encoder: string | null;
  readonly isSimulated: boolean;
  readonly warnings: readonly Warning[];
}

/** Looks the names up. `usage` with what there is where one is unknown, or does not fit. */
export function resolveRequest(db: ReadableDb, request: SnapshotRequest): ResolvedRequest {
  const models = request.models.map((name) => getModel(db, name));
  const anchor = getModel(db, request.anchor);
  requireDifferent(models, anchor, request.stage);
  const sources = resolveSources(db, request.sources);
  const signals = resolveSignals(db, request);
  return {
    anchor,
    models,
    sources,
    stage: request.stage,
    signals,
    encoder: request.encoder ?? null,
    isSimulated:
      getProject(db).isSimulated || [...sources, ...signals].some((each) => each.kind === 'simulated'),
    warnings: signals
      .filter((signal) => signal.kind === 'rule')
      .map((signal) => ({
        code: 'needs-reference',
        message: `The signal “${signal.name}” is a rule. If it compares with a reference answer, production will not have it.`,
      })),
  };
}

function requireDifferent(models: readonly Model[], anchor: Model, stage: Stage): void {
  if (models.length === 1 && models[0].id === anchor.id) {
    throw new AppError('usage', `The strong and the cheap model must differ, and both are “${anchor.name}”.`);
  }
  const names = [...models, anchor].map((model) => model.name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) {
    throw new AppError('usage', `Every model may be named once, and “${twice}” is there twice.`);
  }
  if (models.length === 0) {
    throw new AppError('usage', `A router chooses between models: name one beside “${anchor.name}”.`);
  }
  if (models.length > 1 && stage === 'cascade') {
    throw new AppError(
      'usage',
      'A cascade keeps the answer of one model or asks one other. For more than two models choose the stage route.',
    );
  }
}

function resolveSources(db: ReadableDb, names: readonly string[]): readonly Source[] {
  if (names.length > 0) return [...new Set(names)].map((name) => getSource(db, name));
  const implied = impliedSource(db);
  return implied === null ? [] : [implied];
}

/** The only source of the project; a simulated one only where there is no other. Null where there is none at all. */
function impliedSource(db: ReadableDb): Source | null {
  const all = listSources(db);
  const real = all.filter((source) => source.kind !== 'simulated');
  const candidates = real.length > 0 ? real : all;
  if (candidates.length <= 1) return candidates.at(0) ?? null;
  const available = all.map((source) => source.name);
  throw new AppError(
    'usage',
    `The project has several preference sources and none was named. Choose one of: ${available.join(', ')}.`,
    { details: { available } },
  );
}

function resolveSignals(db: ReadableDb, request: SnapshotRequest): readonly Source[] {
  if (request.signals.length > 0 && request.stage !== 'cascade') {
    throw new AppError(
      'usage',
      'Signals score the response of the cheap model, which only a cascade has. Choose the stage cascade or leave the ' +
        'signals out.',
    );
  }
  const signals = [...new Set(request.signals)].map((name) => getSource(db, name));
  const withScores = new Set(
    db
      .prepare<[], number>(
        'SELECT id FROM source s WHERE EXISTS (SELECT 1 FROM preference_score p WHERE p.source_id = s.id)',
      )
      .pluck()
      .all(),
  );
  const pairwise = signals.find((signal) => !withScores.has(signal.id));
  if (pairwise === undefined) return signals;
  const available = listSources(db)
    .filter((source) => withScores.has(source.id))
    .map((source) => source.name);
  throw new AppError(
    'usage',
    `The source “${pairwise.name}” judges pairs and gives no score to a single response, so that it cannot be a signal. ` +
      (available.length === 0
        ? 'No source of this project can.'
        : `Sources that can: ${available.join(', ')}.`),
    { details: { signal: pairwise.name, available } },
  );
}

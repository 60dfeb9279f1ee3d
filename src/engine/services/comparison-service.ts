import { getRun, type Run } from '../../../db/repositories/runs.ts';
import type { JobResult, ParsedInput } from '../../contract/methods.ts';
import type { RunToCompare } from '../../routing/compare-runs.ts';
import type { EngineContext } from '../engine-context.ts';
import type { JobContext } from '../job-host.ts';
import { runJobTask } from '../run-tasks.ts';
import type { Session } from '../session.ts';
import { readTrainDocument, requireRun, withLabels } from './run-service.ts';

type Result = JobResult<'run.compare'>;

/** Judges two runs on the test prompts that both can be judged on, with the gold that the project has now. */
export async function compareStoredRuns(
  { deps, session }: EngineContext,
  input: ParsedInput<'run.compare'>,
  job: JobContext,
): Promise<Result> {
  const open = session();
  const runs = [input.first, input.second].map((id) => requireRun(getRun(open.file.db, id), id));
  const [first, second] = runs.map((run) => toCompare(open, run));
  job.control.throwIfCancelled();
  const comparison = await runJobTask(deps, job, 'compare', { first, second, seed: first.run.config.seed });
  const described = runs.map((run, i) => {
    const { runId, pair, models, source, stage, isSimulated, estimator } = readTrainDocument(run.result);
    const { createdMs } = run;
    return { runId, createdMs, pair, models, source, stage, isSimulated, estimator, ...comparison.runs[i] };
  });
  return {
    ...comparison,
    costUnit: first.snapshot.costUnit,
    runs: [described[0], described[1]],
    changes: [
      ...changesOf('configuration', ...pairOfTexts(runs, configurationOf)),
      ...changesOf('data', ...pairOfTexts(runs, dataOf)),
    ],
  };
}

function toCompare(session: Session, run: Run): RunToCompare {
  const { snapshot, stored } = withLabels(session, run);
  return { snapshot, run: stored };
}

/** What was asked for; models and sources as they were found, however they were named. */
function configurationOf({ config, result }: Run): Record<string, unknown> {
  const { models, source } = readTrainDocument(result);
  const asked = isRecord(config) ? config : {};
  const others = Object.entries(asked).filter(([name]) => !NAMES.has(name));
  return { models: models.join(', '), source: source ?? 'none', ...Object.fromEntries(others) };
}

const NAMES: ReadonlySet<string> = new Set(['strong', 'cheap', 'models', 'anchor', 'source', 'sources']);

/** What a run was trained on, and with which version. */
function dataOf({ manifest, result }: Run): Record<string, unknown> {
  const { dataHash, productVersion, propensity } = isRecord(manifest) ? manifest : {};
  const { nGold, nPreference, nPaired, split } = readTrainDocument(result);
  return { dataHash, productVersion, propensity, nGold, nPreference, nPaired, split };
}

function changesOf(
  kind: 'configuration' | 'data',
  first: ReadonlyMap<string, string>,
  second: ReadonlyMap<string, string>,
): Result['changes'][number][] {
  return [...new Set([...first.keys(), ...second.keys()])]
    .filter((name) => first.get(name) !== second.get(name))
    .map((name) => ({ kind, name, first: first.get(name) ?? null, second: second.get(name) ?? null }));
}

function pairOfTexts(
  runs: readonly Run[],
  pick: (run: Run) => unknown,
): [ReadonlyMap<string, string>, ReadonlyMap<string, string>] {
  const [first, second] = runs.map((run) => texts(pick(run)));
  return [first, second];
}

/** Top-level fields as text; what is not set is left out. */
function texts(value: unknown): ReadonlyMap<string, string> {
  if (!isRecord(value)) return new Map();
  return new Map(
    Object.entries(value)
      .filter(([, field]) => field !== undefined && field !== null)
      .map(([name, field]) => [name, typeof field === 'string' ? field : JSON.stringify(field)]),
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

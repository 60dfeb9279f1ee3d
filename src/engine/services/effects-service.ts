import { setImmediate } from 'node:timers/promises';
import { getModel } from '../../../db/repositories/models.ts';
import { getSource, listSources } from '../../../db/repositories/sources.ts';
import { loadVisibleGrades } from '../../../db/snapshot/gold.ts';
import { leftChoices, type OnPair } from '../../../db/snapshot/judged-pairs.ts';
import { outsideTest } from '../../../db/snapshot/training-prompts.ts';
import type { ReadableDb } from '../../../db/sqlite.ts';
import type { JobResult, ParsedInput } from '../../contract/methods.ts';
import { AppError } from '../../core/errors.ts';
import { addCluster, clusteredShare, emptySums } from '../../stats/clustered-share.ts';
import type { EngineContext } from '../engine-context.ts';
import type { JobContext } from '../job-host.ts';
import { tallyEffects, type TallyResult } from './effects-tally.ts';

type Result = JobResult<'bias.effects'>;

/**
 * The habits of sources. What a source says by itself is counted over everything it says; what it is held against is
 * visible gold outside the test set.
 */
export async function judgeEffects(
  { session }: EngineContext,
  input: ParsedInput<'bias.effects'>,
  job: JobContext,
): Promise<Result> {
  const { db } = session().file;
  const scope = input.pair === undefined ? null : scopeOf(db, input.pair);
  const sources = input.sources.length > 0 ? input.sources.map((s) => getSource(db, s)) : listSources(db);
  if (sources.length === 0) {
    throw new AppError('not-enough-data', 'The project has no preferences yet: import some first.');
  }
  const grades = loadVisibleGrades(db);
  const goldPrompts = outsideTest(db, [...grades.byPrompt.keys()]);
  const { passMark } = input;
  const work = tallyEffects(db, { sources, on: scope?.on, grades, goldPrompts, passMark });
  let step = work.next();
  while (step.done !== true) {
    job.control.throwIfCancelled();
    const { done, total } = step.value;
    job.control.report({ stage: 'verdicts', fraction: done / total, done, total, unit: 'prompts' });
    // Whatever else was asked of the engine meanwhile comes first.
    await setImmediate();
    step = work.next();
  }
  const left = emptySums();
  for (const { left: k, decided } of leftChoices(db, scope?.on)) addCluster(left, k, decided);
  return {
    pair: input.pair ?? null,
    gold: { left: clusteredShare(left), longer: step.value.goldLonger },
    sources: step.value.sources.map((each) => describe(each, scope?.isStrongB === true)),
  };
}

interface Scope {
  readonly on: OnPair;
  /** The strong model has the larger id: a and b of the tables have to be exchanged. */
  readonly isStrongB: boolean;
}

function scopeOf(db: ReadableDb, pair: { readonly strong: string; readonly cheap: string }): Scope {
  const [strong, cheap] = [getModel(db, pair.strong).id, getModel(db, pair.cheap).id];
  if (strong === cheap) throw new AppError('usage', 'A pair names two different models.');
  return {
    on: { modelAId: Math.min(strong, cheap), modelBId: Math.max(strong, cheap) },
    isStrongB: strong > cheap,
  };
}

function describe(
  { source, effects, passes }: TallyResult['sources'][number],
  isTurned: boolean,
): Result['sources'][number] {
  const { cells } = effects.confusion;
  return {
    source: source.name,
    isSimulated: source.kind === 'simulated',
    ...effects,
    confusion: {
      ...effects.confusion,
      cells: isTurned ? cells.map((row) => row.toReversed()).toReversed() : cells,
    },
    passes,
  };
}

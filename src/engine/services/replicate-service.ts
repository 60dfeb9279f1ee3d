import type { JobResult, ParsedInput } from '../../contract/methods.ts';
import { checkReplicate, summariseRounds } from '../../routing/replicate.ts';
import type { EngineContext } from '../engine-context.ts';
import type { JobContext } from '../job-host.ts';
import { runJobTasks } from '../run-tasks.ts';
import { splitRange } from '../worker-pool.ts';
import { readPairSnapshot } from './snapshot-service.ts';

/** The rounds, spread over workers. A round knows its number and nothing of the others, so their number changes nothing. */
export async function replicate(
  { deps, session }: EngineContext,
  input: ParsedInput<'replicate.start'>,
  job: JobContext,
): Promise<JobResult<'replicate.start'>> {
  const startedMs = deps.clock();
  const { rounds, nGold, nTest, isPaired, learner, withReleasedScript, seed, dimensions } = input;
  const snapshot = readPairSnapshot(session(), input);
  const config = { rounds, nGold, nTest, isPaired, learner, withReleasedScript, seed, dimensions };
  checkReplicate(snapshot, config);
  job.control.report({ stage: 'rounds', fraction: 0, done: 0, total: rounds, unit: 'rounds' });
  const parts = splitRange(rounds, deps.maxWorkers);
  const results = await runJobTasks(
    deps,
    job,
    'replicate',
    parts.map(([from, to]) => ({
      snapshot,
      config,
      rounds: Array.from({ length: to - from }, (_, i) => from + i),
    })),
    rounds,
  );
  const report = summariseRounds(snapshot, config, results.flat());
  return { ...report, seconds: (deps.clock() - startedMs) / 1000 };
}

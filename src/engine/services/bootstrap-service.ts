import type { Uncertainty } from '../../routing/bootstrap-summary.ts';
import type { RunDraw } from '../../routing/bootstrap-run.ts';
import type { StoredRun } from '../../routing/evaluate-stored.ts';
import type { TrainReport } from '../../routing/run.ts';
import type { Snapshot } from '../../routing/snapshot.ts';
import { subProgress } from '../../core/progress.ts';
import type { EngineContext } from '../engine-context.ts';
import type { JobContext } from '../job-host.ts';
import { runJobTask, runJobTasks } from '../run-tasks.ts';
import { splitRange } from '../worker-pool.ts';

export interface TrainedRun {
  readonly snapshot: Snapshot;
  readonly run: StoredRun;
  readonly report: TrainReport;
  readonly safetensors: Uint8Array;
}

export interface RedrawnRun {
  readonly uncertainty: Uncertainty;
  readonly safetensors: Uint8Array;
  /** Refits of the router, (intercept, coefficients) each: intervals of single prompts. */
  readonly refits: readonly (readonly number[])[];
}

/** Redraws a run's training and test prompts `count` times, spread over workers, in the part of the job from `from` on. */
export async function redrawRun(
  { deps }: EngineContext,
  job: JobContext,
  { snapshot, run, report, safetensors }: TrainedRun,
  count: number,
  from: number,
): Promise<RedrawnRun> {
  const middle = from + 0.1 * (1 - from);
  const bootstrap = await runJobTask(deps, job, 'bootstrap-prepare', { snapshot, run }, { from, to: middle });
  const isPossible = 'heads' in bootstrap;
  const draws: readonly RunDraw[] = isPossible
    ? (
        await runJobTasks(
          deps,
          { ...job, control: subProgress(job.control, middle, 0.98) },
          'bootstrap-draws',
          splitRange(count, deps.maxWorkers).map(([first, last]) => ({
            bootstrap,
            from: first,
            to: last,
          })),
          count,
        )
      ).flat()
    : [];
  const finished = await runJobTask(deps, job, 'bootstrap-finish', {
    safetensors,
    evaluation: report.evaluation,
    bias: report.bias,
    draws,
    reason: isPossible ? null : bootstrap.reason,
  });
  return {
    ...finished,
    // Intervals of single prompts are those of the only head.
    refits: draws
      .slice(0, KEPT_REFITS)
      .flatMap(({ thetas }) => (thetas.length === 1 ? [Array.from(thetas[0], shorten)] : [])),
  };
}

/** As many as a router file carries. */
const KEPT_REFITS = 100;

/** Six digits are more than an interval of 100 draws is good for. */
function shorten(value: number): number {
  return Number(value.toPrecision(6));
}

import { subProgress, type JobControl } from '../core/progress.ts';
import type { EngineDeps } from './engine-deps.ts';
import type { JobContext } from './job-host.ts';
import { runTask } from './task-runner.ts';
import type { TaskMap } from './tasks.ts';
import { mapConcurrently } from './worker-pool.ts';

type TaskDeps = Pick<Required<EngineDeps>, 'workerUrl' | 'cancelGraceMs'>;

/** Runs one task of a job in a worker; its progress fills the part of the job from `from` to `to`. */
export function runJobTask<K extends keyof TaskMap>(
  deps: TaskDeps,
  job: JobContext,
  kind: K,
  input: TaskMap[K]['input'],
  part: { readonly from: number; readonly to: number } = { from: 0, to: 1 },
): Promise<TaskMap[K]['result']> {
  return start(deps, job, kind, input, subProgress(job.control, part.from, part.to), job.signal);
}

/**
 * Runs tasks of one kind side by side. Their progress adds up to that of the job, `total` units in all; their results keep
 * their order.
 */
export function runJobTasks<K extends keyof TaskMap>(
  deps: TaskDeps & Pick<Required<EngineDeps>, 'maxWorkers'>,
  job: JobContext,
  kind: K,
  inputs: readonly TaskMap[K]['input'][],
  total?: number,
): Promise<TaskMap[K]['result'][]> {
  const combined = combineProgress(job.control, inputs.length, total);
  return mapConcurrently(inputs, deps.maxWorkers, job.signal, (input, index, signal) =>
    start(deps, job, kind, input, combined(index), signal),
  );
}

function start<K extends keyof TaskMap>(
  deps: TaskDeps,
  job: JobContext,
  kind: K,
  input: TaskMap[K]['input'],
  control: JobControl,
  signal: AbortSignal,
): Promise<TaskMap[K]['result']> {
  return runTask<TaskMap, K>({
    workerUrl: deps.workerUrl,
    request: { kind, input, cancelFlag: job.cancelFlag },
    onProgress: control.report,
    signal,
    graceMs: deps.cancelGraceMs,
  });
}

/** A control for each of `count` tasks; counts and fractions of all of them are reported together. */
function combineProgress(
  control: JobControl,
  count: number,
  total: number | undefined,
): (index: number) => JobControl {
  const latest = new Map<number, Parameters<JobControl['report']>[0]>();
  return (index) => ({
    throwIfCancelled: control.throwIfCancelled,
    report: (progress) => {
      latest.set(index, progress);
      const all = [...latest.values()];
      const sum = (value: (p: typeof progress) => number | undefined): number =>
        all.reduce((total, p) => total + (value(p) ?? 0), 0);
      control.report({
        ...progress,
        fraction: sum((p) => p.fraction) / count,
        ...(progress.done === undefined ? {} : { done: sum((p) => p.done) }),
        ...(total === undefined ? {} : { total }),
      });
    },
  });
}

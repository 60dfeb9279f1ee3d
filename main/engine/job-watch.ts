import type { AppEvent } from '../../src/contract/events.ts';

type StartedJob = Extract<AppEvent, { name: 'job.queued' }>['data'];

/** Remembers which jobs are not over, from the events that tell. */
export interface JobWatch {
  readonly see: (event: AppEvent) => void;
  /** The end of every job that an engine left behind when it died. */
  readonly takeInterrupted: () => readonly AppEvent[];
}

export function createJobWatch(): JobWatch {
  const live = new Map<string, StartedJob>();
  return {
    see: (event) => {
      if (event.name === 'job.queued') live.set(event.data.jobId, event.data);
      if (event.name === 'job.finished') live.delete(event.data.jobId);
    },
    takeInterrupted: () => {
      const ends = [...live.values()].map(({ jobId, kind }): AppEvent => {
        const error = {
          code: 'internal' as const,
          message: 'Interrupted: the engine stopped while this was running. Start it again.',
        };
        return { name: 'job.finished', data: { jobId, kind, state: 'failed', error } };
      });
      live.clear();
      return ends;
    },
  };
}

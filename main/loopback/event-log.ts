import type { WindowEvent } from '../../src/contract/host.ts';

export interface NumberedEvent {
  readonly id: number;
  readonly event: WindowEvent;
}

/**
 * The last events, numbered from 1, so that a stream that broke off goes on where it was. Of the progress of a job only the
 * newest is kept, as the rest would be out of date: what is kept is what happened.
 */
export interface EventLog {
  readonly add: (event: WindowEvent) => void;
  readonly lastId: () => number;
  /** What came after `id`; null where some of it is no longer kept. */
  readonly after: (id: number) => readonly NumberedEvent[] | null;
  /** Hears of new events; answers a function that ends it. */
  readonly listen: (listener: (event: NumberedEvent) => void) => () => void;
}

export function createEventLog(capacity: number): EventLog {
  let kept: NumberedEvent[] = [];
  let lastId = 0;
  /** The newest event that is no longer kept and mattered. */
  let lostUpTo = 0;
  const listeners = new Set<(event: NumberedEvent) => void>();

  return {
    add: (event) => {
      const numbered = { id: ++lastId, event };
      if (event.name === 'job.progressed') {
        const { jobId } = event.data;
        kept = kept.filter(({ event: e }) => e.name !== 'job.progressed' || e.data.jobId !== jobId);
      }
      kept.push(numbered);
      if (kept.length > capacity) lostUpTo = kept.shift()?.id ?? lostUpTo;
      for (const listener of [...listeners]) listener(numbered);
    },
    lastId: () => lastId,
    after: (id) => (id < lostUpTo || id > lastId ? null : kept.filter((numbered) => numbered.id > id)),
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

import type { Clock } from '../core/clock.ts';

/** What an engine is given by its host. It knows neither a window nor a terminal. */
export interface EngineDeps {
  readonly clock: Clock;
  /** UUIDv7. */
  readonly newId: () => string;
  /** The module that workers start with: src/engine/task-worker.ts, or what it is built into. */
  readonly workerUrl: URL;
  /** The folder with router.mjs and router.py that every bundle ships. */
  readonly runtimeUrl: URL;
  readonly productVersion: string;
  /** How many jobs run at once, and how many workers one job may use. */
  readonly maxJobs?: number;
  readonly maxWorkers?: number;
  /** How long a cancelled worker may take to stop by itself before it is ended. */
  readonly cancelGraceMs?: number;
}

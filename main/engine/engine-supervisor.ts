import type { WindowEvent } from '../../src/contract/host.ts';
import type { Answer } from '../../src/contract/methods.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { Caller } from '../../src/engine/authorise.ts';
import type { ErrorPayload } from '../../src/core/errors.ts';
import type { EngineLink, FromEngine, StartEngine } from './engine-messages.ts';
import { createJobWatch } from './job-watch.ts';

/** An engine that lives in a process of its own and is started again when that process dies. */
export interface EngineSupervisor {
  /** Never rejects. A call that was under way when the engine died is refused, with `details.reason` engine-stopped. */
  readonly call: (method: string, input: unknown, caller?: Caller) => Promise<Answer<unknown>>;
  /** The project that is open. */
  readonly project: () => string | null;
  /** Ends the engine as a crash would: for tests, and for a new engine while developing. */
  readonly crash: () => void;
  readonly close: () => Promise<void>;
}

export interface SupervisorDeps {
  readonly start: StartEngine;
  readonly clock: Clock;
  readonly tell: (event: WindowEvent) => void;
}

/** More crashes than this within the window, and starting again would only repeat them. */
const MAX_CRASHES = 5;
const CRASH_WINDOW_MS = 60_000;
const CLOSE_GRACE_MS = 4000;

const stopped: ErrorPayload = {
  code: 'internal',
  message:
    'The engine stopped before it answered, and was started again. What was saved is safe; please repeat what you just did.',
  details: { reason: 'engine-stopped' },
};
const failed: ErrorPayload = {
  code: 'internal',
  message:
    'The engine keeps stopping and is not started any more. What was saved is safe in the project file. Start the application again.',
  details: { reason: 'engine-failed' },
};
const closing: ErrorPayload = { code: 'cancelled', message: 'The application is closing.' };

export function superviseEngine({ start, clock, tell }: SupervisorDeps): EngineSupervisor {
  const pending = new Map<number, (answer: Answer<unknown>) => void>();
  const jobs = createJobWatch();
  let nextId = 1;
  let project: string | null = null;
  let crashes: number[] = [];
  let state: 'running' | 'failed' | 'closing' = 'running';
  let onClosed: () => void = () => undefined;
  let link = launch();
  /** Calls wait until a new engine has the project open again. */
  let reopening: Promise<void> = Promise.resolve();

  function launch(): EngineLink {
    const launched = start({
      onMessage: handle,
      onExit: () => {
        if (state === 'closing') onClosed();
        else recover();
      },
    });
    return launched;
  }

  function handle(message: FromEngine): void {
    switch (message.type) {
      case 'ready':
        return;
      case 'answer':
        pending.get(message.id)?.(message.answer);
        pending.delete(message.id);
        return;
      case 'event':
        if (message.event.name === 'project.opened') project = message.event.data.path;
        if (message.event.name === 'project.closed') project = null;
        jobs.see(message.event);
        tell(message.event);
    }
  }

  function recover(): void {
    refuseAll(stopped);
    // Nobody else will say that these are over, and somebody may be waiting.
    for (const event of jobs.takeInterrupted()) tell(event);
    crashes = [...crashes.filter((ms) => ms > clock() - CRASH_WINDOW_MS), clock()];
    if (crashes.length > MAX_CRASHES) {
      state = 'failed';
      project = null;
      tell({ name: 'host.engineFailed', data: { error: failed } });
      return;
    }
    const reopen = project;
    link = launch();
    reopening = reopenProject(reopen);
  }

  async function reopenProject(path: string | null): Promise<void> {
    const answer = path === null ? null : await send('project.open', { path });
    const error = answer === null || answer.ok ? null : answer.error;
    // It died again meanwhile: the next round tells.
    if (error?.details?.reason === 'engine-stopped') return;
    if (error !== null) project = null;
    tell({ name: 'host.engineRestarted', data: { project: error === null ? path : null, error } });
  }

  function refuseAll(error: ErrorPayload): void {
    for (const answer of pending.values()) answer({ ok: false, error });
    pending.clear();
  }

  function send(method: string, input: unknown, caller?: Caller): Promise<Answer<unknown>> {
    const id = nextId++;
    return new Promise((resolve) => {
      pending.set(id, resolve);
      link.post({ type: 'call', id, method, input, caller });
    });
  }

  return {
    call: async (method, input, caller) => {
      if (state === 'running') await reopening;
      switch (state) {
        case 'running':
          return send(method, input, caller);
        case 'failed':
          return { ok: false, error: failed };
        case 'closing':
          return { ok: false, error: closing };
      }
    },
    project: () => project,
    crash: () => {
      link.kill();
    },
    close: async () => {
      if (state !== 'running') return;
      state = 'closing';
      const closed = new Promise<void>((resolve) => (onClosed = resolve));
      const timer = setTimeout(() => {
        link.kill();
      }, CLOSE_GRACE_MS);
      link.post({ type: 'close' });
      await closed;
      clearTimeout(timer);
      refuseAll(closing);
    },
  };
}

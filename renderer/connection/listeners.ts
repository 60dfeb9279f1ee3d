import type { AppEvent } from '../../src/contract/events.ts';
import type { HostEvent, WindowEvent } from '../../src/contract/host.ts';
import { isHostEvent } from '../../src/contract/host.ts';

interface Subscription {
  readonly signal: AbortSignal;
}

/** Hands what a window is told to those who asked: the engine's events and the host's. */
export interface Listeners {
  readonly tell: (event: WindowEvent) => void;
  readonly onAppEvent: (listener: (event: AppEvent) => void, options: Subscription) => void;
  readonly onHostEvent: (listener: (event: HostEvent) => void, options: Subscription) => void;
}

export function createListeners(): Listeners {
  const app = new Set<(event: AppEvent) => void>();
  const host = new Set<(event: HostEvent) => void>();
  return {
    tell: (event) => {
      if (isHostEvent(event)) for (const listener of [...host]) listener(event);
      else for (const listener of [...app]) listener(event);
    },
    onAppEvent: (listener, { signal }) => {
      add(app, listener, signal);
    },
    onHostEvent: (listener, { signal }) => {
      add(host, listener, signal);
    },
  };
}

function add<L>(listeners: Set<L>, listener: L, signal: AbortSignal): void {
  if (signal.aborted) return;
  listeners.add(listener);
  signal.addEventListener('abort', () => listeners.delete(listener), { once: true });
}

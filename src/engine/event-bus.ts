import type { AppEvent } from '../contract/events.ts';

export type Emit = (event: AppEvent) => void;

export interface EventBus {
  readonly emit: Emit;
  /** Listens until the signal aborts. */
  readonly subscribe: (listener: Emit, options?: { readonly signal?: AbortSignal }) => void;
  readonly clear: () => void;
}

/** Tells every subscriber, in the order of subscription. A subscriber that throws harms neither the engine nor others. */
export function createEventBus(onListenerError: (error: unknown) => void = () => undefined): EventBus {
  const listeners = new Set<Emit>();
  return {
    emit: (event) => {
      for (const listener of [...listeners]) {
        try {
          listener(event);
        } catch (error) {
          onListenerError(error);
        }
      }
    },
    subscribe: (listener, options) => {
      const signal = options?.signal;
      if (signal?.aborted === true) return;
      listeners.add(listener);
      signal?.addEventListener('abort', () => listeners.delete(listener), { once: true });
    },
    clear: () => {
      listeners.clear();
    },
  };
}

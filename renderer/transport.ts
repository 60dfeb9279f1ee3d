import type { Bridge } from '../src/contract/host.ts';
import { connectBridge } from './connection/bridge-connection.ts';
import { connectLoopback } from './connection/loopback-connection.ts';
import type { Connection } from './host.ts';

export type { Connection };

declare global {
  interface Window {
    /** Set by the preload script of the desktop window. */
    readonly metarouter?: Bridge;
  }
}

/**
 * Connects the page to the engine and to its host. Throws AppError where a browser tab has no right to be here, with a
 * message for the user; call it once.
 */
export function connect(): Promise<Connection> {
  return window.metarouter === undefined ? connectLoopback() : connectBridge(window.metarouter);
}

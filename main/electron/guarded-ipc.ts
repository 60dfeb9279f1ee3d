import type { IpcMainInvokeEvent } from 'electron';
import { ipcMain } from 'electron';
import type { WindowEvent } from '../../src/contract/host.ts';
import type { Answer } from '../../src/contract/methods.ts';
import type { TrustedOrigins } from './app-origin.ts';
import { CHANNELS } from './channels.ts';

/** What a window answers to its page. */
export interface PageCalls {
  readonly callEngine: (method: string, input: unknown) => Promise<Answer<unknown>>;
  readonly callHost: (method: string, input: unknown) => Promise<Answer<unknown>>;
}

/**
 * The one place where messages of pages come in. A message is answered if it comes from the main frame of one of our
 * windows, and that frame shows our page; what it asks is checked by the contract further on.
 */
export function guardIpc(
  origins: TrustedOrigins,
  callsOf: (webContentsId: number) => PageCalls | null,
): void {
  const handle = (channel: string, pick: (calls: PageCalls) => PageCalls['callEngine']): void => {
    ipcMain.handle(channel, (event, method: unknown, input: unknown) => {
      const calls = isOurPage(event, origins) ? callsOf(event.sender.id) : null;
      if (calls === null || typeof method !== 'string') throw new Error('Refused.');
      return pick(calls)(method, input);
    });
  };
  handle(CHANNELS.callEngine, (calls) => calls.callEngine);
  handle(CHANNELS.callHost, (calls) => calls.callHost);
}

function isOurPage(event: IpcMainInvokeEvent, origins: TrustedOrigins): boolean {
  const frame = event.senderFrame;
  return frame !== null && frame === event.sender.mainFrame && origins.isPage(frame.url);
}

/** A page that is going away hears nothing more. */
export function sendEvent(contents: Electron.WebContents, event: WindowEvent): void {
  if (!contents.isDestroyed()) contents.send(CHANNELS.event, event);
}

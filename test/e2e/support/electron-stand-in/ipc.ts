type Listener = (event: unknown, ...args: readonly unknown[]) => unknown;

const handlers = new Map<string, Listener>();

export const ipcMain = {
  handle: (channel: string, listener: Listener): void => {
    handlers.set(channel, listener);
  },
};

/** What `ipcRenderer.invoke` comes to. */
export async function invoke(channel: string, event: unknown, args: readonly unknown[]): Promise<unknown> {
  const listener = handlers.get(channel);
  if (listener === undefined) throw new Error(`No handler registered for '${channel}'`);
  return await listener(event, ...args);
}

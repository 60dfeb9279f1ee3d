import type { Bridge } from '../../src/contract/host.ts';
import type { Connection } from '../host.ts';
import { createListeners } from './listeners.ts';
import { typedHostCall } from './typed-host.ts';

/** The desktop window: everything goes through the preload script's bridge. */
export async function connectBridge(bridge: Bridge): Promise<Connection> {
  const listeners = createListeners();
  bridge.subscribe(listeners.tell);
  const call = typedHostCall(bridge.callHost);
  const info = await call('host.info', {});
  return {
    transport: { call: bridge.call, subscribe: listeners.onAppEvent },
    host: {
      info,
      call,
      subscribe: listeners.onHostEvent,
      pickImportFiles: async ({ kind } = {}) => (await call('host.chooseImportFiles', { kind })).files,
      receiveFile: (file) => call('host.describeFile', { path: bridge.pathOfFile(file) }),
      saveFile: async (name, content) => {
        const saved = await call('host.saveFile', { name, ...(await toContent(content)) });
        return saved.path !== null;
      },
      takeExportedFile: async (directory) => {
        await call('host.showInFolder', { path: directory });
        return false;
      },
      takeWrittenFile: async (path) => {
        await call('host.showInFolder', { path });
        return false;
      },
      openExternal: async (url) => (await call('host.openExternal', { url })).isOpened,
    },
  };
}

async function toContent(content: string | Blob): Promise<{ content: string; encoding: 'utf8' | 'base64' }> {
  if (typeof content === 'string') return { content, encoding: 'utf8' };
  const bytes = new Uint8Array(await content.arrayBuffer());
  return { content: bytes.toBase64(), encoding: 'base64' };
}

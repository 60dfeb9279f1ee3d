import type { FileKind } from '../../src/contract/host.ts';
import { AppError } from '../../src/core/errors.ts';
import type { Connection } from '../host.ts';
import { askToOpenExternal, chooseFiles, offerDownload } from './browser-files.ts';
import { createListeners } from './listeners.ts';
import { followEvents } from './loopback-events.ts';
import { createLoopbackWire } from './loopback-wire.ts';
import { enter } from './tab-session.ts';
import { typedHostCall } from './typed-host.ts';
import { uploadFile } from './upload.ts';

const ACCEPTED: Readonly<Record<FileKind, string>> = {
  data: '',
  packs: '.mrpack',
  projects: '.mrproj,.mrpack',
};

/** A browser tab: everything goes to the loopback host that served the page. */
export async function connectLoopback(): Promise<Connection> {
  const session = await enter();
  const wire = createLoopbackWire(session.secret);
  const listeners = createListeners();
  followEvents({ secret: session.secret, after: session.lastEventId, tell: listeners.tell });
  const call = typedHostCall((method, input) => wire.post('/api/host', { method, input }));
  const info = await call('host.info', {});
  return {
    transport: {
      call: (method, input) => wire.post('/api/call', { method, input }),
      subscribe: listeners.onAppEvent,
    },
    host: {
      info,
      call,
      subscribe: listeners.onHostEvent,
      pickImportFiles: async (options) => {
        const picked = [];
        for (const file of await chooseFiles(ACCEPTED[options?.kind ?? 'data']))
          picked.push(await uploadFile(session.secret, file, options));
        return picked;
      },
      receiveFile: (file, options) => uploadFile(session.secret, file, options),
      saveFile: (name, content) => {
        offerDownload(name, typeof content === 'string' ? new Blob([content]) : content);
        return Promise.resolve(true);
      },
      takeExportedFile: async (_directory, exportId, name) => {
        const query = new URLSearchParams({ exportId, name });
        const response = await wire.get(`/api/exported?${query.toString()}`);
        if (!response.ok) {
          throw new AppError('not-found', `${name} is no longer there to download: export the run again.`);
        }
        offerDownload(name, await response.blob());
        return true;
      },
      takeWrittenFile: async (path) => {
        const response = await wire.get(`/api/written?${new URLSearchParams({ path }).toString()}`);
        const name = path.replace(/^.*[/\\]/, '');
        if (!response.ok)
          throw new AppError('not-found', `${name} is no longer there to download: write it again.`);
        offerDownload(name, await response.blob());
        return true;
      },
      openExternal: (url) => Promise.resolve(askToOpenExternal(url)),
    },
  };
}

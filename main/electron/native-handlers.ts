import type { BrowserWindow } from 'electron';
import { dialog, shell } from 'electron';
import { stat, writeFile } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import type { FileKind, PickedFile } from '../../src/contract/host.ts';
import { AppError } from '../../src/core/errors.ts';
import { freePath, safeFileName } from '../host/free-name.ts';
import type { HostHandlers } from '../host/host-calls.ts';
import type { KeyStore } from '../host/key-store.ts';
import { PACK_EXTENSION, PROJECT_EXTENSION } from '../host/known-projects.ts';
import { platformName } from '../host/platform.ts';
import type { UserFolders } from '../host/user-folders.ts';
import type { Workspace } from '../host/workspace.ts';
import { askAndOpenExternal } from './open-external.ts';

const PROJECT_FILTER = [{ name: 'Meta-Router projects', extensions: [PROJECT_EXTENSION.slice(1)] }];
const OPEN_FILTER = [
  {
    name: 'Meta-Router projects and packs',
    extensions: [PROJECT_EXTENSION.slice(1), PACK_EXTENSION.slice(1)],
  },
];
const PACK_FILTER = [
  { name: 'Meta-Router packs', extensions: [PACK_EXTENSION.slice(1)] },
  { name: 'All files', extensions: ['*'] },
];
const DATA_FILTER = [
  { name: 'Data', extensions: ['jsonl', 'json', 'csv', 'tsv', 'gz', 'ndjson', 'parquet'] },
  { name: 'All files', extensions: ['*'] },
];

const FILE_DIALOGS = {
  data: { title: 'Import data', filters: DATA_FILTER },
  packs: { title: 'Take packs back', filters: PACK_FILTER },
  projects: { title: 'Open a project', filters: OPEN_FILTER },
} as const satisfies Record<FileKind, object>;

/** The host's methods in the desktop window: the system's own dialogs. */
export function nativeHandlers(deps: {
  readonly window: BrowserWindow;
  readonly workspace: Workspace;
  readonly folders: UserFolders;
  readonly keys: KeyStore;
  readonly version: string;
}): HostHandlers {
  const { window, workspace, folders, keys, version } = deps;
  /** What may be shown in the file manager: what this window has written. */
  const written = new Set<string>();
  workspace.listen((event) => {
    if (event.name === 'bundle.exported') written.add(resolve(event.data.directory));
    if (event.name === 'labels.exported' || event.name === 'pack.exported')
      written.add(resolve(event.data.path));
  });

  return {
    ...workspace.handlers,
    'host.info': () => ({
      kind: 'desktop',
      platform: platformName(process.platform),
      version,
      hasNativeDialogs: true,
      projectsFolder: folders.projects,
      initialProject: workspace.projectToShow(),
      rater: null,
    }),
    'host.newRaterAddress': () => {
      throw new AppError(
        'usage',
        'Several raters on one machine grade in a browser: start the application with --browser. For another machine export a pack.',
      );
    },
    'host.chooseProject': async () => {
      const { filePaths } = await dialog.showOpenDialog(window, {
        title: 'Open a project',
        filters: OPEN_FILTER,
        properties: ['openFile'],
      });
      return { path: filePaths.at(0) ?? null };
    },
    'host.chooseNewProject': async ({ name }) => {
      const { filePath, canceled } = await dialog.showSaveDialog(window, {
        title: 'New project',
        defaultPath: freePath(folders.projects, name, PROJECT_EXTENSION),
        filters: PROJECT_FILTER,
        properties: ['createDirectory'],
      });
      if (canceled) return { path: null };
      return { path: filePath.endsWith(PROJECT_EXTENSION) ? filePath : filePath + PROJECT_EXTENSION };
    },
    'host.chooseImportFiles': async ({ kind }) => {
      const { filePaths } = await dialog.showOpenDialog(window, {
        ...FILE_DIALOGS[kind],
        properties: ['openFile', 'multiSelections'],
      });
      return { files: await Promise.all(filePaths.map(describeFile)) };
    },
    'host.describeFile': ({ path }) => describeFile(path),
    'host.chooseExportFolder': async ({ name }) => {
      const { filePaths } = await dialog.showOpenDialog(window, {
        title: 'Where to export to',
        buttonLabel: 'Export here',
        properties: ['openDirectory', 'createDirectory'],
      });
      const folder = filePaths.at(0);
      return { path: folder === undefined ? null : freePath(folder, name, '') };
    },
    'host.chooseSavePath': async ({ name }) => {
      const { filePath, canceled } = await dialog.showSaveDialog(window, {
        defaultPath: safeFileName(name),
        filters: [{ name: extname(name).slice(1).toUpperCase(), extensions: [extname(name).slice(1)] }],
        properties: ['createDirectory', 'showOverwriteConfirmation'],
      });
      return { path: canceled ? null : filePath };
    },
    'host.keepProject': async ({ path }) => ({ path: (await describeFile(path)).path }),
    'host.saveFile': async ({ name, content, encoding }) => {
      const { filePath, canceled } = await dialog.showSaveDialog(window, {
        defaultPath: safeFileName(name),
        properties: ['createDirectory'],
      });
      if (canceled) return { path: null };
      await writeFile(filePath, content, encoding);
      written.add(resolve(filePath));
      return { path: filePath };
    },
    'host.showInFolder': async ({ path }) => {
      if (!written.has(resolve(path)))
        throw new AppError('usage', 'Only what was written here can be shown.');
      // The folder itself, not its parent: what is in it is what people look for.
      const isFolder = (await stat(path)).isDirectory();
      shell.showItemInFolder(isFolder ? join(path, 'README.md') : path);
      return {};
    },
    'host.keys': async () => ({ canKeep: await keys.isAvailable(), servers: [...keys.servers()] }),
    'host.saveKey': async ({ server, key }) => {
      await keys.save(server, key);
      return {};
    },
    'host.forgetKey': ({ server }) => {
      keys.forget(server);
      return {};
    },
    'host.openExternal': async ({ url }) => ({ isOpened: await askAndOpenExternal(window, url) }),
  };
}

async function describeFile(path: string): Promise<PickedFile> {
  const stats = await stat(path).catch(() => null);
  if (stats?.isFile() !== true) {
    throw new AppError('not-found', `${basename(path)} is not a file that can be read.`);
  }
  return { path, name: basename(path), bytes: stats.size };
}

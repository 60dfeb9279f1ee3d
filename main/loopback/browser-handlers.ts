import { constants, copyFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { AppError } from '../../src/core/errors.ts';
import { freePath } from '../host/free-name.ts';
import type { HostHandlers } from '../host/host-calls.ts';
import { PACK_EXTENSION, PROJECT_EXTENSION } from '../host/known-projects.ts';
import { platformName } from '../host/platform.ts';
import type { UserFolders } from '../host/user-folders.ts';
import type { Workspace } from '../host/workspace.ts';
import { isInside } from './page-paths.ts';

/** The host's methods for pages in a browser: no dialogs, so files go into the folders of the application. */
export function browserHandlers(deps: {
  readonly workspace: Workspace;
  readonly folders: UserFolders;
  readonly version: string;
  readonly newAddress: (rater: string) => string;
  /** Where files lie that pages have sent. */
  readonly uploadsFolder: string;
}): HostHandlers {
  const { workspace, folders, version, newAddress, uploadsFolder } = deps;
  return {
    ...workspace.handlers,
    'host.info': () => ({
      kind: 'browser',
      platform: platformName(process.platform),
      version,
      hasNativeDialogs: false,
      projectsFolder: folders.projects,
      initialProject: workspace.projectToShow(),
      rater: null,
    }),
    'host.chooseNewProject': ({ name }) => ({ path: freePath(folders.projects, name, PROJECT_EXTENSION) }),
    'host.chooseExportFolder': ({ name }) => ({ path: freePath(folders.exports, name, '') }),
    'host.chooseSavePath': ({ name }) => {
      const extension = extname(name);
      return { path: freePath(folders.exports, basename(name, extension), extension) };
    },
    'host.keepProject': ({ path }) => {
      const extension = extname(path);
      if (!isInside(path, [uploadsFolder]) || ![PROJECT_EXTENSION, PACK_EXTENSION].includes(extension)) {
        throw new AppError(
          'invalid-input',
          `Only projects (${PROJECT_EXTENSION}) and packs (${PACK_EXTENSION}) that were given to this page can be opened so.`,
        );
      }
      const kept = freePath(folders.projects, basename(path, extension), extension);
      copyFileSync(path, kept, constants.COPYFILE_EXCL);
      return { path: kept };
    },
    'host.newRaterAddress': ({ rater }) => ({ address: newAddress(rater) }),
    'host.chooseProject': noDialogs,
    'host.chooseImportFiles': noDialogs,
    'host.describeFile': noDialogs,
    'host.saveFile': noDialogs,
    'host.showInFolder': noDialogs,
    'host.openExternal': noDialogs,
    'host.keys': () => ({ canKeep: false, servers: [] }),
    'host.saveKey': noKeychain,
    'host.forgetKey': noKeychain,
  };
}

function noKeychain(): never {
  throw new AppError('usage', 'A page in a browser has no keychain: the key is given each time.');
}

function noDialogs(): never {
  throw new AppError('usage', 'In a browser the page itself does this: see host.info, hasNativeDialogs.');
}

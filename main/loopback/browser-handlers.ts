import { AppError } from '../../src/core/errors.ts';
import { freePath } from '../host/free-name.ts';
import type { HostHandlers } from '../host/host-calls.ts';
import { PROJECT_EXTENSION } from '../host/known-projects.ts';
import { platformName } from '../host/platform.ts';
import type { UserFolders } from '../host/user-folders.ts';
import type { Workspace } from '../host/workspace.ts';

/** The host's methods for pages in a browser: no dialogs, so files go into the folders of the application. */
export function browserHandlers(deps: {
  readonly workspace: Workspace;
  readonly folders: UserFolders;
  readonly version: string;
  readonly newAddress: (rater: string) => string;
}): HostHandlers {
  const { workspace, folders, version, newAddress } = deps;
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

import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the application keeps what belongs to the user. */
export interface UserFolders {
  readonly data: string;
  readonly projects: string;
  readonly exports: string;
  readonly demo: string;
}

const FOLDER = 'Meta-Router Studio';

/** The folder for applications' data of this platform, or METAROUTER_USER_DATA: tests and portable installs. */
export function defaultUserData(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (env.METAROUTER_USER_DATA !== undefined && env.METAROUTER_USER_DATA !== '')
    return env.METAROUTER_USER_DATA;
  if (platform === 'win32') return join(env.APPDATA ?? join(homedir(), 'AppData', 'Roaming'), FOLDER);
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', FOLDER);
  return join(env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'meta-router-studio');
}

export function makeUserFolders(data: string): UserFolders {
  const folders = {
    data,
    projects: join(data, 'projects'),
    exports: join(data, 'exports'),
    demo: join(data, 'demo'),
  };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  return folders;
}

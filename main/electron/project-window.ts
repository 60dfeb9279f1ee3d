import { BrowserWindow, nativeTheme } from 'electron';
import type { Answer } from '../../src/contract/methods.ts';
import { createHostCall, type HostCall } from '../host/host-calls.ts';
import { addKeptKeys, type KeyStore } from '../host/key-store.ts';
import type { UserFolders } from '../host/user-folders.ts';
import type { Workspace } from '../host/workspace.ts';
import { sendEvent } from './guarded-ipc.ts';
import { nativeHandlers } from './native-handlers.ts';
import type { WindowState } from './window-state.ts';

/** A window with the engine of the one project it shows. */
export interface ProjectWindow {
  readonly window: BrowserWindow;
  readonly workspace: Workspace;
  readonly callHost: HostCall;
  readonly callEngine: (method: string, input: unknown) => Promise<Answer<unknown>>;
}

export interface ProjectWindowDeps {
  readonly workspace: Workspace;
  readonly folders: UserFolders;
  readonly keys: KeyStore;
  readonly state: WindowState;
  readonly version: string;
  readonly preloadPath: string;
  readonly pageUrl: string;
  readonly isPackaged: boolean;
}

const TITLE = 'Meta-Router Studio';

export function openProjectWindow(deps: ProjectWindowDeps): ProjectWindow {
  const { workspace } = deps;
  const saved = deps.state.read();
  const window = new BrowserWindow({
    width: saved?.width ?? 1280,
    height: saved?.height ?? 832,
    ...(saved === null ? {} : { x: saved.x, y: saved.y }),
    minWidth: 720,
    minHeight: 480,
    show: false,
    title: TITLE,
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#111418' : '#ffffff',
    webPreferences: {
      preload: deps.preloadPath,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      navigateOnDragDrop: false,
      devTools: !deps.isPackaged,
    },
  });
  if (saved?.isMaximized === true) window.maximize();
  window.once('ready-to-show', () => {
    window.show();
  });
  // The title is the project's, not the document's.
  window.on('page-title-updated', (event) => {
    event.preventDefault();
  });
  workspace.listen((event) => {
    if (event.name === 'project.opened') showProject(window, event.data.name, event.data.path);
    if (event.name === 'project.closed') showProject(window, null, '');
    sendEvent(window.webContents, event);
  });
  closeEngineFirst(window, deps);
  void window.loadURL(deps.pageUrl);

  const handlers = nativeHandlers({ ...deps, window });
  return {
    ...{ window, workspace, callHost: createHostCall(handlers) },
    callEngine: addKeptKeys(workspace.engine.call, deps.keys),
  };
}

function showProject(window: BrowserWindow, name: string | null, path: string): void {
  if (window.isDestroyed()) return;
  window.setTitle(name === null ? TITLE : `${name} – ${TITLE}`);
  window.setRepresentedFilename(path);
}

/** The window goes at once, for the eye; for the program when its engine has let go of the project. */
function closeEngineFirst(window: BrowserWindow, { state, workspace }: ProjectWindowDeps): void {
  window.on('close', (event) => {
    event.preventDefault();
    state.save(window);
    window.hide();
    void workspace.engine.close().finally(() => {
      window.destroy();
    });
  });
}

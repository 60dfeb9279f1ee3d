import { app, BrowserWindow, session } from 'electron';
import { fileURLToPath } from 'node:url';
import packageJson from '../package.json' with { type: 'json' };
import { trustedOrigins } from './electron/app-origin.ts';
import { registerAppScheme, serveApp } from './electron/app-protocol.ts';
import { guardIpc } from './electron/guarded-ipc.ts';
import { systemKeychain } from './electron/keychain.ts';
import { lockPages, lockSession } from './electron/lockdown.ts';
import { setMenu } from './electron/menu.ts';
import { onOpenRequests, projectAmong } from './electron/open-requests.ts';
import { openProjectWindow } from './electron/project-window.ts';
import { createProjectWindows, type ProjectWindows } from './electron/project-windows.ts';
import { utilityEngine } from './electron/utility-engine.ts';
import { openWindowState } from './electron/window-state.ts';
import { openKeyStore } from './host/key-store.ts';
import { openKnownProjects, type KnownProjects } from './host/known-projects.ts';
import { defaultUserData, makeUserFolders } from './host/user-folders.ts';
import { openWorkspace } from './host/workspace.ts';

/** The desktop application. Paths are relative to out/main, where this is built to. */
const at = (path: string): URL => new URL(path, import.meta.url);
const clock = (): number => Date.now();
const origins = trustedOrigins(app.isPackaged ? null : (process.env.ELECTRON_RENDERER_URL ?? null));
const userData = defaultUserData(process.env, process.platform);

// All of this before the application is ready.
app.setName('Meta-Router Studio');
app.setPath('userData', `${userData}/electron`);
app.enableSandbox();
registerAppScheme();
lockPages(app);

if (app.requestSingleInstanceLock()) void run();
else app.quit();

async function run(): Promise<void> {
  const folders = makeUserFolders(userData);
  const projects = openKnownProjects(folders, clock);
  const keys = openKeyStore(folders.data, systemKeychain);
  const windows = createProjectWindows((initialProject) => {
    const workspace = openWorkspace({
      startEngine: utilityEngine({
        processUrl: at('./engine-process.js'),
        workerUrl: at('./task-worker.js'),
        runtimeUrl: at('../../dist/runtime/'),
      }),
      folders,
      projects,
      clock,
      initialProject,
    });
    workspace.listen((event) => {
      if (event.name !== 'project.opened') return;
      app.addRecentDocument(event.data.path);
      showMenu(windows, projects);
    });
    return openProjectWindow({
      workspace,
      folders,
      keys,
      state: openWindowState(userData),
      version: packageJson.version,
      preloadPath: fileURLToPath(at('../preload/preload.cjs')),
      pageUrl: origins.pageUrl,
      isPackaged: app.isPackaged,
    });
  });
  let early: string | null = projectAmong(process.argv, process.cwd());
  let isReady = false;
  onOpenRequests(app, {
    openWindow: () => {
      windows.openWindow(null);
    },
    openProject: (path) => {
      if (isReady) windows.openProject(path);
      else early = path;
    },
  });
  quitWithLastWindow(windows);

  await app.whenReady();
  isReady = true;
  lockSession(session.defaultSession, origins);
  serveApp(fileURLToPath(at('../renderer/')));
  guardIpc(origins, windows.callsOf);
  showMenu(windows, projects);
  windows.openWindow(early);
}

function showMenu(windows: ProjectWindows, projects: KnownProjects): void {
  const actions = {
    newWindow: () => {
      windows.openWindow(null);
    },
    openProject: windows.openProject,
    tellPage: (command: Parameters<Parameters<typeof setMenu>[1]['tellPage']>[0]) => {
      const focused = BrowserWindow.getFocusedWindow();
      const own = windows.list().find(({ window }) => window === focused);
      own?.workspace.tell({ name: 'host.menuChosen', data: { command } });
    },
  };
  setMenu(projects.list(), actions, app.isPackaged);
}

/** On macOS an application stays until it is quit, and its icon opens a window again. */
function quitWithLastWindow(windows: ProjectWindows): void {
  let isQuitting = false;
  app.on('before-quit', () => {
    isQuitting = true;
  });
  app.on('window-all-closed', () => {
    if (isQuitting || process.platform !== 'darwin') app.quit();
  });
  app.on('activate', () => {
    if (windows.count() === 0) windows.openWindow(null);
  });
}

import type { MenuItemConstructorOptions } from 'electron';
import { Menu } from 'electron';
import type { KnownProject, MenuCommand } from '../../src/contract/host.ts';

/** What entries of the menu do. */
export interface MenuActions {
  readonly newWindow: () => void;
  readonly openProject: (path: string) => void;
  /** Carried out by the page of the window in front. */
  readonly tellPage: (command: MenuCommand) => void;
}

const MAX_RECENT = 10;

export function setMenu(recent: readonly KnownProject[], actions: MenuActions, isPackaged: boolean): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(recent, actions, isPackaged)));
}

function menuTemplate(
  recent: readonly KnownProject[],
  actions: MenuActions,
  isPackaged: boolean,
): MenuItemConstructorOptions[] {
  const isMac = process.platform === 'darwin';
  const page = (label: string, command: MenuCommand, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    ...(accelerator === undefined ? {} : { accelerator }),
    click: () => {
      actions.tellPage(command);
    },
  });
  const recentItems = recent.slice(0, MAX_RECENT).map((project): MenuItemConstructorOptions => ({
    // An ampersand would underline the next letter.
    label: project.name.replaceAll('&', '&&'),
    toolTip: project.path,
    click: () => {
      actions.openProject(project.path);
    },
  }));
  const file: MenuItemConstructorOptions[] = [
    page('New Project…', 'new-project', 'CmdOrCtrl+N'),
    page('Open Project…', 'open-project', 'CmdOrCtrl+O'),
    {
      label: 'Open Recent',
      submenu: recentItems.length > 0 ? recentItems : [{ label: 'No projects yet', enabled: false }],
    },
    page('Open the Demo Project', 'open-demo'),
    { type: 'separator' },
    page('Import Data…', 'import-data', 'CmdOrCtrl+I'),
    { type: 'separator' },
    { label: 'New Window', accelerator: 'CmdOrCtrl+Shift+N', click: actions.newWindow },
    ...(isMac ? [] : [page('Settings', 'settings', 'CmdOrCtrl+,')]),
    { role: isMac ? 'close' : 'quit' },
  ];
  const view: MenuItemConstructorOptions[] = [
    page('Command Palette', 'command-palette', 'CmdOrCtrl+K'),
    { type: 'separator' },
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { role: 'togglefullscreen' },
    ...(isPackaged ? [] : ([{ type: 'separator' }, { role: 'reload' }, { role: 'toggleDevTools' }] as const)),
  ];
  return [
    ...(isMac ? [appMenu(page('Settings…', 'settings', 'CmdOrCtrl+,'))] : []),
    { label: 'File', submenu: file },
    { role: 'editMenu' },
    { label: 'View', submenu: view },
    { role: 'windowMenu' },
    { role: 'help', submenu: [page('Keyboard Shortcuts', 'shortcuts', 'CmdOrCtrl+/')] },
  ];
}

function appMenu(settings: MenuItemConstructorOptions): MenuItemConstructorOptions {
  return {
    role: 'appMenu',
    submenu: [
      { role: 'about' },
      { type: 'separator' },
      settings,
      { type: 'separator' },
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      { type: 'separator' },
      { role: 'quit' },
    ],
  };
}

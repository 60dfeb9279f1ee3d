/** What the application imports from `electron`. */
export { app } from './app.ts';
export { BrowserWindow } from './browser-window.ts';
export { dialog, Menu, nativeTheme, screen, shell } from './desktop.ts';
export { ipcMain } from './ipc.ts';
export { protocol, session } from './network.ts';
export { safeStorage } from './safe-storage.ts';
export { utilityProcess } from './utility-process.ts';

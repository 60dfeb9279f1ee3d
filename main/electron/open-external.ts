import type { BrowserWindow } from 'electron';
import { dialog, shell } from 'electron';

/** Pages of the web only, and only where the user agrees to this very address. */
export async function askAndOpenExternal(window: BrowserWindow, text: string): Promise<boolean> {
  const url = webAddress(text);
  if (url === null) return false;
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: 'Open this page in your browser?',
    detail: url,
    buttons: ['Open', 'Cancel'],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  });
  if (response !== 0) return false;
  await shell.openExternal(url);
  return true;
}

/** The address in full, without a name and password that could pass for the host; null for anything but http(s). */
export function webAddress(text: string): string | null {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return null;
  url.username = '';
  url.password = '';
  return url.href;
}

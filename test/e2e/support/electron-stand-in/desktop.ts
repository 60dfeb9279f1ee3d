import { EventEmitter } from 'node:events';
import { tellTest } from './tell-test.ts';

/** The test says what the user answers to the next dialog of a kind: process.send({ type: 'dialog', method, result }). */
interface DialogAnswer {
  readonly type: 'dialog';
  readonly method: string;
  readonly result: unknown;
}

const answers = new Map<string, unknown[]>();
process.on('message', (message: DialogAnswer | { readonly type: 'menu'; readonly label: string }) => {
  if (message.type === 'dialog') {
    answers.set(message.method, [...(answers.get(message.method) ?? []), message.result]);
  } else clickMenu(message.label);
});

function answer(method: string): Promise<unknown> {
  const result = answers.get(method)?.shift();
  if (result === undefined) return Promise.reject(new Error(`The test has no answer to ${method}.`));
  return Promise.resolve(result);
}

export const dialog = {
  showOpenDialog: () => answer('showOpenDialog'),
  showSaveDialog: () => answer('showSaveDialog'),
  showMessageBox: () => answer('showMessageBox'),
};

function handOver(type: string): (value: string) => Promise<void> {
  return (value) => {
    tellTest(type, value);
    return Promise.resolve();
  };
}

export const shell = {
  openExternal: handOver('openExternal'),
  showItemInFolder: handOver('showItemInFolder'),
};

interface MenuItem {
  readonly label?: string;
  readonly click?: () => void;
  readonly submenu?: readonly MenuItem[];
}

let menu: readonly MenuItem[] = [];
export const Menu = {
  buildFromTemplate: (template: readonly MenuItem[]) => template,
  setApplicationMenu: (template: readonly MenuItem[]): void => {
    menu = template;
  },
};

function clickMenu(label: string, items: readonly MenuItem[] = menu): void {
  for (const item of items) {
    if (item.label === label) item.click?.();
    if (Array.isArray(item.submenu)) clickMenu(label, item.submenu);
  }
}

export const nativeTheme = { shouldUseDarkColors: false };

class Screen extends EventEmitter {
  getAllDisplays(): readonly object[] {
    return [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }];
  }
}

export const screen = new Screen();

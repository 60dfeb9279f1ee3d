import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Frame, Page } from 'playwright-core';
import { app } from './app.ts';
import { browserContext } from './browser.ts';
import { invoke } from './ipc.ts';
import { toApp, toPlayed } from './network.ts';
import { tellTest } from './tell-test.ts';

interface Options {
  readonly webPreferences: { readonly preload: string };
}

class PreventableEvent {
  isPrevented = false;
  preventDefault(): void {
    this.isPrevented = true;
  }
}

const windows = new Set<BrowserWindow>();
let lastId = 0;

/** Frames are compared by identity. */
const frames = new WeakMap<Frame, { readonly url: string }>();
function frameOf(frame: Frame): { readonly url: string } {
  const known = frames.get(frame) ?? {
    get url() {
      return toApp(frame.url());
    },
  };
  frames.set(frame, known);
  return known;
}

class WebContents extends EventEmitter {
  readonly id = ++lastId;
  page: Page | null = null;
  isGone = false;

  get mainFrame(): unknown {
    return this.page === null ? null : frameOf(this.page.mainFrame());
  }

  isDestroyed(): boolean {
    return this.isGone;
  }

  send(channel: string, message: unknown): void {
    void this.page
      ?.evaluate(`globalThis.__standInReceive?.(${JSON.stringify(channel)}, ${JSON.stringify(message)})`)
      .catch(() => undefined);
  }

  setWindowOpenHandler(): void {
    // The route blocks what a new window would load.
  }

  setWebRTCIPHandlingPolicy(): void {
    // Not here.
  }
}

/** The world of the preload script: `require('electron')` and nothing more. */
function preloadScript(source: string): string {
  return `(() => {
    if (window !== window.top) return;
    const listeners = new Map();
    globalThis.__standInReceive = (channel, message) => {
      for (const listener of [...(listeners.get(channel) ?? [])]) listener({}, message);
    };
    const electron = {
      contextBridge: { exposeInMainWorld: (name, api) => { globalThis[name] = Object.freeze(api); } },
      ipcRenderer: {
        invoke: (channel, ...args) => globalThis.__standInInvoke(channel, args),
        on: (channel, listener) => listeners.set(channel, [...(listeners.get(channel) ?? []), listener]),
        removeListener: (channel, listener) =>
          listeners.set(channel, (listeners.get(channel) ?? []).filter((l) => l !== listener)),
      },
      webUtils: { getPathForFile: (file) => file.name },
    };
    const require = (name) => { if (name === 'electron') return electron; throw new Error(name); };
    ((module, exports, require) => { ${source} })({}, {}, require);
  })();`;
}

export class BrowserWindow extends EventEmitter {
  static getFocusedWindow(): BrowserWindow | null {
    return [...windows].at(-1) ?? null;
  }

  readonly webContents = new WebContents();
  readonly #preload: string;

  constructor(options: Options) {
    super();
    this.#preload = preloadScript(readFileSync(options.webPreferences.preload, 'utf8'));
    windows.add(this);
    app.emit('web-contents-created', {}, this.webContents);
  }

  async loadURL(url: string): Promise<void> {
    const page = await browserContext().newPage();
    this.webContents.page = page;
    await page.exposeBinding('__standInInvoke', ({ frame }, channel: string, args: readonly unknown[]) =>
      invoke(channel, { sender: this.webContents, senderFrame: frameOf(frame) }, args),
    );
    await page.addInitScript(this.#preload);
    page.on('close', () => {
      this.#closeUnlessPrevented();
    });
    await page.goto(toPlayed(url));
    this.emit('ready-to-show');
  }

  #closeUnlessPrevented(): void {
    const close = new PreventableEvent();
    this.emit('close', close);
    if (!close.isPrevented) this.destroy();
  }

  destroy(): void {
    this.webContents.isGone = true;
    windows.delete(this);
    void this.webContents.page?.close().catch(() => undefined);
    this.emit('closed');
    if (windows.size === 0) app.emit('window-all-closed');
  }

  isDestroyed(): boolean {
    return this.webContents.isGone;
  }

  setTitle(title: string): void {
    tellTest('title', title);
  }

  getNormalBounds(): { x: number; y: number; width: number; height: number } {
    return { x: 0, y: 0, width: 1280, height: 800 };
  }

  isMaximized(): boolean {
    return false;
  }

  isMinimized(): boolean {
    return false;
  }

  setRepresentedFilename(): void {
    // macOS.
  }

  show(): void {
    // Headless.
  }

  hide(): void {
    // Headless.
  }

  focus(): void {
    windows.delete(this);
    windows.add(this);
  }

  maximize(): void {
    // Headless.
  }

  restore(): void {
    // Headless.
  }
}

import { EventEmitter } from 'node:events';
import { closeBrowser, openBrowser } from './browser.ts';

class App extends EventEmitter {
  readonly isPackaged = false;
  #ready: Promise<void> | null = null;
  #paths = new Map<string, string>();

  setName(): void {
    // Nothing shows it here.
  }

  enableSandbox(): void {
    // Chromium's own.
  }

  addRecentDocument(): void {
    // There is no desktop.
  }

  requestSingleInstanceLock(): boolean {
    return true;
  }

  setPath(name: string, path: string): void {
    this.#paths.set(name, path);
  }

  whenReady(): Promise<void> {
    const userData = this.#paths.get('userData');
    if (userData === undefined) throw new Error('setPath("userData") comes first.');
    this.#ready ??= openBrowser(userData);
    return this.#ready;
  }

  quit(): void {
    this.emit('before-quit', { preventDefault: () => undefined });
    void closeBrowser().finally(() => {
      process.exit(0);
    });
  }
}

export const app = new App();

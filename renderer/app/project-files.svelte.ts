import type { KnownProject } from '../../src/contract/host.ts';
import { text } from '../text.ts';
import type { App } from './app.svelte.ts';
import { Resource } from './resource.svelte.ts';

/** Opening, making and listing project files. */
export class ProjectFiles {
  readonly known = new Resource<readonly KnownProject[]>();
  /** What is being opened now: a path, or the demo. */
  opening: string | null = $state(null);
  readonly #app: Pick<App, 'client' | 'host' | 'toasts' | 'router' | 'openDialog'>;

  constructor(app: Pick<App, 'client' | 'host' | 'toasts' | 'router' | 'openDialog'>) {
    this.#app = app;
  }

  async list(): Promise<void> {
    await this.known.load(async () => (await this.#app.host.call('host.projects', {})).projects);
  }

  async open(path: string): Promise<boolean> {
    return this.#busy(path, text.home.openFailed, async () => {
      await this.#app.client.call('project.open', { path });
      return true;
    });
  }

  /** By the desktop's dialog; in a browser the page lists the projects itself. */
  async choose(): Promise<void> {
    if (!this.#app.host.info.hasNativeDialogs) {
      this.#app.openDialog = 'open-project';
      return;
    }
    const { path } = await this.#app.host.call('host.chooseProject', {});
    if (path !== null && (await this.open(path))) this.#app.router.go('home');
  }

  async create(name: string): Promise<boolean> {
    return this.#busy(name, text.home.createFailed, async () => {
      const { path } = await this.#app.host.call('host.chooseNewProject', { name });
      if (path === null) return false;
      await this.#app.client.call('project.create', { path, name });
      this.#app.router.go('data');
      return true;
    });
  }

  async openDemo(): Promise<boolean> {
    return this.#busy('demo', text.home.demoFailed, async () => {
      await this.#app.host.call('host.openDemo', {});
      this.#app.router.go('data');
      return true;
    });
  }

  async forget(path: string): Promise<void> {
    await this.#app.host.call('host.forgetProject', { path });
    await this.list();
  }

  async #busy(what: string, failed: string, work: () => Promise<boolean>): Promise<boolean> {
    if (this.opening !== null) return false;
    this.opening = what;
    try {
      return await work();
    } catch (error) {
      this.#app.toasts.error(failed, error);
      return false;
    } finally {
      this.opening = null;
    }
  }
}

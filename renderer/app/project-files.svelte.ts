import type { KnownProject } from '../../src/contract/host.ts';
import { text } from '../text.ts';
import type { App } from './app.svelte.ts';
import { Resource } from './resource.svelte.ts';

type Needs = Pick<App, 'client' | 'host' | 'toasts' | 'router' | 'openDialog' | 'screens'>;

/** Opening, making and listing project files. */
export class ProjectFiles {
  readonly known = new Resource<readonly KnownProject[]>();
  /** What is being opened now: a path, or the demo. */
  opening: string | null = $state(null);
  #packTaker: ((file: File) => void) | null = null;
  readonly #app: Needs;

  constructor(app: Needs) {
    this.#app = app;
  }

  async list(): Promise<void> {
    await this.known.load(async () => (await this.#app.host.call('host.projects', {})).projects);
  }

  async open(path: string): Promise<boolean> {
    return this.#busy(path, text.home.openFailed, async () => {
      await this.#openPath(path);
      return true;
    });
  }

  /** A file that the user gave: a project or a pack. */
  async openFile(file: File): Promise<boolean> {
    return this.#busy(file.name, text.home.openFailed, async () => {
      const received = await this.#app.host.receiveFile(file);
      await this.#keepAndOpen(received.path);
      return true;
    });
  }

  /** Asks for a project or a pack on this machine, where the page cannot use the system's dialog for its own list. */
  async openGiven(): Promise<boolean> {
    return this.#busy('file', text.home.openFailed, async () => {
      const [file] = await this.#app.host.pickImportFiles({ kind: 'projects' });
      if ((file as typeof file | undefined) === undefined) return false;
      await this.#keepAndOpen(file.path);
      return true;
    });
  }

  /** While a screen takes packs back, a pack that is dropped goes there. Answers a function that ends it. */
  takePacks(taker: (file: File) => void): () => void {
    this.#packTaker = taker;
    return () => {
      if (this.#packTaker === taker) this.#packTaker = null;
    };
  }

  /** A file that was dropped on the window: a pack is taken back or opened, a project is opened. False for data. */
  drop(file: File): boolean {
    const isPack = file.name.endsWith('.mrpack');
    if (!isPack && !file.name.endsWith('.mrproj')) return false;
    if (isPack && this.#packTaker !== null) this.#packTaker(file);
    else void this.openFile(file);
    return true;
  }

  async #keepAndOpen(given: string): Promise<void> {
    const { path } = await this.#app.host.call('host.keepProject', { path: given });
    await this.#openPath(path);
  }

  /** A pack has one thing to do: its queue. */
  async #openPath(path: string): Promise<void> {
    const { pack } = await this.#app.client.call('project.open', { path });
    if (pack !== null) this.#app.router.go('grade', { queue: String(pack.queueId) });
    else this.#app.router.go('home');
  }

  /** By the desktop's dialog; in a browser the page lists the projects itself. */
  async choose(): Promise<void> {
    if (!this.#app.host.info.hasNativeDialogs) {
      this.#app.openDialog = 'open-project';
      return;
    }
    const { path } = await this.#app.host.call('host.chooseProject', {});
    if (path !== null) await this.open(path);
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

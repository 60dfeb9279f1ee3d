import { createContext } from 'svelte';
import { createClient, type Client } from '../../src/contract/client.ts';
import type { HostEvent } from '../../src/contract/host.ts';
import { AppError } from '../../src/core/errors.ts';
import type { Warning } from '../../src/core/warning.ts';
import type { Host } from '../host.ts';
import { text } from '../text.ts';
import type { Connection } from '../transport.ts';
import { Commands } from './commands.svelte.ts';
import { ImportSession } from './import-session.svelte.ts';
import { Jobs } from './jobs.svelte.ts';
import { ProjectFiles } from './project-files.svelte.ts';
import { Project } from './project.svelte.ts';
import { Router } from './router.svelte.ts';
import { Settings } from './settings.svelte.ts';
import { Toasts } from './toasts.svelte.ts';

/** The engine behind the window: at work, started again after a crash, or gone. */
export type EngineHealth =
  | { readonly state: 'well' }
  | { readonly state: 'restarted'; readonly message: string | null }
  | { readonly state: 'failed'; readonly message: string };

/** All state of a window that outlives a screen. */
export class App {
  readonly client: Client;
  readonly host: Host;
  readonly router = new Router();
  readonly toasts = new Toasts();
  readonly settings: Settings;
  readonly jobs: Jobs;
  readonly project: Project;
  readonly files: ProjectFiles;
  readonly imports: ImportSession;
  readonly commands: Commands;
  health: EngineHealth = $state.raw({ state: 'well' });
  /** What jobs of this session have warned of, newest first; dismissed by nobody, gone with the project. */
  warnings: readonly Warning[] = $state.raw([]);
  openDialog: 'palette' | 'shortcuts' | 'settings' | 'new-project' | 'open-project' | null = $state(null);
  readonly #closed = new AbortController();

  constructor({ transport, host }: Connection) {
    this.client = createClient(transport);
    this.host = host;
    this.settings = new Settings(host);
    this.jobs = new Jobs(this.client);
    this.project = new Project(this.client);
    this.files = new ProjectFiles(this);
    this.imports = new ImportSession(this);
    this.commands = new Commands(host.info.platform === 'mac');
  }

  /** Listens, reads the settings, and opens the project the window was made for. */
  async start(): Promise<void> {
    const { signal } = this.#closed;
    this.client.subscribe(
      (event) => {
        if (event.name === 'project.closed') {
          this.jobs.clear();
          this.warnings = [];
        }
        this.jobs.onEvent(event);
        this.project.onEvent(event);
      },
      { signal },
    );
    this.host.subscribe((event) => this.#onHostEvent(event), { signal });
    this.router.start(signal);
    await this.settings.load();
    void this.#openInitial();
  }

  warn(warnings: readonly Warning[]): void {
    const known = new Set(this.warnings.map((warning) => warning.message));
    this.warnings = [...warnings.filter((warning) => !known.has(warning.message)), ...this.warnings];
  }

  close(): void {
    this.#closed.abort();
  }

  async #openInitial(): Promise<void> {
    await this.project.refresh();
    const { initialProject } = this.host.info;
    if (!this.project.isOpen && initialProject !== null) await this.files.open(initialProject);
    else if (this.project.isOpen) await this.jobs.refresh().catch(() => undefined);
  }

  #onHostEvent(event: HostEvent): void {
    switch (event.name) {
      case 'host.engineRestarted':
        this.health = { state: 'restarted', message: event.data.error?.message ?? null };
        this.#readAgain();
        return;
      case 'host.engineFailed':
        this.health = { state: 'failed', message: event.data.error.message };
        return;
      case 'host.eventsLost':
        this.#readAgain();
        return;
      case 'host.openRequested':
        void this.files.open(event.data.path);
        return;
      case 'host.menuChosen':
        this.#onMenu(event.data.command);
    }
  }

  #onMenu(command: Extract<HostEvent, { name: 'host.menuChosen' }>['data']['command']): void {
    switch (command) {
      case 'new-project':
        this.openDialog = 'new-project';
        return;
      case 'open-project':
        void this.files.choose();
        return;
      case 'open-demo':
        void this.files.openDemo();
        return;
      case 'import-data':
        this.router.go('data', { import: 'new' });
        return;
      case 'settings':
      case 'shortcuts':
        this.openDialog = command;
        return;
      case 'command-palette':
        this.openDialog = 'palette';
    }
  }

  #readAgain(): void {
    this.jobs.clear();
    this.project.version += 1;
    void this.project.refresh();
    void this.jobs.refresh().catch(() => undefined);
  }

  /** The engine's answer, or a toast and null. */
  async attempt<T>(what: string, ask: () => Promise<T>): Promise<T | null> {
    try {
      return await ask();
    } catch (error) {
      this.toasts.error(
        what,
        error instanceof AppError ? error : new AppError('internal', text.app.unexpected),
      );
      return null;
    }
  }
}

export const [useApp, provideApp] = createContext<App>();

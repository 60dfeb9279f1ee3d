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
import { screens, type ScreenName } from './route.ts';
import { Router } from './router.svelte.ts';
import { Settings } from './settings.svelte.ts';
import { Toasts } from './toasts.svelte.ts';

/** The engine behind the window: at work, started again after a crash, or gone. */
export type EngineHealth =
  | { readonly state: 'well' }
  | { readonly state: 'restarted'; readonly message: string | null }
  | { readonly state: 'failed'; readonly message: string };

/** Whom a window is for that can grade and nothing else. */
export interface Grader {
  readonly rater: string;
  /** Of a pack; null in the tab of a rater, who has queues. */
  readonly pack: { readonly rater: string; readonly queueId: number } | null;
}

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
  openDialog: 'palette' | 'shortcuts' | 'settings' | 'new-project' | 'open-project' | 'send-back' | null =
    $state(null);
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

  /** Null where the window is for everything. */
  get grader(): Grader | null {
    const { rater } = this.host.info;
    if (rater !== null) return { rater, pack: null };
    const pack = this.project.status?.project.pack ?? null;
    return pack === null ? null : { rater: pack.rater, pack };
  }

  /** The screens that there are in this window. */
  get screens(): readonly ScreenName[] {
    if (this.grader === null) return screens;
    return this.grader.pack === null ? ['grade'] : ['home', 'grade'];
  }

  warn(warnings: readonly Warning[]): void {
    const known = new Set(this.warnings.map((warning) => warning.message));
    this.warnings = [...warnings.filter((warning) => !known.has(warning.message)), ...this.warnings];
  }

  close(): void {
    this.#closed.abort();
  }

  async #openInitial(): Promise<void> {
    const { initialProject, rater } = this.host.info;
    // The tab of a rater asks for queues, and learns nothing of the project.
    if (rater !== null) return;
    await this.project.refresh();
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

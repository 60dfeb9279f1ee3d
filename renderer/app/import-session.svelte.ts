import type { PickedFile } from '../../src/contract/host.ts';
import type { MethodInput, MethodOutput } from '../../src/contract/methods.ts';
import { AppError } from '../../src/core/errors.ts';
import { text } from '../text.ts';
import type { App } from './app.svelte.ts';
import { csvOf } from './csv.ts';
import type { JobRun } from './jobs.svelte.ts';
import { Resource } from './resource.svelte.ts';

export type Preview = MethodOutput<'import.preview'>;
type Written = Readonly<Record<string, unknown>>;

export type GoldChoice =
  | { readonly kind: 'all' }
  | { readonly kind: 'count'; readonly count: number | null }
  | { readonly kind: 'fraction'; readonly percent: number | null };

type Needs = Pick<App, 'client' | 'host' | 'jobs' | 'toasts' | 'router' | 'warn' | 'project'>;

const PREVIEW_ROWS = 8;

/** One import from the file to its report. It lives on while another screen is shown. */
export class ImportSession {
  file: PickedFile | null = $state.raw(null);
  /** The file that is on its way to the host, with the share that has arrived. */
  receiving: { readonly name: string; readonly fraction: number } | null = $state.raw(null);
  receiveError: unknown = $state.raw(null);
  readonly preview = new Resource<Preview>();
  /** As edited; null while the proposal stands. */
  mapping: Written | null = $state.raw(null);
  gold: GoldChoice = $state.raw({ kind: 'all' });
  seed = $state(0);
  run: JobRun<'import.start'> | null = $state.raw(null);
  #receive: AbortController | null = null;
  readonly #app: Needs;

  constructor(app: Needs) {
    this.#app = app;
  }

  get canStart(): boolean {
    const { value } = this.preview;
    return this.file !== null && value !== null && value.problem === null && this.#goldAmount() !== null;
  }

  async pick(): Promise<void> {
    await this.#take((options) => this.#app.host.pickImportFiles(options), text.data.chooseFile);
  }

  /** A file that was dropped on the window. */
  async drop(file: File): Promise<void> {
    this.#app.router.go('data', { import: 'new' });
    await this.#take(async (options) => [await this.#app.host.receiveFile(file, options)], file.name);
  }

  setMapping(mapping: Written): void {
    this.mapping = mapping;
    void this.#readPreview();
  }

  start(): void {
    const { file } = this;
    const gold = this.#goldAmount();
    if (file === null || gold === null) return;
    const mapping =
      this.mapping ?? (this.preview.value?.isProposed === true ? this.preview.value.mapping : null);
    const run = this.#app.jobs.start('import.start', {
      paths: [file.path],
      seed: this.seed,
      ...(mapping === null ? {} : { mapping }),
      ...(gold === 'all' ? {} : { gold }),
    });
    this.run = run;
    void run.done.then(() => {
      this.#finish(run);
    });
  }

  /** Back to the choice of a file. */
  reset(): void {
    this.#receive?.abort();
    this.file = null;
    this.receiving = null;
    this.receiveError = null;
    this.preview.clear();
    this.mapping = null;
    this.gold = { kind: 'all' };
    this.seed = 0;
    this.run = null;
  }

  async saveRefusals(importId: string, fileName: string): Promise<void> {
    try {
      const { refusals } = await this.#app.client.call('import.refusals', { importId });
      const csv = csvOf(
        ['line', 'reason'],
        refusals.map(({ line, reason }) => [line, reason]),
      );
      await this.#app.host.saveFile(`${fileName}.refused.csv`, csv);
    } catch (error) {
      this.#app.toasts.error(text.data.imports.saveFailed, error);
    }
  }

  async #take(
    receive: (options: {
      signal: AbortSignal;
      onProgress: (fraction: number) => void;
    }) => Promise<readonly PickedFile[]>,
    name: string,
  ): Promise<void> {
    this.reset();
    const abort = new AbortController();
    this.#receive = abort;
    try {
      const [file] = await receive({
        signal: abort.signal,
        onProgress: (fraction) => (this.receiving = { name, fraction }),
      });
      if (abort.signal.aborted || (file as PickedFile | undefined) === undefined) return;
      this.file = file;
      await this.#readPreview();
    } catch (error) {
      if (!abort.signal.aborted && !(error instanceof AppError && error.code === 'cancelled'))
        this.receiveError = error;
    } finally {
      if (this.#receive === abort) this.receiving = null;
    }
  }

  async #readPreview(): Promise<void> {
    const { file, mapping } = this;
    if (file === null) return;
    await this.preview.load(() =>
      this.#app.client.call('import.preview', {
        path: file.path,
        limit: PREVIEW_ROWS,
        ...(mapping === null ? {} : { mapping }),
      }),
    );
  }

  #goldAmount(): NonNullable<MethodInput<'import.start'>['gold']> | 'all' | null {
    const { gold } = this;
    switch (gold.kind) {
      case 'all':
        return 'all';
      case 'count':
        return gold.count !== null && Number.isInteger(gold.count) && gold.count > 0
          ? { kind: 'count', count: gold.count }
          : null;
      case 'fraction':
        return gold.percent !== null && gold.percent > 0 && gold.percent <= 100
          ? { kind: 'fraction', fraction: gold.percent / 100 }
          : null;
    }
  }

  #finish(run: JobRun<'import.start'>): void {
    if (run.result === null) return;
    this.#app.warn([...run.result.warnings, ...run.result.files.flatMap((file) => file.warnings)]);
    const isWatched = this.#app.router.route.screen === 'data';
    if (!isWatched)
      this.#app.toasts.success(
        text.data.wizard.done,
        run.result.files.map((file) => file.fileName).join(', '),
      );
  }
}

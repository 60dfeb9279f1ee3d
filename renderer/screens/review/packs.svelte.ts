import type { MethodOutput } from '../../../src/contract/methods.ts';
import { AppError, toErrorPayload } from '../../../src/core/errors.ts';
import type { App } from '../../app/app.svelte.ts';
import { Resource } from '../../app/resource.svelte.ts';
import { text } from '../../text.ts';

export type Merged = MethodOutput<'pack.merge'>;
export type PackConflict = MethodOutput<'pack.conflicts'>['conflicts'][number];

/** What became of a file that was to be taken back. */
export type TakenBack =
  | { readonly id: number; readonly name: string; readonly merged: Merged; readonly message: null }
  | { readonly id: number; readonly name: string; readonly merged: null; readonly message: string };

/** The packs of the open project: given out, taken back, and what does not fit together. */
export class Packs {
  readonly given = new Resource<MethodOutput<'pack.list'>['packs']>();
  readonly queues = new Resource<MethodOutput<'queue.list'>['queues']>();
  readonly conflicts = new Resource<readonly PackConflict[]>();
  /** Newest first. */
  taken: readonly TakenBack[] = $state.raw([]);
  exported: (MethodOutput<'pack.export'> & { readonly rater: string }) | null = $state.raw(null);
  isMerging = $state(false);
  #count = 0;
  readonly #app: App;

  constructor(app: App) {
    this.#app = app;
  }

  readonly load = (): void => {
    const { client } = this.#app;
    void this.given.load(async () => (await client.call('pack.list', {})).packs);
    void this.queues.load(async () => (await client.call('queue.list', {})).queues);
    void this.conflicts.load(async () => (await client.call('pack.conflicts', {})).conflicts);
  };

  /** Asks for files and takes each over by itself: one that is refused leaves the others. */
  async choose(): Promise<void> {
    await this.#take(() => this.#app.host.pickImportFiles({ kind: 'packs' }));
  }

  /** A file that was dropped on the window. */
  async drop(file: File): Promise<void> {
    await this.#take(async () => [await this.#app.host.receiveFile(file)]);
  }

  clear(): void {
    this.taken = [];
  }

  /** Writes a pack where the host says; the error is thrown for the form to show. False where the user thought better of it. */
  async export(queue: { readonly id: number; readonly name: string }, rater: string): Promise<boolean> {
    const { client, host } = this.#app;
    const { path } = await host.call('host.chooseSavePath', { name: `${queue.name} (${rater}).mrpack` });
    if (path === null) return false;
    this.exported = { ...(await client.call('pack.export', { queueId: queue.id, rater, path })), rater };
    this.load();
    if (!host.info.hasNativeDialogs) await this.takeExported();
    return true;
  }

  async takeExported(): Promise<void> {
    const path = this.exported?.path;
    if (path === undefined) return;
    await this.#app.attempt(text.packs.takeFailed, () => this.#app.host.takeWrittenFile(path));
  }

  async #take(
    receive: () => Promise<readonly { readonly path: string; readonly name: string }[]>,
  ): Promise<void> {
    if (this.isMerging) return;
    this.isMerging = true;
    try {
      for (const file of await receive()) await this.#mergeOne(file);
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'cancelled'))
        this.#app.toasts.error(text.packs.mergeFailed, error);
    } finally {
      this.isMerging = false;
      this.load();
    }
  }

  async #mergeOne({ path, name }: { readonly path: string; readonly name: string }): Promise<void> {
    const id = ++this.#count;
    try {
      const merged = await this.#app.client.call('pack.merge', { path });
      this.taken = [{ id, name, merged, message: null }, ...this.taken];
    } catch (error) {
      this.taken = [{ id, name, merged: null, message: toErrorPayload(error).message }, ...this.taken];
    }
  }
}

import type { GradeItem, GradeSource } from './grade-source.ts';

/** What is laid out for later must not keep anybody from what is shown now. Safari has no idle callbacks. */
const IDLE_MS = 60;

function whenIdle(work: () => void): void {
  if ('requestIdleCallback' in globalThis) requestIdleCallback(work, { timeout: 1000 });
  else setTimeout(work, IDLE_MS);
}

/** The item after the one on the screen: fetched while that is read, and laid out behind it, so that a key only shows it. */
export class NextItem {
  /** Once it is here and nothing else is to be done. */
  ready: GradeItem | null = $state.raw(null);
  #fetched: Promise<GradeItem | null> | null = null;
  readonly #source: GradeSource;

  constructor(source: GradeSource) {
    this.#source = source;
  }

  /** @param item what is on the screen now. */
  fetchAfter(item: GradeItem | null): void {
    this.ready = null;
    const fetched = item === null ? null : this.#fetch(item.place);
    this.#fetched = fetched;
    void fetched?.then((next) => {
      whenIdle(() => {
        if (this.#fetched === fetched) this.ready = next;
      });
    });
  }

  /** Waits for it, once; null where it is to be asked for again: it could not be fetched, or there is none. */
  async take(): Promise<GradeItem | null> {
    const fetched = this.#fetched;
    this.#fetched = null;
    return fetched;
  }

  #fetch(after: number): Promise<GradeItem | null> {
    return this.#source.next(after, false).then(
      ({ item }) => item,
      // Asked for again when it is wanted, and then told.
      () => null,
    );
  }
}

import type { Client } from '../../../src/contract/client.ts';
import type { MethodInput, MethodOutput } from '../../../src/contract/methods.ts';

export type DataFilter = NonNullable<MethodInput<'data.page'>['filter']>;
export type PromptLine = MethodOutput<'data.page'>['rows'][number];

const PAGE_ROWS = 100;
const KEPT_PAGES = 30;

/** The rows of a filtered list around what is looked at, fetched by pages. Only what is still wanted is asked for. */
export class DataPages {
  /** Null until the first answer. */
  total: number | null = $state(null);
  unindexed = $state(0);
  error: unknown = $state.raw(null);
  #pages: ReadonlyMap<number, readonly PromptLine[]> = $state.raw(new Map());
  #filter: DataFilter = {};
  #wanted: readonly number[] = [0];
  #turn = 0;
  #isFetching = false;
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  rowAt(index: number): PromptLine | undefined {
    return this.#pages.get(Math.floor(index / PAGE_ROWS))?.at(index % PAGE_ROWS);
  }

  /** Shows another list; the rows of the old one stay until the new ones are there. */
  async show(filter: DataFilter): Promise<void> {
    this.#filter = filter;
    const turn = ++this.#turn;
    try {
      const page = await this.#fetch(0);
      if (turn !== this.#turn) return;
      this.total = page.total;
      this.unindexed = page.unindexed;
      this.error = null;
      this.#pages = new Map([[0, page.rows]]);
      void this.#fill();
    } catch (error) {
      if (turn === this.#turn) this.error = error;
    }
  }

  /** Asks for what is drawn now. */
  want(first: number, last: number): void {
    const from = Math.floor(first / PAGE_ROWS);
    const to = Math.floor(Math.max(first, last - 1) / PAGE_ROWS);
    this.#wanted = Array.from({ length: to - from + 1 }, (_, i) => from + i);
    void this.#fill();
  }

  /** One request at a time, always for what is wanted then: pages passed over on the way are never asked for. */
  async #fill(): Promise<void> {
    if (this.#isFetching || this.total === null) return;
    this.#isFetching = true;
    try {
      for (let page = this.#missing(); page !== undefined; page = this.#missing()) {
        const turn = this.#turn;
        const { rows } = await this.#fetch(page);
        if (turn === this.#turn) this.#keep(page, rows);
      }
    } catch (error) {
      this.error = error;
    } finally {
      this.#isFetching = false;
    }
  }

  #missing(): number | undefined {
    const last = Math.ceil((this.total ?? 0) / PAGE_ROWS) - 1;
    return this.#wanted.find((page) => page <= last && !this.#pages.has(page));
  }

  #keep(page: number, rows: readonly PromptLine[]): void {
    const pages = new Map(this.#pages).set(page, rows);
    for (const [old] of pages) {
      if (pages.size <= KEPT_PAGES) break;
      if (!this.#wanted.includes(old)) pages.delete(old);
    }
    this.#pages = pages;
  }

  #fetch(page: number): Promise<MethodOutput<'data.page'>> {
    const { search, ...rest } = this.#filter;
    const filter = search === undefined || search.trim() === '' ? rest : { ...rest, search };
    return this.#client.call('data.page', { filter, offset: page * PAGE_ROWS, limit: PAGE_ROWS });
  }
}

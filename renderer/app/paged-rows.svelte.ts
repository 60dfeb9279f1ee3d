export interface RowPage<R> {
  /** Of the whole list. */
  readonly total: number;
  readonly rows: readonly R[];
}

const PAGE_ROWS = 100;
const KEPT_PAGES = 30;

/** The rows of a long list around what is looked at, fetched by pages. Only what is still wanted is asked for. */
export class PagedRows<R, P extends RowPage<R> = RowPage<R>> {
  /** The first page as it came; null until the first answer. */
  first: P | null = $state.raw(null);
  error: unknown = $state.raw(null);
  #pages: ReadonlyMap<number, readonly R[]> = $state.raw(new Map());
  #fetch: ((offset: number, limit: number) => Promise<P>) | null = null;
  #wanted: readonly number[] = [0];
  #turn = 0;
  #isFetching = false;

  /** Null until the first answer. */
  get total(): number | null {
    return this.first?.total ?? null;
  }

  rowAt(index: number): R | undefined {
    return this.#pages.get(Math.floor(index / PAGE_ROWS))?.at(index % PAGE_ROWS);
  }

  /** Shows another list; the rows of the old one stay until the new ones are there. */
  async show(fetch: (offset: number, limit: number) => Promise<P>): Promise<void> {
    this.#fetch = fetch;
    const turn = ++this.#turn;
    try {
      const page = await fetch(0, PAGE_ROWS);
      if (turn !== this.#turn) return;
      this.first = page;
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
    const fetch = this.#fetch;
    if (this.#isFetching || this.first === null || fetch === null) return;
    this.#isFetching = true;
    try {
      for (let page = this.#missing(); page !== undefined; page = this.#missing()) {
        const turn = this.#turn;
        const { rows } = await (this.#fetch ?? fetch)(page * PAGE_ROWS, PAGE_ROWS);
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

  #keep(page: number, rows: readonly R[]): void {
    const pages = new Map(this.#pages).set(page, rows);
    for (const [old] of pages) {
      if (pages.size <= KEPT_PAGES) break;
      if (!this.#wanted.includes(old)) pages.delete(old);
    }
    this.#pages = pages;
  }
}

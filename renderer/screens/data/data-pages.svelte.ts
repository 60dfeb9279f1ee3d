import type { Client } from '../../../src/contract/client.ts';
import type { MethodInput, MethodOutput } from '../../../src/contract/methods.ts';
import { PagedRows } from '../../app/paged-rows.svelte.ts';

export type DataFilter = NonNullable<MethodInput<'data.page'>['filter']>;
export type PromptLine = MethodOutput<'data.page'>['rows'][number];

/** The prompts of a filtered list around what is looked at. */
export class DataPages {
  readonly #rows = new PagedRows<PromptLine, MethodOutput<'data.page'>>();
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Null until the first answer. */
  get total(): number | null {
    return this.#rows.total;
  }

  get unindexed(): number {
    return this.#rows.first?.unindexed ?? 0;
  }

  get error(): unknown {
    return this.#rows.error;
  }

  rowAt(index: number): PromptLine | undefined {
    return this.#rows.rowAt(index);
  }

  /** Shows another list; the rows of the old one stay until the new ones are there. */
  show({ search, ...rest }: DataFilter): Promise<void> {
    const filter = search === undefined || search.trim() === '' ? rest : { ...rest, search };
    return this.#rows.show((offset, limit) => this.#client.call('data.page', { filter, offset, limit }));
  }

  /** Asks for what is drawn now. */
  want(first: number, last: number): void {
    this.#rows.want(first, last);
  }
}

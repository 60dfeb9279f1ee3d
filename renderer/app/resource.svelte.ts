/**
 * Something asked of the engine: loading, there, or failed. The answer to an older question never replaces that to a newer
 * one; what was there stays while it is asked for again.
 */
export class Resource<T> {
  value: T | null = $state.raw(null);
  error: unknown = $state.raw(null);
  isLoading = $state(false);
  #asked = 0;

  async load(ask: () => Promise<T>): Promise<void> {
    const turn = ++this.#asked;
    this.isLoading = true;
    try {
      const value = await ask();
      if (turn !== this.#asked) return;
      this.value = value;
      this.error = null;
    } catch (error) {
      if (turn !== this.#asked) return;
      this.error = error;
    }
    this.isLoading = false;
  }

  /** Forgets the answer, also one that is on its way. */
  clear(): void {
    this.#asked += 1;
    this.value = null;
    this.error = null;
    this.isLoading = false;
  }
}

/**
 * Calls one after the other, in the order in which they were made: a draft must never overtake the grade that ends it. What
 * fails does not hold up what comes after.
 */
export class CallOrder {
  /** Calls that are not answered yet. */
  pending = $state(0);
  #chain: Promise<unknown> = Promise.resolve();

  add<T>(call: () => Promise<T>): Promise<T> {
    this.pending += 1;
    const result = this.#chain.then(call);
    this.#chain = result.then(
      () => (this.pending -= 1),
      () => (this.pending -= 1),
    );
    return result;
  }
}

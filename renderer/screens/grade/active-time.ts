/** Nothing done for this long is idle: what comes after it does not count as work. */
const IDLE_MS = 60_000;

/**
 * Time that somebody works on an item: from one sign of life (a key, the mouse, a scroll) to the next, never more than a
 * minute at once, and nothing while the window is hidden.
 */
export class ActiveTime {
  #activeMs = 0;
  #lastMs: number | null = null;

  constructor(nowMs: number) {
    this.#lastMs = nowMs;
  }

  /** Something was done at this moment. */
  touch(nowMs: number): void {
    if (this.#lastMs !== null) this.#activeMs += Math.min(IDLE_MS, Math.max(0, nowMs - this.#lastMs));
    this.#lastMs = nowMs;
  }

  /** The window was hidden: until the next touch nothing counts. */
  pause(nowMs: number): void {
    this.touch(nowMs);
    this.#lastMs = null;
  }

  /** What has been worked until now. */
  read(nowMs: number): number {
    const running = this.#lastMs === null ? 0 : Math.min(IDLE_MS, Math.max(0, nowMs - this.#lastMs));
    return this.#activeMs + running;
  }
}

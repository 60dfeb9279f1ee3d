/** Away for this long is a break. */
const BREAK_MS = 5 * 60_000;
const MINUTE_MS = 60_000;

/** Says once when somebody has graded for so long without a break. */
export class BreakReminder {
  #sinceMs: number | null = null;
  #lastMs = 0;

  /** @param minutes after which a break is due; 0: never */
  isDue(nowMs: number, minutes: number): boolean {
    if (this.#sinceMs === null || nowMs - this.#lastMs > BREAK_MS) this.#sinceMs = nowMs;
    this.#lastMs = nowMs;
    if (minutes === 0 || nowMs - this.#sinceMs < minutes * MINUTE_MS) return false;
    this.#sinceMs = nowMs;
    return true;
  }
}

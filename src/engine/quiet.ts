import type { Clock } from '../core/clock.ts';

/** Work that can wait until nobody wants anything of the engine. */
export interface Quiet {
  /** Somebody asked for something. */
  readonly touch: () => void;
  /** Milliseconds until nobody will have asked for a while; 0 where that is so now. */
  readonly leftMs: () => number;
}

/**
 * What follows a key press comes in several calls: a grade that is stored, the next item. Until so long after the last of
 * them, work in the background stays away.
 */
const QUIET_MS = 200;

export function createQuiet(clock: Clock): Quiet {
  let lastMs = -Infinity;
  return {
    touch: () => (lastMs = clock()),
    leftMs: () => {
      const passedMs = clock() - lastMs;
      // A clock that was set back says nothing.
      return passedMs < 0 ? 0 : Math.max(0, QUIET_MS - passedMs);
    },
  };
}

/** A reproducible source of random numbers: the same seed gives the same sequence on every machine. */
export interface Rng {
  /** Uniform in [0, 1). */
  readonly uniform: () => number;
  /** Standard normal (Box–Muller, two uniforms each, nothing cached). */
  readonly normal: () => number;
  /** Exponential with mean 1. */
  readonly exponential: () => number;
  /** A uniformly random permutation of 0 … n-1 (Fisher–Yates). */
  readonly permutation: (n: number) => Int32Array;
}

/** mulberry32: a 32-bit generator small enough to port to any language bit for bit. */
export function createRng(seed: number): Rng {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    uniform,
    normal: () => {
      const u1 = uniform();
      const u2 = uniform();
      return Math.sqrt(-2 * Math.log1p(-u1)) * Math.cos(2 * Math.PI * u2);
    },
    exponential: () => -Math.log1p(-uniform()),
    permutation: (n) => {
      const order = Int32Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const j = Math.floor(uniform() * (i + 1));
        const held = order[i];
        order[i] = order[j];
        order[j] = held;
      }
      return order;
    },
  };
}

/**
 * A seed for a named part of a computation. Seeds of mulberry32 that differ by a multiple of its increment share a
 * sequence, so parts are separated by mixing (FNV-1a, then murmur's finaliser) and not by adding.
 */
export function deriveSeed(seed: number, ...path: readonly (string | number)[]): number {
  let h = (0x811c9dc5 ^ seed) >>> 0;
  const name = path.join('/');
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

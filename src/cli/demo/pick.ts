import type { Rng } from '../../core/rng.ts';

/** One of the items, uniformly. */
export function pick<T>(rng: Rng, items: readonly T[]): T {
  const item = items.at(Math.floor(rng.uniform() * items.length));
  if (item === undefined) throw new RangeError('pick: expected at least one item, got none');
  return item;
}

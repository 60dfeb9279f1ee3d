import { deriveSeed } from '../core/rng.ts';
import { SPLIT, type Snapshot } from './snapshot.ts';

/** One in five training prompts is held out where the data have no split `dev`. */
const DEV_SHARE = 0.2;

/**
 * The snapshot with prompts to hold out: those of the split `dev`, or, where the data have none, a fifth of the training
 * prompts by a hash of their text, so that the same prompts are held out whatever else is in the project. Copies of a
 * prompt go together.
 */
export function withDevSplit(snapshot: Snapshot): Snapshot {
  if (snapshot.split.includes(SPLIT.dev)) return snapshot;
  const isDev = new Map<number, boolean>();
  const split = snapshot.split.map((value, i) => {
    if (value !== SPLIT.train) return value;
    const group = snapshot.group[i];
    const known = isDev.get(group) ?? deriveSeed(0, 'dev', snapshot.prompts[i]) / 2 ** 32 < DEV_SHARE;
    isDev.set(group, known);
    return known ? SPLIT.dev : value;
  });
  return { ...snapshot, split };
}

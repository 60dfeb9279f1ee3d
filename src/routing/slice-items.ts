import { AppError } from '../core/errors.ts';
import { slicingsOf, type SliceKind } from './bias-slices.ts';
import type { PairSnapshot } from './snapshot.ts';
import { EVERY_GOLD, trainingRows } from './training-rows.ts';

/** The prompts behind a figure of the bias map. */
export interface SliceItems {
  /** Rows of the snapshot: with both labels first, the furthest apart first; then those with one. */
  readonly rows: Int32Array;
  /** How many of them carry both labels. */
  readonly paired: number;
  /** By row of the snapshot; preferences on the scale of the bias map. NaN where absent. */
  readonly goldGain: Float64Array;
  readonly preferenceGain: Float64Array;
}

export type Outcome = 'strong' | 'tie' | 'cheap';

export interface ItemChoice {
  /** Absent: all labelled prompts outside the test set. */
  readonly slice?: { readonly by: SliceKind; readonly value: string } | undefined;
  /** Prompts with both labels, by what gold and the source say. */
  readonly cell?: { readonly gold: Outcome; readonly preference: Outcome } | undefined;
}

/** @throws AppError `usage` where no prompt is in such a slice. */
export function sliceItems(snapshot: PairSnapshot, choice: ItemChoice): SliceItems {
  const training = trainingRows(snapshot, EVERY_GOLD, {});
  const goldGain = new Float64Array(snapshot.n).fill(Number.NaN);
  const preferenceGain = new Float64Array(snapshot.n).fill(Number.NaN);
  training.rows.forEach((row, i) => {
    goldGain[row] = training.goldGain[i];
    preferenceGain[row] = training.sources.at(0)?.preferenceGain[i] ?? Number.NaN;
  });
  const { slice, cell } = choice;
  const slicing = slicingsOf(snapshot, training.rows).find((each) => each.by === slice?.by);
  const isInSlice = (row: number): boolean => slice === undefined || slicing?.valueOf(row) === slice.value;
  const isInCell = (row: number): boolean =>
    cell === undefined ||
    (outcomeOf(goldGain[row]) === cell.gold && outcomeOf(preferenceGain[row]) === cell.preference);
  const chosen = training.rows.filter((row) => isInSlice(row) && isInCell(row));
  if (chosen.length === 0 && slice !== undefined && cell === undefined) {
    throw new AppError('usage', `No labelled prompt has ${slice.by} “${slice.value}”.`, { details: slice });
  }
  const apart = (row: number): number => Math.abs(goldGain[row] - preferenceGain[row]);
  const isPaired = (row: number): boolean => !Number.isNaN(apart(row));
  const paired = chosen.filter(isPaired).sort((a, b) => apart(b) - apart(a) || a - b);
  const single = chosen.filter((row) => !isPaired(row));
  const hasGold = (row: number): boolean => !Number.isNaN(goldGain[row]);
  const rows = [...paired, ...single.filter(hasGold), ...single.filter((row) => !hasGold(row))];
  return { rows: Int32Array.from(rows), paired: paired.length, goldGain, preferenceGain };
}

function outcomeOf(gain: number): Outcome | null {
  if (Number.isNaN(gain)) return null;
  // Averages of votes that cancel out may miss 0 by a rounding error.
  if (Math.abs(gain) < 1e-12) return 'tie';
  return gain > 0 ? 'strong' : 'cheap';
}

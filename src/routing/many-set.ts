import { take } from '../core/matrix.ts';
import type { Warning } from '../core/warning.ts';
import { relativeCosts } from './policy-choice.ts';
import { modelNames, SPLIT, type Snapshot } from './snapshot.ts';

/** The held-out prompts that carry gold for every one of several models. */
export interface ManySet {
  /** All models, the anchor last. */
  readonly names: readonly string[];
  /** Rows of the snapshot. */
  readonly rows: Int32Array;
  /** r_k of each model over the anchor, the anchor itself (all 0) last. */
  readonly gains: readonly Float64Array[];
  readonly group: Int32Array;
  /** Gold quality of the anchor's response, or 0 where gold is a verdict and has no level. */
  readonly anchorQuality: Float64Array;
  readonly qualityUnit: 'gold-score' | 'gain-over-cheap';
  /** Of one call of each model, the anchor last. */
  readonly costs: readonly Float64Array[];
  /** C_k, the anchor last. */
  readonly relativeCost: readonly number[];
  readonly warnings: readonly Warning[];
}

export function manySet(snapshot: Snapshot, split: 'test' | 'dev' = 'test'): ManySet {
  const rows = heldOutRows(snapshot, SPLIT[split]);
  const partly =
    Array.from(snapshot.split.keys()).filter(
      (i) => snapshot.split[i] === SPLIT[split] && graded(snapshot, i) > 0,
    ).length - rows.length;
  const set = describeMany(snapshot, rows);
  if (partly === 0) return set;
  const message = `${partly} ${split} prompts carry gold for some of the models only and judge nothing here.`;
  return { ...set, warnings: [{ code: 'partly-graded', message }] };
}

/** How many of the models against the anchor gold says something of. */
function graded({ models }: Snapshot, row: number): number {
  return models.filter(({ allGoldGain }) => Number.isFinite(allGoldGain[row])).length;
}

/** The rows of a split that carry gold for every model. */
export function heldOutRows(snapshot: Snapshot, split: number): Int32Array {
  return Int32Array.from(snapshot.split.keys()).filter(
    (i) => snapshot.split[i] === split && graded(snapshot, i) === snapshot.models.length,
  );
}

/** The same for any rows with gold. */
export function describeMany(snapshot: Snapshot, rows: Int32Array): ManySet {
  const { models } = snapshot;
  const quality = anchorQuality(snapshot, rows);
  const isScored = rows.length > 0 && quality.every(Number.isFinite);
  return {
    names: modelNames(snapshot),
    rows,
    gains: [...models.map(({ allGoldGain }) => take(allGoldGain, rows)), new Float64Array(rows.length)],
    group: Int32Array.from(rows, (i) => snapshot.group[i]),
    anchorQuality: isScored ? quality : new Float64Array(rows.length),
    qualityUnit: isScored ? 'gold-score' : 'gain-over-cheap',
    costs: [...models.map(({ cost }) => take(cost, rows)), take(snapshot.anchorCost, rows)],
    relativeCost: relativeCosts(snapshot),
    warnings: [],
  };
}

/** As any of the pairs has it: the level of a response does not depend on what it is compared with. */
function anchorQuality({ models }: Snapshot, rows: Int32Array): Float64Array {
  return Float64Array.from(rows, (i) => {
    const known = models.find(({ allGoldAnchorQuality }) => Number.isFinite(allGoldAnchorQuality[i]));
    return known === undefined ? Number.NaN : known.allGoldAnchorQuality[i];
  });
}

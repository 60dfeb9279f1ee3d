import { take } from '../core/matrix.ts';
import { SPLIT, type PairSnapshot } from './snapshot.ts';

/** The test prompts that carry gold for both models: what a router is judged on. */
export interface EvaluationSet {
  readonly strong: string;
  readonly cheap: string;
  /** Rows of the snapshot. */
  readonly rows: Int32Array;
  /** r: the true gain of each. */
  readonly gain: Float64Array;
  readonly group: Int32Array;
  /** Gold quality of the cheap response of each, or 0 where gold is a verdict and has no level. */
  readonly cheapQuality: Float64Array;
  readonly qualityUnit: 'gold-score' | 'gain-over-cheap';
  /** Cost of answering with the cheap model, and what the strong one costs on top. */
  readonly cheapCost: Float64Array;
  readonly extraCost: Float64Array;
  /** Cost of asking the strong model alone: less than both in a cascade. */
  readonly strongCost: Float64Array;
}

/** @param split which held-out prompts: `test`, or `dev` where thresholds are looked for. */
export function evaluationSet(snapshot: PairSnapshot, split: 'test' | 'dev' = 'test'): EvaluationSet {
  const rows = Int32Array.from(snapshot.split.keys()).filter(
    (i) => snapshot.split[i] === SPLIT[split] && Number.isFinite(snapshot.allGoldGain[i]),
  );
  return describeRows(snapshot, rows);
}

/** The same for any rows with gold. */
export function describeRows(snapshot: PairSnapshot, rows: Int32Array): EvaluationSet {
  const quality = take(snapshot.allGoldAnchorQuality, rows);
  const isScored = rows.length > 0 && quality.every(Number.isFinite);
  const cheapCost = take(snapshot.costCheap, rows);
  const strongCost = take(snapshot.costStrong, rows);
  // A cascade has paid for the cheap answer before it asks the strong model.
  const extraCost = snapshot.stage === 'cascade' ? strongCost : strongCost.map((c, i) => c - cheapCost[i]);
  return {
    strong: snapshot.strong,
    cheap: snapshot.cheap,
    rows,
    gain: take(snapshot.allGoldGain, rows),
    group: Int32Array.from(rows, (i) => snapshot.group[i]),
    cheapQuality: isScored ? quality : new Float64Array(rows.length),
    qualityUnit: isScored ? 'gold-score' : 'gain-over-cheap',
    cheapCost,
    extraCost,
    strongCost,
  };
}

import type { Model } from './model.ts';

export interface LearnerFit {
  readonly model: Model;
  /** What was chosen, and what it was chosen beside. */
  readonly settings: Readonly<Record<string, number>>;
  /** Weighted mean squared error on rows held out by group, at these settings; null where nothing could be held out. */
  readonly heldOutError: number | null;
}

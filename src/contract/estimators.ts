import { z } from './zod.ts';

/** Estimators that a run can be trained with. */
export const trainableEstimators = [
  'auto',
  'gold-only',
  'preference-only',
  'pooled',
  'mean-shift',
  'r-learner',
  'dr-learner',
  'offset',
  'calibrated-offset',
  'paired-difference',
  'two-stage-surrogate',
  'surrogate-aipw',
  'omega-grid',
] as const;

/** Rows that stand beside every estimator in an evaluation, and are not trained. */
export const referenceRows = [
  'random',
  'always-strong',
  'always-cheap',
  'knn',
  'all-gold',
  'oracle',
] as const;

/** What the last regression on features is; kNN by 10 neighbours of the gold prompts is also a baseline in every evaluation. */
export const learners = ['ridge', 'forest', 'boosted-trees', 'mlp', 'knn'] as const;

/** What the bias may be learnt with, where it does clearly better than ridge. */
export const biasLearners = ['ridge', 'forest', 'boosted-trees'] as const;

export const estimatorName = z.enum(trainableEstimators);
export const learnerName = z.enum(learners);
export const biasLearnerName = z.enum(biasLearners);

import type { LinearModel } from '../../src/learners/linear.ts';
import type { Model } from '../../src/learners/model.ts';

/** The coefficients of a model that must be linear. */
export function linearOf(model: Model): LinearModel {
  if (model.kind !== 'linear') throw new Error(`expected a linear model, got ${model.kind}`);
  return model;
}

import type { Matrix } from '../core/matrix.ts';
import { combineLinear, predictLinear, type LinearModel } from './linear.ts';
import { predictMlp, type MlpModel } from './mlp-model.ts';
import { predictNearest, type NearestModel } from './nearest-neighbours.ts';
import { predictTrees, type TreeEnsemble } from './tree-ensemble.ts';

/** Σ weight · model(x). */
export interface SumModel {
  readonly kind: 'sum';
  readonly dim: number;
  readonly parts: readonly WeightedModel[];
}

export interface WeightedModel {
  readonly weight: number;
  readonly model: Model;
}

/** What a learner gives and a router file holds: x ↦ a number. Weights are (or round to) the float32 of the file. */
export type Model = LinearModel | TreeEnsemble | MlpModel | NearestModel | SumModel;

/** @param x n × d @returns n predictions @throws RangeError where d is not what the model was fitted on. */
export function predict(model: Model, x: Matrix): Float64Array {
  const dim = dimOf(model);
  if (x.cols !== dim) throw new RangeError(`predict: the model has ${dim} features, the rows have ${x.cols}`);
  switch (model.kind) {
    case 'linear':
      return predictLinear(model, x);
    case 'trees':
      return predictTrees(model, x);
    case 'mlp':
      return predictMlp(model, x);
    case 'nearest':
      return predictNearest(model, x);
    case 'sum':
      return predictSum(model, x);
  }
}

export function dimOf(model: Model): number {
  return model.kind === 'linear' ? model.coefficients.length : model.dim;
}

function predictSum(model: SumModel, x: Matrix): Float64Array {
  const out = new Float64Array(x.rows);
  for (const part of model.parts) {
    const predicted = predict(part.model, x);
    for (let i = 0; i < out.length; i++) out[i] += part.weight * predicted[i];
  }
  return out;
}

/** The model with every number rounded to float32, as its file stores it. Trees do not change: their `base` is float32 too. */
export function roundToFile(model: Model): Model {
  switch (model.kind) {
    case 'linear':
      return {
        kind: 'linear',
        intercept: Math.fround(model.intercept),
        coefficients: model.coefficients.map(Math.fround),
      };
    case 'trees':
      return { ...model, base: Math.fround(model.base) };
    case 'mlp':
    case 'nearest':
      return model;
    case 'sum':
      return {
        ...model,
        parts: model.parts.map(({ weight, model: part }) => ({
          weight: Math.fround(weight),
          model: roundToFile(part),
        })),
      };
  }
}

/**
 * Σ weight · model as one model. Sums within sums are opened; linear parts add up to one; what is left alone with weight 1
 * stands by itself.
 * @throws RangeError without any term, or where two have different features.
 */
export function combine(terms: readonly WeightedModel[]): Model {
  const parts = terms.flatMap(openSum);
  if (parts.length === 0) throw new RangeError('combine: expected at least one model, got none');
  const dim = dimOf(parts[0].model);
  if (parts.some(({ model }) => dimOf(model) !== dim)) {
    throw new RangeError('combine: the models were fitted on different features');
  }
  const linear: { weight: number; model: LinearModel }[] = [];
  const others: WeightedModel[] = [];
  for (const { weight, model } of parts) {
    if (model.kind === 'linear') linear.push({ weight, model });
    else others.push({ weight, model });
  }
  const added: WeightedModel[] =
    linear.length === 0 ? others : [{ weight: 1, model: combineLinear(linear) }, ...others];
  return added.length === 1 && added[0].weight === 1 ? added[0].model : { kind: 'sum', dim, parts: added };
}

function openSum({ weight, model }: WeightedModel): WeightedModel[] {
  if (model.kind !== 'sum') return [{ weight, model }];
  return model.parts.flatMap((part) => openSum({ weight: weight * part.weight, model: part.model }));
}

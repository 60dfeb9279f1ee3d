/** Means, variances and quantiles, weighted where weights are given. Empty input gives NaN, as there is no answer. */

export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}

export function mean(values: ArrayLike<number>): number {
  return sum(values) / values.length;
}

export function weightedMean(values: ArrayLike<number>, weights: ArrayLike<number>): number {
  let total = 0;
  let weight = 0;
  for (let i = 0; i < values.length; i++) {
    total += weights[i] * values[i];
    weight += weights[i];
  }
  return total / weight;
}

/** Variance about the mean, divided by n − freedom: 0 for the population's, 1 for the sample's. */
export function variance(values: ArrayLike<number>, freedom: 0 | 1): number {
  const centre = mean(values);
  let total = 0;
  for (let i = 0; i < values.length; i++) total += (values[i] - centre) ** 2;
  return total / (values.length - freedom);
}

export function standardDeviation(values: ArrayLike<number>, freedom: 0 | 1): number {
  return Math.sqrt(variance(values, freedom));
}

/** Quantile with linear interpolation between order statistics (type 7, the default of numpy and R). */
export function quantile(values: ArrayLike<number>, probability: number): number {
  return quantileSorted(Float64Array.from(values).sort(), probability);
}

/** As `quantile`, of values already ascending. */
export function quantileSorted(ascending: ArrayLike<number>, probability: number): number {
  const position = probability * (ascending.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, ascending.length - 1);
  return ascending[below] + (position - below) * (ascending[above] - ascending[below]);
}

export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}

/** Kish's effective sample size (Σw)² / Σw². */
export function effectiveSampleSize(weights: ArrayLike<number>): number {
  let total = 0;
  let squares = 0;
  for (let i = 0; i < weights.length; i++) {
    total += weights[i];
    squares += weights[i] ** 2;
  }
  return total ** 2 / squares;
}

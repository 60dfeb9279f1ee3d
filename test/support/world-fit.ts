import { fitEstimators, type Fit } from '../../src/causal/fit.ts';
import type { Sample } from '../../src/causal/sample.ts';

/** The product's default configuration on a generated sample. */
export function fitDefault(sample: Sample, seed: number): Fit {
  return fitEstimators(sample, {
    scheme: { kind: 'grouped', repeats: 3, seed },
    crossValidationScheme: { kind: 'grouped', repeats: 1, seed },
    selectedOnVerdict: false,
    clock: () => 0,
  });
}

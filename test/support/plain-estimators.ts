import type { Sample } from '../../src/causal/sample.ts';
import { solvePositiveDefinite } from '../../src/stats/linalg.ts';

/**
 * The estimators once more, row by row, with every penalty given and every row weighted: slow, plain, and written from the
 * formulas of docs/statistics.md. One folding.
 */
type Rows = readonly number[];
type Theta = readonly number[];

export function plainEstimates(
  sample: Sample,
  folds: Int32Array,
  weight: (row: number) => number,
  penalty: (name: string) => number,
): Record<string, Theta> {
  const n = sample.x.rows;
  const d = sample.x.cols;
  const all = Array.from({ length: n }, (_, i) => i);
  const [source] = sample.sources;
  const x = (i: number): number[] => Array.from(sample.x.data.subarray(i * d, (i + 1) * d));
  const r = (i: number): number => sample.goldGain[i];
  const y = (i: number): number => source.preferenceGain[i];
  const pi = (i: number): number => sample.propensity[i];
  const gold = all.filter((i) => sample.hasGold[i] === 1);
  const judged = all.filter((i) => source.hasPreference[i] === 1);
  const isPaired = gold.some((i) => source.hasPreference[i] === 1);
  const shareWithGold = gold.filter((i) => source.hasPreference[i] === 1).length / gold.length;
  const piJ = (i: number): number => pi(i) * shareWithGold + (1 - pi(i));

  /** Rows may come twice: entries are (features, target, weight). */
  const ridge = (name: string, entries: readonly (readonly [number[], number, number])[]): Theta => {
    const width = entries[0][0].length;
    const total = entries.reduce((sum, [, , w]) => sum + w, 0);
    const centre = Array.from(
      { length: width },
      (_, k) => entries.reduce((sum, [z, , w]) => sum + w * z[k], 0) / total,
    );
    const level = entries.reduce((sum, [, t, w]) => sum + w * t, 0) / total;
    const gram = new Float64Array(width * width);
    const cross = new Float64Array(width);
    for (const [z, t, w] of entries) {
      for (let j = 0; j < width; j++) {
        cross[j] += w * (z[j] - centre[j]) * (t - level);
        for (let k = 0; k < width; k++) gram[j * width + k] += w * (z[j] - centre[j]) * (z[k] - centre[k]);
      }
    }
    for (let j = 0; j < width; j++) gram[j * width + j] += total * 10 ** penalty(name);
    const beta = Array.from(solvePositiveDefinite(gram, cross));
    return [level - beta.reduce((sum, b, k) => sum + b * centre[k], 0), ...beta];
  };
  const at = (theta: Theta, z: readonly number[]): number =>
    theta[0] + z.reduce((sum, v, k) => sum + v * theta[k + 1], 0);
  const outOfFold = (fit: (kept: (i: number) => boolean) => Theta): ((i: number) => Theta) => {
    const models = [0, 1, 2, 3, 4].map((fold) => fit((i) => folds[i] !== fold));
    return (i) => models[folds[i]];
  };

  const onGold = (kept: (i: number) => boolean, target: (i: number) => number, name: string): Theta =>
    ridge(
      name,
      gold.filter(kept).map((i) => [x(i), target(i), weight(i) / pi(i)] as const),
    );
  const onRows = (rows: Rows, target: (i: number) => number, name: string): Theta =>
    ridge(
      name,
      rows.map((i) => [x(i), target(i), weight(i)] as const),
    );
  const everything = (): boolean => true;
  const mu1 = outOfFold((kept) => onGold(kept, r, 'gold'));
  const mu0 = outOfFold((kept) => onRows(judged.filter(kept), y, 'preference'));
  const eta = onRows(judged, y, 'preference');
  const refit = (name: string, bias: (i: number) => number): Theta =>
    onRows(all, (i) => (sample.hasGold[i] === 1 ? r(i) : y(i) + bias(i)), `${name}/refit`);

  const estimates: Record<string, Theta> = {
    'gold-only': onGold(everything, r, 'gold'),
    'preference-only': eta,
    pooled: ridge('pooled', [
      ...gold.map((i) => [x(i), r(i), weight(i)] as const),
      ...judged.map((i) => [x(i), y(i), weight(i)] as const),
    ]),
  };

  const delta = outOfFold((kept) =>
    ridge(
      'r-learner',
      [...gold.map((i) => [i, 1] as const), ...judged.map((i) => [i, 0] as const)]
        .filter(([i]) => kept(i))
        .map(([i, t]) => {
          const p = pi(i) / (pi(i) + piJ(i));
          const m = p * at(mu1(i), x(i)) + (1 - p) * at(mu0(i), x(i));
          return [x(i), ((t === 1 ? r(i) : y(i)) - m) / (t - p), weight(i) * (t - p) ** 2] as const;
        }),
    ),
  );
  estimates['r-learner'] = refit('r-learner', (i) => at(delta(i), x(i)));

  const phi = (i: number): number => {
    const [one, zero] = [at(mu1(i), x(i)), at(mu0(i), x(i))];
    const treated = sample.hasGold[i] === 1 ? (r(i) - one) / pi(i) : 0;
    const control = source.hasPreference[i] === 1 ? (y(i) - zero) / piJ(i) : 0;
    return one - zero + treated - control;
  };
  const robust = outOfFold((kept) => onRows(all.filter(kept), phi, 'dr-learner'));
  estimates['dr-learner'] = refit('dr-learner', (i) => at(robust(i), x(i)));

  const etaAt = (i: number): number => (isPaired ? at(mu0(i), x(i)) : at(eta, x(i)));
  const add = (a: Theta, b: Theta, factor = 1): Theta => a.map((v, k) => v + factor * b[k]);
  estimates.offset = add(
    eta,
    onGold(everything, (i) => r(i) - etaAt(i), 'offset'),
  );

  const weightedMean = (rows: Rows, value: (i: number) => number): number =>
    rows.reduce((sum, i) => sum + weight(i) * value(i), 0) / rows.reduce((sum, i) => sum + weight(i), 0);
  const scale = (value: (i: number) => number): { shift: number; factor: number } => {
    const shift = weightedMean(all, value);
    return { shift, factor: 5 / (Math.sqrt(weightedMean(all, (i) => (value(i) - shift) ** 2)) + 1e-9) };
  };
  const { shift, factor } = scale(etaAt);
  const calibrated = ridge(
    'calibrated-offset',
    gold.map((i) => [[...x(i), factor * (etaAt(i) - shift)], r(i), weight(i) / pi(i)] as const),
  );
  const slope = calibrated[d + 1] * factor;
  const direct = calibrated.slice(0, d + 1);
  direct[0] -= slope * shift;
  estimates['calibrated-offset'] = add(direct, eta, slope);

  if (judged.length < n) return estimates;
  const difference = outOfFold((kept) => onGold(kept, (i) => r(i) - y(i), 'paired-difference'));
  estimates['paired-difference'] = refit('paired-difference', (i) => at(difference(i), x(i)));
  const verdict = scale(y);
  const strength = scale((i) => Math.abs(y(i)));
  const withVerdict = (i: number): number[] => [
    ...x(i),
    verdict.factor * (y(i) - verdict.shift),
    strength.factor * (Math.abs(y(i)) - strength.shift),
  ];
  const surrogate = outOfFold((kept) =>
    ridge(
      'surrogate',
      gold.filter(kept).map((i) => [withVerdict(i), r(i), weight(i) / pi(i)] as const),
    ),
  );
  const f = (i: number): number => at(surrogate(i), withVerdict(i));
  estimates['two-stage-surrogate'] = add(
    onRows(all, f, 'two-stage'),
    onGold(everything, (i) => r(i) - f(i), 'two-stage/residual'),
  );
  estimates['surrogate-aipw'] = onRows(
    all,
    (i) => (sample.hasGold[i] === 1 ? f(i) + (r(i) - f(i)) / pi(i) : f(i)),
    'surrogate-aipw',
  );
  return estimates;
}

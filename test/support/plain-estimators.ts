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
  const x = (i: number): number[] => Array.from(sample.x.data.subarray(i * d, (i + 1) * d));
  const r = (i: number): number => sample.goldGain[i];
  const pi = (i: number): number => sample.propensity[i];
  const gold = all.filter((i) => sample.hasGold[i] === 1);
  const others = all.filter((i) => sample.hasGold[i] === 0);
  const sources = sample.sources.map(({ hasPreference, preferenceGain }) => {
    const judged = all.filter((i) => hasPreference[i] === 1);
    const share = (rows: Rows): number =>
      rows.length === 0 ? 0 : rows.filter((i) => hasPreference[i] === 1).length / rows.length;
    const [withGold, without] = [share(gold), share(others)];
    return {
      judged,
      has: (i: number): boolean => hasPreference[i] === 1,
      y: (i: number): number => preferenceGain[i],
      isPaired: withGold > 0,
      isFullyPaired: judged.length === n,
      piJ: (i: number): number => pi(i) * withGold + (1 - pi(i)) * without,
    };
  });

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
  const nuisances = sources.map(({ judged, y, isPaired }, j) => {
    const mu0 = outOfFold((kept) => onRows(judged.filter(kept), y, `preference/${j}`));
    const eta = onRows(judged, y, `preference/${j}`);
    return { mu0, eta, etaAt: (i: number): number => at(isPaired ? mu0(i) : eta, x(i)) };
  });
  /** Gold, else the mean over the judges of their corrected preference. */
  const refit = (name: string, bias: (j: number, i: number) => number): Theta =>
    onRows(
      all,
      (i) => {
        if (sample.hasGold[i] === 1) return r(i);
        const corrected = sources.flatMap(({ has, y }, j) => (has(i) ? [y(i) + bias(j, i)] : []));
        return corrected.reduce((sum, v) => sum + v, 0) / corrected.length;
      },
      `${name}/refit`,
    );
  const labels = sources.flatMap(({ judged, y }) => judged.map((i) => [x(i), y(i), weight(i)] as const));
  const add = (a: Theta, b: Theta, factor = 1): Theta => a.map((v, k) => v + factor * b[k]);

  const estimates: Record<string, Theta> = {
    'gold-only': onGold(everything, r, 'gold'),
    'preference-only': sources.length === 1 ? nuisances[0].eta : ridge('preference-only', labels),
    pooled: ridge('pooled', [...gold.map((i) => [x(i), r(i), weight(i)] as const), ...labels]),
  };

  const deltas = sources.map(({ judged, y, piJ }, j) =>
    outOfFold((kept) =>
      ridge(
        `r-learner/${j}`,
        [...gold.map((i) => [i, 1] as const), ...judged.map((i) => [i, 0] as const)]
          .filter(([i]) => kept(i))
          .map(([i, t]) => {
            const p = pi(i) / (pi(i) + piJ(i));
            const m = p * at(mu1(i), x(i)) + (1 - p) * at(nuisances[j].mu0(i), x(i));
            return [x(i), ((t === 1 ? r(i) : y(i)) - m) / (t - p), weight(i) * (t - p) ** 2] as const;
          }),
      ),
    ),
  );
  estimates['r-learner'] = refit('r-learner', (j, i) => at(deltas[j](i), x(i)));

  const robust = sources.map(({ has, y, piJ }, j) => {
    const phi = (i: number): number => {
      const [one, zero] = [at(mu1(i), x(i)), at(nuisances[j].mu0(i), x(i))];
      const treated = sample.hasGold[i] === 1 ? (r(i) - one) / pi(i) : 0;
      const control = has(i) ? (y(i) - zero) / piJ(i) : 0;
      return one - zero + treated - control;
    };
    return outOfFold((kept) => onRows(all.filter(kept), phi, `dr-learner/${j}`));
  });
  estimates['dr-learner'] = refit('dr-learner', (j, i) => at(robust[j](i), x(i)));

  const labelCount = sources.reduce((sum, { judged }) => sum + judged.length, 0);
  estimates.offset = sources.reduce<Theta>(
    (sum, { judged }, j) => {
      const { eta, etaAt } = nuisances[j];
      const correction = onGold(everything, (i) => r(i) - etaAt(i), `offset/${j}`);
      return add(sum, add(eta, correction), judged.length / labelCount);
    },
    new Array<number>(d + 1).fill(0),
  );

  const weightedMean = (rows: Rows, value: (i: number) => number): number =>
    rows.reduce((sum, i) => sum + weight(i) * value(i), 0) / rows.reduce((sum, i) => sum + weight(i), 0);
  const scale = (value: (i: number) => number): { shift: number; factor: number } => {
    const shift = weightedMean(all, value);
    return { shift, factor: 5 / (Math.sqrt(weightedMean(all, (i) => (value(i) - shift) ** 2)) + 1e-9) };
  };
  const scales = nuisances.map(({ etaAt }) => scale(etaAt));
  const calibrated = ridge(
    'calibrated-offset',
    gold.map(
      (i) =>
        [
          [...x(i), ...scales.map(({ shift, factor }, j) => factor * (nuisances[j].etaAt(i) - shift))],
          r(i),
          weight(i) / pi(i),
        ] as const,
    ),
  );
  estimates['calibrated-offset'] = scales.reduce<Theta>(
    (sum, { shift, factor }, j) => {
      const slope = calibrated[d + 1 + j] * factor;
      const moved = add(sum, nuisances[j].eta, slope);
      return [moved[0] - slope * shift, ...moved.slice(1)];
    },
    calibrated.slice(0, d + 1),
  );

  if (sources.every(({ isFullyPaired }) => isFullyPaired)) {
    const differences = sources.map(({ y }, j) =>
      outOfFold((kept) => onGold(kept, (i) => r(i) - y(i), `paired-difference/${j}`)),
    );
    estimates['paired-difference'] = refit('paired-difference', (j, i) => at(differences[j](i), x(i)));
  }
  const full = sources.filter(({ isFullyPaired }) => isFullyPaired);
  if (full.length === 0) return estimates;
  const columns = [
    ...full.map(({ y }) => y),
    ...full.map(
      ({ y }) =>
        (i: number): number =>
          Math.abs(y(i)),
    ),
  ].map((value) => ({ value, ...scale(value) }));
  const withVerdict = (i: number): number[] => [
    ...x(i),
    ...columns.map(({ value, shift, factor }) => factor * (value(i) - shift)),
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

/**
 * Shares and mean differences over units that come in clusters: the pairs judged at one prompt are not independent, so an
 * interval that takes them for so is too short.
 */

/** Running sums over clusters of k hits (or a sum of values) among n units. */
export interface ClusterSums {
  clusters: number;
  n: number;
  k: number;
  kk: number;
  kn: number;
  nn: number;
}

/** A share or mean with its 95 % interval; null where there is no unit, or nothing to judge its spread by. */
export interface ClusteredValue {
  readonly value: number | null;
  readonly ci95: readonly [number, number] | null;
  readonly n: number;
  readonly clusters: number;
}

const Z95 = 1.959963984540054;

export function emptySums(): ClusterSums {
  return { clusters: 0, n: 0, k: 0, kk: 0, kn: 0, nn: 0 };
}

/** A cluster without units changes nothing. */
export function addCluster(sums: ClusterSums, k: number, n: number): void {
  if (n === 0) return;
  sums.clusters++;
  sums.n += n;
  sums.k += k;
  sums.kk += k * k;
  sums.kn += k * n;
  sums.nn += n * n;
}

/**
 * The share k/n with Wilson's interval at the effective number of units p(1 − p)/V, where V is the variance of the ratio
 * between clusters (Dean & Pagano 2015, doi 10.1093/jssam/smv024; never more units than there are). Where all units agree
 * there is no variance to go by: then each cluster counts as one.
 */
export function clusteredShare(sums: ClusterSums): ClusteredValue {
  const { n, k, clusters } = sums;
  if (n === 0) return { value: null, ci95: null, n, clusters };
  const p = k / n;
  const between = ratioVariance(sums);
  const effective = between > 0 && p > 0 && p < 1 ? Math.min(n, (p * (1 - p)) / between) : clusters;
  return { value: p, ci95: wilsonInterval(p, effective), n, clusters };
}

/** The mean k/n of values of either sign, with the interval of a ratio estimator; at least two clusters are needed. */
export function clusteredMean(sums: ClusterSums): ClusteredValue {
  const { n, k, clusters } = sums;
  if (n === 0) return { value: null, ci95: null, n, clusters };
  const value = k / n;
  if (clusters < 2) return { value, ci95: null, n, clusters };
  const half = Z95 * Math.sqrt(ratioVariance(sums));
  return { value, ci95: [value - half, value + half], n, clusters };
}

/** Wilson (1927), Probable inference: (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n). */
export function wilsonInterval(p: number, n: number): readonly [number, number] {
  const z2 = Z95 * Z95;
  const centre = p + z2 / (2 * n);
  const half = Z95 * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
  const scale = 1 + z2 / n;
  return [Math.max(0, (centre - half) / scale), Math.min(1, (centre + half) / scale)];
}

/** G/(G − 1) · Σ (k_g − r n_g)² / N², the linearised variance of the ratio r = K/N over G clusters. */
function ratioVariance({ clusters, n, k, kk, kn, nn }: ClusterSums): number {
  if (clusters < 2) return 0;
  const r = k / n;
  const squares = Math.max(0, kk - 2 * r * kn + r * r * nn);
  return ((clusters / (clusters - 1)) * squares) / (n * n);
}

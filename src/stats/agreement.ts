/**
 * Agreement between raters, chance-corrected. Letters: q categories, r_ik ratings of item i in category k, r_i = Σ_k r_ik,
 * w_i the weight of an item (1, or a bootstrap draw's). Every figure is NaN where it is not defined: fewer than two ratings
 * on every item, or (kappas, alpha) no variation at all.
 */
export interface Ratings {
  readonly items: number;
  readonly raters: number;
  /** items × raters, row by row; NaN where a rater did not grade the item. */
  readonly values: Float64Array;
}

/** What is as far apart as what: `nominal` different is different, `ordinal` by rank, `interval` by squared difference. */
export type Metric = 'nominal' | 'ordinal' | 'interval';
export type KappaWeights = 'none' | 'linear' | 'quadratic';

/**
 * Ratings counted: for each item the categories that were used (`first[i]` to `first[i + 1]` in `used`) and how often
 * (`times`, r_ik); few raters use few of many categories. Categories ascend; `perItem` is r_i.
 */
interface Counts {
  readonly categories: readonly number[];
  readonly first: Int32Array;
  readonly used: Int32Array;
  readonly times: Float64Array;
  readonly perItem: Float64Array;
}

/** Mean over items with two ratings or more of the share of pairs of raters that say the same. */
export function percentAgreement(ratings: Ratings, weights?: ArrayLike<number>): number {
  return observed(countRatings(ratings), ratings.items, weights);
}

/**
 * Cohen's kappa (1960, doi 10.1177/001316446002000104) of the first two raters on the items that both graded; weighted
 * (Cohen 1968, doi 10.1037/h0026256) by the distance between the places of the categories in ascending order.
 */
export function cohenKappa(
  ratings: Ratings,
  kind: KappaWeights = 'none',
  weights?: ArrayLike<number>,
): number {
  const { items, raters, values } = ratings;
  const both = Array.from({ length: items }, (_, i) => i).filter(
    (i) => !Number.isNaN(values[i * raters]) && !Number.isNaN(values[i * raters + 1]),
  );
  const categories = distinct(both.flatMap((i) => [values[i * raters], values[i * raters + 1]]));
  const q = categories.length;
  const place = new Map(categories.map((value, k) => [value, k]));
  const joint = new Float64Array(q * q);
  let total = 0;
  for (const i of both) {
    const w = weights?.[i] ?? 1;
    const first = place.get(values[i * raters]) ?? 0;
    const second = place.get(values[i * raters + 1]) ?? 0;
    joint[first * q + second] += w;
    total += w;
  }
  const rows = new Float64Array(q);
  const columns = new Float64Array(q);
  for (let a = 0; a < q; a++) {
    for (let b = 0; b < q; b++) {
      rows[a] += joint[a * q + b];
      columns[b] += joint[a * q + b];
    }
  }
  let disagreement = 0;
  let byChance = 0;
  for (let a = 0; a < q; a++) {
    for (let b = 0; b < q; b++) {
      const cost = kind === 'none' ? Number(a !== b) : kind === 'linear' ? Math.abs(a - b) : (a - b) ** 2;
      disagreement += (cost * joint[a * q + b]) / total;
      byChance += (cost * rows[a] * columns[b]) / total ** 2;
    }
  }
  return byChance > 0 ? 1 - disagreement / byChance : Number.NaN;
}

/**
 * Fleiss' kappa (1971, doi 10.1037/h0031619); where items have different numbers of ratings, agreement is of items with
 * two or more and chance is by the mean share of each category (Gwet 2014, Handbook of Inter-Rater Reliability, section 2.3).
 */
export function fleissKappa(ratings: Ratings, weights?: ArrayLike<number>): number {
  const counts = countRatings(ratings);
  const shares = categoryShares(counts, ratings.items, weights);
  const chance = shares.reduce((sum, share) => sum + share ** 2, 0);
  return chanceCorrected(observed(counts, ratings.items, weights), chance);
}

/** Gwet's AC1 (2008, doi 10.1348/000711006X126600): chance by Σ π_k (1 − π_k) / (q − 1), with π_k the mean share of k. */
export function gwetAc1(ratings: Ratings, weights?: ArrayLike<number>): number {
  const counts = countRatings(ratings);
  const q = counts.categories.length;
  if (q < 2) return observed(counts, ratings.items, weights);
  const shares = categoryShares(counts, ratings.items, weights);
  const chance = shares.reduce((sum, share) => sum + share * (1 - share), 0) / (q - 1);
  return chanceCorrected(observed(counts, ratings.items, weights), chance);
}

/**
 * Krippendorff's alpha (2011, Computing Krippendorff's alpha-reliability): 1 − D_o / D_e over the coincidences of values
 * within items; missing ratings simply do not pair.
 */
export function krippendorffAlpha(ratings: Ratings, metric: Metric, weights?: ArrayLike<number>): number {
  const { categories, first, used, times, perItem } = countRatings(ratings);
  const q = categories.length;
  const coincidences = new Float64Array(q * q);
  for (let i = 0; i < ratings.items; i++) {
    if (perItem[i] < 2) continue;
    const scale = (weights?.[i] ?? 1) / (perItem[i] - 1);
    for (let x = first[i]; x < first[i + 1]; x++) {
      for (let y = first[i]; y < first[i + 1]; y++) {
        coincidences[used[x] * q + used[y]] += scale * times[x] * (times[y] - Number(x === y));
      }
    }
  }
  const margins = Float64Array.from({ length: q }, (_, a) =>
    coincidences.subarray(a * q, (a + 1) * q).reduce((sum, value) => sum + value, 0),
  );
  const n = margins.reduce((sum, value) => sum + value, 0);
  const apart = distances(categories, margins, metric);
  let within = 0;
  let byChance = 0;
  for (let a = 0; a < q; a++) {
    for (let b = 0; b < q; b++) {
      within += coincidences[a * q + b] * apart[a * q + b];
      byChance += margins[a] * (margins[b] - Number(a === b)) * apart[a * q + b];
    }
  }
  return byChance > 0 ? 1 - ((n - 1) * within) / byChance : Number.NaN;
}

/** Squared distances between categories; ordinal ones depend on how often each was used. */
function distances(categories: readonly number[], margins: Float64Array, metric: Metric): Float64Array {
  const q = categories.length;
  const apart = new Float64Array(q * q);
  for (let a = 0; a < q; a++) {
    let between = margins[a];
    for (let b = a + 1; b < q; b++) {
      between += margins[b];
      const distance =
        metric === 'nominal'
          ? 1
          : metric === 'interval'
            ? (categories[a] - categories[b]) ** 2
            : (between - (margins[a] + margins[b]) / 2) ** 2;
      apart[a * q + b] = distance;
      apart[b * q + a] = distance;
    }
  }
  return apart;
}

/** The same ratings are counted once: a bootstrap asks hundreds of times, with other weights. */
const counted = new WeakMap<Ratings, Counts>();

function countRatings(ratings: Ratings): Counts {
  const known = counted.get(ratings);
  if (known !== undefined) return known;
  const counts = count(ratings);
  counted.set(ratings, counts);
  return counts;
}

function count({ items, raters, values }: Ratings): Counts {
  const categories = distinct(values);
  const place = new Map(categories.map((value, k) => [value, k]));
  const first = new Int32Array(items + 1);
  const used: number[] = [];
  const times: number[] = [];
  const perItem = new Float64Array(items);
  for (let i = 0; i < items; i++) {
    first[i] = used.length;
    for (let r = 0; r < raters; r++) {
      const k = place.get(values[i * raters + r]);
      if (k === undefined) continue;
      const at = used.indexOf(k, first[i]);
      if (at < 0) times[used.push(k) - 1] = 1;
      else times[at]++;
      perItem[i]++;
    }
  }
  first[items] = used.length;
  return { categories, first, used: Int32Array.from(used), times: Float64Array.from(times), perItem };
}

function observed(counts: Counts, items: number, weights?: ArrayLike<number>): number {
  const { first, times, perItem } = counts;
  let sum = 0;
  let total = 0;
  for (let i = 0; i < items; i++) {
    if (perItem[i] < 2) continue;
    const w = weights?.[i] ?? 1;
    let same = 0;
    for (let x = first[i]; x < first[i + 1]; x++) same += times[x] * (times[x] - 1);
    sum += (w * same) / (perItem[i] * (perItem[i] - 1));
    total += w;
  }
  return total > 0 ? sum / total : Number.NaN;
}

/** The mean share of each category over items with a rating. */
function categoryShares(counts: Counts, items: number, weights?: ArrayLike<number>): Float64Array {
  const { first, used, times, perItem } = counts;
  const shares = new Float64Array(counts.categories.length);
  let total = 0;
  for (let i = 0; i < items; i++) {
    if (perItem[i] === 0) continue;
    const w = weights?.[i] ?? 1;
    total += w;
    for (let x = first[i]; x < first[i + 1]; x++) shares[used[x]] += (w * times[x]) / perItem[i];
  }
  return shares.map((share) => share / total);
}

function chanceCorrected(agreement: number, chance: number): number {
  return chance < 1 ? (agreement - chance) / (1 - chance) : Number.NaN;
}

function distinct(values: ArrayLike<number>): readonly number[] {
  return [...new Set(Array.from(values).filter((value) => !Number.isNaN(value)))].sort((a, b) => a - b);
}

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
  const { q, items, first, second } = pairedRatings(ratings);
  if (q < 2) return Number.NaN;
  const rows = new Float64Array(q);
  const columns = new Float64Array(q);
  let disagreement = 0;
  let total = 0;
  for (let k = 0; k < items.length; k++) {
    const w = weights?.[items[k]] ?? 1;
    const apart = Math.abs(first[k] - second[k]);
    rows[first[k]] += w;
    columns[second[k]] += w;
    total += w;
    disagreement += w * (kind === 'none' ? Math.min(1, apart) : kind === 'linear' ? apart : apart ** 2);
  }
  const byChance = costByChance(rows, columns, kind);
  if (!(byChance > 0)) return Number.NaN;
  // One rater who always says the same agrees as by chance to the last digit; rounding would say a little more or less.
  const kappa = 1 - (disagreement * total) / byChance;
  return Math.abs(kappa) < 1e-13 ? 0 : kappa;
}

/** Items that the first two raters both graded, and the places of what they said among their categories. */
interface Paired {
  readonly q: number;
  readonly items: Int32Array;
  readonly first: Int32Array;
  readonly second: Int32Array;
}

const paired = new WeakMap<Ratings, Paired>();

function pairedRatings(ratings: Ratings): Paired {
  const known = paired.get(ratings);
  if (known !== undefined) return known;
  const { raters, values } = ratings;
  const items = Int32Array.from({ length: ratings.items }, (_, i) => i).filter(
    (i) => !Number.isNaN(values[i * raters]) && !Number.isNaN(values[i * raters + 1]),
  );
  const said = (rater: number): Float64Array => Float64Array.from(items, (i) => values[i * raters + rater]);
  const [a, b] = [said(0), said(1)];
  const categories = distinct([...a, ...b]);
  const place = new Map(categories.map((value, k) => [value, k]));
  const placesOf = (given: Float64Array): Int32Array =>
    Int32Array.from(given, (value) => place.get(value) ?? 0);
  const found = { q: categories.length, items, first: placesOf(a), second: placesOf(b) };
  paired.set(ratings, found);
  return found;
}

/** Σ_a Σ_b rows_a columns_b cost(a, b), without the q² terms. */
function costByChance(rows: Float64Array, columns: Float64Array, kind: KappaWeights): number {
  const total = sum(rows);
  if (kind === 'none') return total ** 2 - sum(rows.map((row, k) => row * columns[k]));
  if (kind === 'quadratic') {
    const moment = (shares: Float64Array, power: number): number =>
      sum(shares.map((share, k) => share * k ** power));
    return total * (moment(rows, 2) + moment(columns, 2)) - 2 * moment(rows, 1) * moment(columns, 1);
  }
  // |a − b| counts the steps between a and b: each with one below it and the other above.
  let [rowsBelow, columnsBelow, cost] = [0, 0, 0];
  for (let k = 0; k < rows.length; k++) {
    rowsBelow += rows[k];
    columnsBelow += columns[k];
    cost += rowsBelow * (total - columnsBelow) + (total - rowsBelow) * columnsBelow;
  }
  return cost;
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
  if (categories.length < 2) return Number.NaN;
  // n_c: ratings in each category, of items whose ratings pair.
  const margins = new Float64Array(categories.length);
  for (let i = 0; i < ratings.items; i++) {
    if (perItem[i] < 2) continue;
    const w = weights?.[i] ?? 1;
    for (let x = first[i]; x < first[i + 1]; x++) margins[used[x]] += w * times[x];
  }
  const n = sum(margins);
  const places = metric === 'ordinal' ? midRanks(margins) : categories;
  let within = 0;
  for (let i = 0; i < ratings.items; i++) {
    if (perItem[i] < 2) continue;
    const scale = (2 * (weights?.[i] ?? 1)) / (perItem[i] - 1);
    for (let x = first[i]; x < first[i + 1]; x++) {
      for (let y = first[i]; y < x; y++) {
        const apart = metric === 'nominal' ? 1 : (places[used[x]] - places[used[y]]) ** 2;
        within += scale * times[x] * times[y] * apart;
      }
    }
  }
  if (margins.filter((margin) => margin > 0).length < 2) return Number.NaN;
  const byChance =
    metric === 'nominal' ? n ** 2 - sum(margins.map((m) => m ** 2)) : 2 * n * spread(places, margins);
  return 1 - ((n - 1) * within) / byChance;
}

/** Ordinal distances are differences of these: ratings below a category, and half of those in it. */
function midRanks(margins: Float64Array): readonly number[] {
  let below = 0;
  return Array.from(margins, (margin) => {
    below += margin;
    return below - margin / 2;
  });
}

/** Σ m (p − p̄)²; times 2 Σ m it is Σ_a Σ_b m_a m_b (p_a − p_b)². */
function spread(places: readonly number[], margins: Float64Array): number {
  const mean = sum(margins.map((margin, k) => margin * places[k])) / sum(margins);
  return sum(margins.map((margin, k) => margin * (places[k] - mean) ** 2));
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
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

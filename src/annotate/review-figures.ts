import {
  cohenKappa,
  fleissKappa,
  gwetAc1,
  krippendorffAlpha,
  percentAgreement,
  type Ratings,
} from '../stats/agreement.ts';
import { measureAgreement, sharedItems, type MeasuredAgreement } from '../stats/agreement-interval.ts';

const SEED = 1;

export interface GroupFigures {
  readonly percent: MeasuredAgreement;
  readonly fleissKappa: MeasuredAgreement;
  readonly krippendorffNominal: MeasuredAgreement;
  readonly krippendorffOrdinal: MeasuredAgreement;
  readonly krippendorffInterval: MeasuredAgreement;
  readonly gwetAc1: MeasuredAgreement;
}

export interface PairFigures {
  readonly percent: MeasuredAgreement;
  readonly cohenKappa: MeasuredAgreement;
  readonly weightedKappa: MeasuredAgreement;
  readonly krippendorffInterval: MeasuredAgreement;
  readonly gwetAc1: MeasuredAgreement;
  readonly items: number;
}

export function groupFigures(given: Ratings): GroupFigures {
  const ratings = gradedOnly(given, 1);
  return {
    percent: measureAgreement(ratings, percentAgreement, SEED),
    fleissKappa: measureAgreement(ratings, fleissKappa, SEED),
    krippendorffNominal: measureAgreement(ratings, (r, w) => krippendorffAlpha(r, 'nominal', w), SEED),
    krippendorffOrdinal: measureAgreement(ratings, (r, w) => krippendorffAlpha(r, 'ordinal', w), SEED),
    krippendorffInterval: measureAgreement(ratings, (r, w) => krippendorffAlpha(r, 'interval', w), SEED),
    gwetAc1: measureAgreement(ratings, gwetAc1, SEED),
  };
}

/** Of two raters, on the items that both graded. */
export function pairFigures(given: Ratings): PairFigures {
  const ratings = gradedOnly(given, 2);
  return {
    percent: measureAgreement(ratings, percentAgreement, SEED),
    cohenKappa: measureAgreement(ratings, (r, w) => cohenKappa(r, 'none', w), SEED),
    weightedKappa: measureAgreement(ratings, (r, w) => cohenKappa(r, 'quadratic', w), SEED),
    krippendorffInterval: measureAgreement(ratings, (r, w) => krippendorffAlpha(r, 'interval', w), SEED),
    gwetAc1: measureAgreement(ratings, gwetAc1, SEED),
    items: sharedItems(ratings),
  };
}

/** Only items with so many ratings: those with none cost time and change nothing. */
function gradedOnly({ items, raters, values }: Ratings, atLeast: number): Ratings {
  const rows = Array.from({ length: items }, (_, i) => i).filter((i) => {
    const given = values.subarray(i * raters, (i + 1) * raters).filter((value) => !Number.isNaN(value));
    return given.length >= atLeast;
  });
  const kept = new Float64Array(rows.length * raters);
  rows.forEach((row, i) => {
    kept.set(values.subarray(row * raters, (row + 1) * raters), i * raters);
  });
  return { items: rows.length, raters, values: kept };
}

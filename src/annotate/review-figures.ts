import {
  cohenKappa,
  fleissKappa,
  gwetAc1,
  krippendorffAlpha,
  percentAgreement,
  type Ratings,
} from '../stats/agreement.ts';
import { measureAgreements, sharedItems, type MeasuredAgreement } from '../stats/agreement-interval.ts';

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
  return measureAgreements(
    gradedOnly(given, 1),
    {
      percent: percentAgreement,
      fleissKappa,
      krippendorffNominal: (r, w) => krippendorffAlpha(r, 'nominal', w),
      krippendorffOrdinal: (r, w) => krippendorffAlpha(r, 'ordinal', w),
      krippendorffInterval: (r, w) => krippendorffAlpha(r, 'interval', w),
      gwetAc1,
    },
    SEED,
  );
}

/** Of two raters, on the items that both graded. */
export function pairFigures(given: Ratings): PairFigures {
  const ratings = gradedOnly(given, 2);
  const figures = measureAgreements(
    ratings,
    {
      percent: percentAgreement,
      cohenKappa: (r, w) => cohenKappa(r, 'none', w),
      weightedKappa: (r, w) => cohenKappa(r, 'quadratic', w),
      krippendorffInterval: (r, w) => krippendorffAlpha(r, 'interval', w),
      gwetAc1,
    },
    SEED,
  );
  return { ...figures, items: sharedItems(ratings) };
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

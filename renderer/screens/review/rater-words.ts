import type { MethodOutput } from '../../../src/contract/methods.ts';
import { formatDuration, formatPercent } from '../../app/format.ts';
import { showInterval, showPercent, showSigned } from '../../charts/numbers.ts';
import { showInvisible } from '../../response/mark-invisible.ts';
import { text } from '../../text.ts';

/** What a rater's report says, in words. Pure. */

export type RaterReport = MethodOutput<'review.raters'>['reports'][number];
type Measured = RaterReport['consensus'];

const words = text.review.raters;

/** `82 % (74 to 88 %)`, or a dash; what has no interval says so. */
export function shareOf({ value, ci95 }: Measured): string {
  if (value === null) return showPercent(null);
  return ci95 === null ? showPercent(value) : `${showPercent(value)} (${intervalOf(ci95)})`;
}

function intervalOf([lo, hi]: readonly [number, number]): string {
  return `${Math.round(100 * lo)} to ${formatPercent(hi)}`;
}

/** A difference of shares in percentage points, with its sign. */
export function driftOf({ value, ci95 }: Measured): string {
  if (value === null) return showPercent(null);
  const points = `${showSigned(100 * value, 0)} points`;
  return ci95 === null ? points : `${points} (${showInterval(ci95, (v) => showSigned(100 * v, 0))})`;
}

/** `12 % faster`; `steady` where the halves are within a twentieth; empty where nothing was timed. */
export function trendOf({ latencyTrendMs }: Pick<RaterReport, 'latencyTrendMs'>): string {
  if (latencyTrendMs === null) return '';
  const [first, second] = latencyTrendMs;
  if (first <= 0) return '';
  const change = second / first - 1;
  if (Math.abs(change) < 0.05) return words.steady;
  return change < 0 ? words.faster(formatPercent(-change)) : words.slower(formatPercent(change));
}

export function paceOf({ medianLatencyMs }: Pick<RaterReport, 'medianLatencyMs'>): string {
  return medianLatencyMs === null ? words.noTime : formatDuration(medianLatencyMs);
}

/** What stands out of chance: a side, a drift down, a taste for length that the others do not share. */
export function standingOut(reports: readonly RaterReport[]): readonly string[] {
  return reports.flatMap((report) => {
    const rater = showInvisible(report.rater);
    const { leftShare, drift, longerShare, longerShareOfOthers: others } = report;
    const said: string[] = [];
    if (leftShare.value !== null && leftShare.ci95 !== null && isOff(leftShare.ci95, 0.5)) {
      const isLeft = leftShare.value > 0.5;
      const share = isLeft ? leftShare.value : 1 - leftShare.value;
      const [lo, hi] = leftShare.ci95;
      said.push(
        words.sideSentence(
          rater,
          formatPercent(share),
          intervalOf(isLeft ? [lo, hi] : [1 - hi, 1 - lo]),
          isLeft ? 'left' : 'right',
        ),
      );
    }
    if (drift.value !== null && drift.ci95 !== null && drift.ci95[1] < 0) {
      said.push(
        words.driftSentence(
          rater,
          `${showSigned(100 * drift.value, 0)} points`,
          showInterval(drift.ci95, (v) => showSigned(100 * v, 0)),
        ),
      );
    }
    const isApart =
      longerShare.ci95 !== null &&
      others.ci95 !== null &&
      (longerShare.ci95[0] > others.ci95[1] || longerShare.ci95[1] < others.ci95[0]);
    if (isApart) said.push(words.longerSentence(rater, shareOf(longerShare), shareOf(others)));
    return said;
  });
}

function isOff([lo, hi]: readonly [number, number], expected: number): boolean {
  return lo > expected || hi < expected;
}

import type { JobResult } from '../../../src/contract/methods.ts';
import { formatCount } from '../../app/format.ts';
import { showInterval, showPercent, showSigned } from '../../charts/numbers.ts';

/** What the pictures of position, length, order and confusion say, computed from the same figures. Pure. */

export type Effects = JobResult<'bias.effects'>;
export type SourceEffects = Effects['sources'][number];
type Clustered = SourceEffects['position']['firstShown'];

const percents = (v: number): string => showPercent(v);

/** "64 % (60 % to 68 %)". */
export function written(share: Clustered): string {
  const interval = showInterval(share.ci95, percents);
  return showPercent(share.value) + (interval === '' ? '' : ` (${interval})`);
}

function isOff(share: Clustered, level: number): boolean {
  return share.ci95 !== null && (share.ci95[0] > level || share.ci95[1] < level);
}

export function describePosition({ sources, gold }: Effects): string {
  const known = sources.filter((s) => s.position.basis !== null);
  const clean = known.filter((s) => s.position.basis === 'both-orders');
  const off = clean.filter((s) => isOff(s.position.firstShown, 0.5));
  const parts: string[] = [];
  if (clean.length === 1) {
    const [{ source, position }] = clean;
    const side = (position.firstShown.value ?? 0.5) > 0.5 ? 'first' : 'second';
    parts.push(
      off.length === 0
        ? `${source} shows no preference for a position: ${written(position.firstShown)} of its verdicts go to the first response.`
        : `${source} prefers what it is shown ${side}: ${written(position.firstShown)} of its verdicts go to the first response, on pairs that it judged in both orders.`,
    );
  } else if (clean.length > 1) {
    parts.push(
      `${off.length} of ${clean.length} sources that judged pairs in both orders prefer a position: their interval leaves out one half.`,
    );
  }
  if (known.length > clean.length)
    parts.push(
      `${formatCount(known.length - clean.length)} judged each pair in one order only: there a better response may have stood first more often, and the share says less.`,
    );
  if (gold.left.value !== null)
    parts.push(
      `People who grade here chose the left response in ${written(gold.left)} of ${formatCount(gold.left.n)} grades with a winner.`,
    );
  return parts.join(' ');
}

export function describeSwap(sources: readonly SourceEffects[]): string {
  const known = sources.filter((s) => s.swap.consistent.value !== null);
  const worst = known.reduce((a, b) =>
    (b.swap.consistent.value ?? 1) < (a.swap.consistent.value ?? 1) ? b : a,
  );
  const { consistent, twiceFirst, twiceSecond } = worst.swap;
  const rest = 1 - (consistent.value ?? 0);
  const lead =
    known.length === 1 ? worst.source : `Least consistent of ${known.length} sources: ${worst.source}. It`;
  const leaning =
    twiceFirst + twiceSecond === 0
      ? ''
      : ` Where it contradicts itself with two winners, the first shown wins twice on ${formatCount(twiceFirst)} pairs and the second on ${formatCount(twiceSecond)}.`;
  return `${lead} changes its verdict on ${showPercent(rest, 1)} of ${formatCount(consistent.n)} pairs when the two responses change places.${leaning}`;
}

export function describeLength({ sources, gold }: Effects): string {
  const parts: string[] = [];
  if (gold.longer.value !== null)
    parts.push(
      `Gold prefers the longer response in ${written(gold.longer)} of ${formatCount(gold.longer.n)} pairs with a winner outside the test set.`,
    );
  const off = sources.filter((s) => isOff(s.length.onBoth.difference, 0));
  const told = sources.length === 1 ? sources : off.slice(0, 2);
  for (const { source, length } of told) {
    const { difference } = length.onBoth;
    if (difference.value === null) continue;
    const points = `${showSigned(100 * difference.value, 1)} points`;
    const interval = showInterval(difference.ci95, (v) => showSigned(100 * v, 1));
    const verdict = isOff(difference, 0)
      ? difference.value > 0
        ? 'it likes length more than quality earns'
        : 'it likes length less than gold does'
      : 'which cannot be told from 0';
    parts.push(
      `On the ${formatCount(difference.n)} pairs that both decide, ${source} takes the longer one ${points} more often than gold${interval === '' ? '' : ` (${interval})`}: ${verdict}.`,
    );
  }
  if (sources.length > 1)
    parts.push(
      `${off.length} of ${sources.length} sources differ from gold by more than their interval on the pairs that both decide.`,
    );
  return parts.join(' ');
}

/** Fewer pairs than this say nothing about a length by themselves. */
const LEAST_PAIRS = 10;

export function describeRatios({ source, length }: SourceEffects): string {
  const bins = length.onBoth.bins.filter((bin) => bin.gold.n >= LEAST_PAIRS);
  const caution = 'A longer response may well be the better one; what counts is the distance from gold.';
  if (bins.length === 0) return `No length ratio has ${LEAST_PAIRS} pairs that both decide. ${caution}`;
  const widest = bins.reduce((a, b) => (gapOf(b) > gapOf(a) ? b : a));
  if (gapOf(widest) < 0.01)
    return `Gold and ${source} are within a point of each other at every ratio. ${caution}`;
  return (
    `They are furthest apart where the longer response has ${ratioName(widest).replace('×', 'times')} the length of the shorter: ` +
    `gold prefers it in ${written(widest.gold)} of ${formatCount(widest.gold.n)} pairs, ${source} in ${written(widest.source)}. ${caution}`
  );
}

function gapOf(bin: SourceEffects['length']['onBoth']['bins'][number]): number {
  return Math.abs((bin.source.value ?? 0) - (bin.gold.value ?? 0));
}

/** "1.25–1.5 ×". */
export function ratioName(bin: { readonly from: number; readonly to: number | null }): string {
  return bin.to === null ? `over ${bin.from} ×` : `${bin.from}–${bin.to} ×`;
}

export function describeConfusion({ source, confusion }: SourceEffects): string {
  const { right, rightWhereDecided, n } = confusion;
  if (right.value === null)
    return `Gold calls all ${formatCount(n)} pairs ties, so there is no winner to find.`;
  const ties = confusion.cells.reduce((sum, row) => sum + row[1], 0);
  return (
    `${source} finds the gold winner in ${written(right)} of ${formatCount(right.n)} pairs that have one` +
    (rightWhereDecided.value === null || rightWhereDecided.n === right.n
      ? '.'
      : `, and in ${written(rightWhereDecided)} where it names one itself.`) +
    ` It calls ${formatCount(ties)} of all ${formatCount(n)} pairs a tie. Percentages are shares of a row.`
  );
}

export function describePasses(source: string, passes: NonNullable<SourceEffects['passes']>): string {
  return (
    `${source} and gold pass and fail the same responses in ${written(passes.right)} of ${formatCount(passes.n)} cases. ` +
    `It passes ${written(passes.falsePass)} of those that gold fails, and fails ${written(passes.falseFail)} of those that gold passes.`
  );
}

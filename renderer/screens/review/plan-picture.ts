import type { MethodOutput } from '../../../src/contract/methods.ts';
import { formatCount, formatNumber } from '../../app/format.ts';
import type { Picture } from '../../charts/diagnostic-layout.ts';
import type { ChartTable } from '../../charts/table.ts';
import { planText as words } from '../../text/plan.ts';

/** What a plan looks like: picture, table and sentences. Pure. */

export type Plan = MethodOutput<'plan.budget'>;

const POINTS = 12;
/** The engine looks no further: an interval that ends here has no end. */
const NO_END = 1_000_000;

/** The amounts of further grades at which the widths are drawn. */
export function amountsUpTo(upTo: number): readonly number[] {
  return Array.from({ length: POINTS + 1 }, (_, k) => Math.round((k * upTo) / POINTS));
}

export function planPicture(plan: Plan, target: number | null): Picture {
  const line = (name: string, of: (row: Plan['rows'][number]) => { y: number; ci95: [number, number] }) => ({
    name,
    mark: 'line' as const,
    points: plan.rows.map((row) => ({ x: row.more, ...of(row) })),
  });
  return {
    xLabel: words.xLabel,
    yLabel: words.yLabel,
    xScale: 'linear',
    series: [
      line(words.assisted, ({ halfWidth }) => ({ y: halfWidth.value, ci95: [...halfWidth.ci95] })),
      line(words.alone, ({ goldOnlyHalfWidth: y, goldOnlyCi95 }) => ({ y, ci95: [...goldOnlyCi95] })),
    ],
    references:
      target === null ? [] : [{ kind: 'y', value: target, label: words.wanted(formatNumber(target)) }],
  };
}

export function planTable({ rows }: Plan): ChartTable {
  return {
    columns: words.columns,
    rows: rows.map(({ more, halfWidth, goldOnlyHalfWidth, goldOnlyCi95 }) => [
      more,
      halfWidth.value,
      ...halfWidth.ci95,
      goldOnlyHalfWidth,
      ...goldOnlyCi95,
    ]),
  };
}

export function describePlan({ rows }: Plan): string {
  const [now, later] = [rows.at(0), rows.at(-1)];
  if (now === undefined || later === undefined) return '';
  return words.pictureWords(
    formatNumber(now.halfWidth.value),
    formatNumber(now.goldOnlyHalfWidth),
    formatCount(later.more),
    formatNumber(later.halfWidth.value),
  );
}

/** "About 120 more grades (80 to 190) make it ±0.050." */
export function answerOf({ halfWidth, more, ci95 }: Plan['targets'][number]): string {
  const width = formatNumber(halfWidth);
  if (more === null || ci95 === null) return words.answer.never(width);
  if (more === 0) return words.answer.reached(width);
  const [lo, hi] = ci95;
  return hi >= NO_END
    ? words.answer.openEnd(formatCount(more), formatCount(lo), width)
    : words.answer.about(formatCount(more), formatCount(Math.floor(lo)), formatCount(Math.ceil(hi)), width);
}

/** What to know beside the answer: whether there are so many prompts. Empty where there are. */
export function limitOf({ unlabelled, source, targets }: Plan): string {
  const more = targets.at(0)?.more ?? 0;
  return source !== null && more > unlabelled ? words.answer.beyond(formatCount(unlabelled)) : '';
}

/** A round half-width somewhat narrower than now: what is asked for first. */
export function firstTarget(now: number): number {
  const wanted = 0.7 * now;
  const unit = 10 ** Math.floor(Math.log10(wanted));
  return Number((Math.floor((2 * wanted) / unit) * (unit / 2)).toPrecision(2));
}

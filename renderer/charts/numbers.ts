import { formatNumber, formatPercent } from '../app/format.ts';

/** Statistics as the charts and the analysis screens write them. Where there is no number there is a dash. */

export type Interval = readonly [number, number];
type Maybe = number | null | undefined;

const NONE = '–';

export function showNumber(value: Maybe, digits = 3): string {
  return isNumber(value) ? formatNumber(value, digits) : NONE;
}

/** "+0.031": for differences, where the sign is the message. */
export function showSigned(value: Maybe, digits = 3): string {
  if (!isNumber(value)) return NONE;
  return Number(value.toFixed(digits)) > 0 ? `+${formatNumber(value, digits)}` : formatNumber(value, digits);
}

export function showPercent(share: Maybe, digits = 0): string {
  return isNumber(share) ? formatPercent(share, digits) : NONE;
}

/** "0.010 to 0.052"; empty where there is no interval. */
export function showInterval(
  ci95: Interval | null | undefined,
  show: (value: number) => string = (value) => formatNumber(value),
): string {
  return ci95 === null || ci95 === undefined ? '' : `${show(ci95[0])} to ${show(ci95[1])}`;
}

export type CostUnit = 'usd' | 'strong-call';

/** Mean cost per prompt: in money for 1,000 prompts, else as strong calls per prompt. */
export function showCost(cost: Maybe, unit: CostUnit): string {
  if (!isNumber(cost)) return NONE;
  if (unit === 'strong-call') return formatNumber(cost, 2);
  const thousand = 1000 * cost;
  return `$${formatNumber(thousand, thousand >= 100 ? 0 : thousand >= 1 ? 2 : 4)}`;
}

export const COST_TITLES: Readonly<Record<CostUnit, string>> = {
  usd: 'cost per 1,000 prompts (USD)',
  'strong-call': 'strong calls per prompt',
};

function isNumber(value: Maybe): value is number {
  return value !== null && value !== undefined && Number.isFinite(value);
}

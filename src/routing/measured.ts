import type { Measured } from '../runtime/manifest.ts';
import { percentileInterval } from '../stats/bootstrap.ts';

/** A number with the percentile interval of its draws; null with the reason, where it or too many draws do not exist. */
export function measure(value: number | null, draws: readonly (number | null)[], reason: string): Measured {
  if (value === null || !Number.isFinite(value)) return { value: null, ci95: null, reason };
  const known = draws.filter((d): d is number => d !== null && Number.isFinite(d));
  if (known.length < 0.95 * draws.length) {
    return {
      value,
      ci95: null,
      reason: `defined in only ${known.length} of ${draws.length} bootstrap draws`,
    };
  }
  return { value, ci95: percentileInterval(known) };
}

import type { Warning } from '../core/warning.ts';

/** Warnings at the end of a report, each with its code. Empty where there are none. */
export function formatWarnings(warnings: readonly Warning[]): string {
  if (warnings.length === 0) return '';
  return ['', 'Warnings', ...warnings.map((w) => `  ${w.code}: ${w.message}`)].join('\n');
}

/** Stands above every figure that a simulated source went into. */
export const SIMULATED_LABEL =
  'SIMULATED DATA: the labels come from a simulation, not from people or real judges.';

export function simulatedLabel(isSimulated: boolean): readonly string[] {
  return isSimulated ? [SIMULATED_LABEL, ''] : [];
}

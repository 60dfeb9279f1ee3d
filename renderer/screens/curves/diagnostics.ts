import type { z } from '../../../src/contract/zod.ts';
import type { diagnosticsDocument } from '../../../src/contract/diagnostics.ts';
import type { Frozen } from '../../../src/contract/method.ts';
import type { Picture } from '../../charts/diagnostic-layout.ts';
import type { ChartTable } from '../../charts/table.ts';

/** Words and tables of the diagnostics of a run. Pure. */

export type Diagnostics = Frozen<z.output<typeof diagnosticsDocument>>;
export type Diagnostic = Diagnostics['diagnostics'][number];
export type Verdict = Diagnostic['verdict'];

export const VERDICT_TONES = {
  fine: 'success',
  look: 'warning',
  bad: 'danger',
  unknown: 'neutral',
} as const satisfies Readonly<Record<Verdict, string>>;

const WORST_FIRST: readonly Verdict[] = ['bad', 'look', 'fine', 'unknown'];

/** What needs a look first; otherwise the order of the document. */
export function worstFirst(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...diagnostics].sort((a, b) => WORST_FIRST.indexOf(a.verdict) - WORST_FIRST.indexOf(b.verdict));
}

/** "1 is bad, 2 to look at, 6 fine". */
export function countVerdicts(
  diagnostics: readonly Diagnostic[],
  words: Readonly<Record<Verdict, string>>,
): string {
  return WORST_FIRST.map((verdict) => ({
    verdict,
    n: diagnostics.filter((d) => d.verdict === verdict).length,
  }))
    .filter(({ n }) => n > 0)
    .map(({ verdict, n }) => `${n} ${words[verdict]}`)
    .join(', ');
}

export function pictureTable({ series, xLabel, yLabel }: Picture): ChartTable {
  const hasLabels = series.some(({ points }) => points.some((p) => p.label !== undefined));
  return {
    columns: ['series', ...(hasLabels ? ['label'] : []), xLabel, yLabel, '95 % low', '95 % high'],
    rows: series.flatMap(({ name, points }) =>
      points.map((p) => [
        name,
        ...(hasLabels ? [p.label ?? ''] : []),
        p.x,
        p.y,
        p.ci95?.[0] ?? null,
        p.ci95?.[1] ?? null,
      ]),
    ),
  };
}

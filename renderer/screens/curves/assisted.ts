import type { JobResult } from '../../../src/contract/methods.ts';
import type { IntervalRow } from '../../charts/interval-layout.ts';
import { showPercent } from '../../charts/numbers.ts';
import type { ChartTable } from '../../charts/table.ts';
import { text } from '../../text.ts';

/** V(w) from gold alone and with the help of ungraded prompts. Pure. */

type Assisted = JobResult<'run.evaluate'>['assisted'];

function nameOf({ name, w }: Assisted['values'][number]): string {
  return w === null ? text.curves.assisted.mean : name;
}

/** Two rows a value: gold alone, then with help. */
export function assistedRows({ values }: Assisted): IntervalRow[] {
  const words = text.curves.assisted;
  return values.flatMap((value): IntervalRow[] => [
    { id: `${value.name} alone`, label: words.alone, group: nameOf(value), ...value.goldOnly },
    {
      id: `${value.name} helped`,
      label: words.helped,
      group: nameOf(value),
      isEmphasised: true,
      ...value.assisted,
    },
  ]);
}

export function assistedTable({ values, nGold, nWithout }: Assisted): ChartTable {
  return {
    columns: [
      'value',
      'gold alone',
      '95 % low',
      '95 % high',
      'with ungraded prompts',
      '95 % low',
      '95 % high',
      'weight λ',
      'graded prompts',
      'ungraded prompts',
    ],
    rows: values.map((value) => [
      nameOf(value),
      ...[value.goldOnly, value.assisted].flatMap(({ value: middle, ci95 }) => [
        middle,
        ci95?.[0] ?? null,
        ci95?.[1] ?? null,
      ]),
      value.lambda,
      nGold,
      nWithout,
    ]),
  };
}

export function describeAssisted(assisted: Assisted, count: (n: number) => string): string {
  const words = text.curves.assisted;
  const first = assisted.values.find(({ w }) => w !== null);
  const width = (interval: readonly [number, number] | null | undefined): number =>
    interval === null || interval === undefined ? Number.NaN : interval[1] - interval[0];
  const share = width(first?.assisted.ci95) / width(first?.goldOnly.ci95);
  return [
    words.description(count(assisted.nWithout), count(assisted.nGold), assisted.proxy),
    ...(Number.isFinite(share) ? [words.narrower(showPercent(share))] : []),
    ...(assisted.design === 'weighted' ? [words.weighted] : []),
  ].join(' ');
}

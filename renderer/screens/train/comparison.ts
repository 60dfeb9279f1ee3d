import type { JobResult } from '../../../src/contract/methods.ts';
import { formatTime } from '../../app/format.ts';
import type { Picture } from '../../charts/diagnostic-layout.ts';
import { COST_TITLES, showSigned } from '../../charts/numbers.ts';
import { text } from '../../text.ts';
import { estimatorName } from '../analysis/names.ts';

/** Two runs side by side, in words and pictures. Pure. */

export type Comparison = JobResult<'run.compare'>;
type Figure = Comparison['figures'][number];

/** "first: 24 Nov, 12:00, route, auto". */
export function runName(run: Comparison['runs'][number], which: string): string {
  return `${which}: ${[formatTime(run.createdMs), run.stage, estimatorName(run.estimator)].join(', ')}`;
}

export function figureName(name: string): string {
  return Object.hasOwn(text.curves.names, name) ? text.curves.names[name][0] : name;
}

/** Whether the interval of a difference leaves out 0. */
export function isTold({ difference: { ci95 } }: Figure): boolean {
  return ci95 !== null && (ci95[0] > 0 || ci95[1] < 0);
}

/** Both curves over cost, and one model for every prompt. */
export function comparisonPicture(comparison: Comparison): Picture {
  const { runs, fixed, costUnit, qualityUnit } = comparison;
  const scale = costUnit === 'usd' ? 1000 : 1;
  const words = text.train.compared;
  return {
    xLabel: COST_TITLES[costUnit],
    yLabel: text.curves.quality[qualityUnit],
    xScale: 'linear',
    series: [
      ...runs.map((run, k) => ({
        name: k === 0 ? words.first : words.second,
        mark: 'line' as const,
        points: run.curve.map(({ cost, quality, ci95 }) => ({ x: scale * cost, y: quality, ci95 })),
      })),
      {
        name: words.fixed,
        mark: 'points' as const,
        points: fixed.flatMap(({ model, cost, quality }) =>
          cost.value === null || quality.value === null
            ? []
            : [{ x: scale * cost.value, y: quality.value, ci95: quality.ci95, label: model }],
        ),
      },
    ],
    references: [],
  };
}

export function describeDifferences({ n, figures, runs }: Comparison): string {
  const told = figures.filter(isTold);
  const lead =
    told.length === 0
      ? `On ${n} test prompts no figure of the two runs differs by more than its interval.`
      : `On ${n} test prompts ${told.length} of ${figures.length} figures differ by more than their interval: ` +
        `${told.map(({ name, difference }) => `${figureName(name)} ${showSigned(difference.value)}`).join(', ')}.`;
  return `${lead} Each difference redraws the same prompts for both runs, so it is surer than two overlapping intervals suggest. ${runName(runs[0], 'First')}. ${runName(runs[1], 'Second')}.`;
}

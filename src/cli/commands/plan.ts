import type { Command } from 'commander';
import type { CommonOptions, Execute } from '../context.ts';
import { formatCount, formatInterval, formatMeasured, formatNumber } from '../format.ts';
import { formatTable } from '../table.ts';

interface PlanOptions extends CommonOptions {
  readonly strong: string;
  readonly cheap: string;
  readonly source?: string;
  readonly halfWidth: readonly number[];
}

export function addPlan(program: Command, execute: Execute): void {
  program
    .command('plan')
    .description('how many more grades buy how much narrower an interval of the mean gain')
    .argument('<project>', 'the project file')
    .requiredOption('--strong <model>', 'the strong model')
    .requiredOption('--cheap <model>', 'the cheap model')
    .option('--source <name>', 'the preferences that help (where there are several)')
    .option('--half-width <width>', 'a half-width to reach (repeat)', collect, [])
    .option('--json', 'print one JSON document')
    .action((project: string, options: PlanOptions) =>
      execute(options, async ({ client, output }) => {
        await client.call('project.open', { path: project });
        const { strong, cheap, source, halfWidth } = options;
        const plan = await client.call('plan.budget', {
          strong,
          cheap,
          ...(source === undefined ? {} : { source }),
          targets: [...halfWidth],
        });
        output.result(plan, () =>
          [
            plan.sentence,
            `Mean gain by the logged draws: ${formatMeasured(plan.meanGain)}${plan.meanGain.value === null ? ` (${plan.meanGain.reason ?? ''})` : ` from ${formatCount(plan.meanGain.drawn)} graded prompts`}.`,
            `Correlation of gold and preference: ${formatMeasured(plan.correlation)}${plan.correlation.value === null ? ` (${plan.correlation.reason ?? ''})` : ''}.`,
            '',
            formatTable(
              [
                { title: 'more grades', align: 'right' },
                { title: 'half-width [95 %]' },
                { title: 'gold alone', align: 'right' },
              ],
              plan.rows.map((row) => [
                formatCount(row.more),
                `±${formatNumber(row.halfWidth.value)} ${formatInterval(row.halfWidth.ci95)}`,
                `±${formatNumber(row.goldOnlyHalfWidth)}`,
              ]),
            ),
            ...plan.targets.map(({ halfWidth: width, more, ci95 }) =>
              more === null
                ? `±${formatNumber(width)}: out of reach with these prompts.`
                : `±${formatNumber(width)}: ${formatCount(more)} more grades ${formatInterval(ci95, 0)}.`,
            ),
          ].join('\n'),
        );
      }),
    );
}

function collect(value: string, before: readonly number[]): readonly number[] {
  return [...before, Number(value)];
}

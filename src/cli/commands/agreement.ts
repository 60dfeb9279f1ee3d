import type { Command } from 'commander';
import type { CommonOptions, Execute } from '../context.ts';
import { formatCount, formatMeasured } from '../format.ts';
import { formatTable } from '../table.ts';

interface AgreementOptions extends CommonOptions {
  readonly task: string;
  readonly rater: readonly string[];
}

export function addAgreement(program: Command, execute: Execute): void {
  program
    .command('agreement')
    .description('how far raters agree with each other, and judges with them')
    .argument('<project>', 'the project file')
    .requiredOption('--task <id>', 'the grading task (see: raters)')
    .option('--rater <name>', 'only these raters (repeat)', collect, [])
    .option('--json', 'print one JSON document')
    .action((project: string, options: AgreementOptions) =>
      execute(options, async ({ client, output }) => {
        await client.call('project.open', { path: project });
        const report = await client.call('review.agreement', {
          taskId: options.task,
          raters: [...options.rater],
        });
        output.result(report, () => {
          const { overall } = report;
          const pairs = [
            ...report.pairs.map(({ a, b, figures }) => ({ who: `${a} and ${b}`, figures })),
            ...report.againstOthers.map(({ rater, figures }) => ({
              who: `${rater} and the others`,
              figures,
            })),
            ...report.sources.map(({ name, kind, figures }) => ({
              who: `${name} (${kind}) and the raters`,
              figures,
            })),
          ];
          return [
            `${formatCount(report.shared)} of ${formatCount(report.items)} items have grades of two raters or more.`,
            '',
            formatTable(
              [{ title: 'all raters' }, { title: 'value [95 %]' }],
              [
                ['percent agreement', formatMeasured(overall.percent)],
                ["Fleiss' kappa", formatMeasured(overall.fleissKappa)],
                ["Gwet's AC1", formatMeasured(overall.gwetAc1)],
                ["Krippendorff's alpha, nominal", formatMeasured(overall.krippendorffNominal)],
                ["Krippendorff's alpha, ordinal", formatMeasured(overall.krippendorffOrdinal)],
                ["Krippendorff's alpha, interval", formatMeasured(overall.krippendorffInterval)],
              ],
            ),
            '',
            formatTable(
              [
                { title: 'who' },
                { title: 'items', align: 'right' },
                { title: 'percent [95 %]' },
                { title: "Cohen's kappa [95 %]" },
                { title: 'weighted [95 %]' },
              ],
              pairs.map(({ who, figures }) => [
                who,
                formatCount(figures.items),
                formatMeasured(figures.percent),
                formatMeasured(figures.cohenKappa),
                formatMeasured(figures.weightedKappa),
              ]),
            ),
          ].join('\n');
        });
      }),
    );
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

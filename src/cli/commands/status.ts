import type { Command } from 'commander';
import type { MethodOutput } from '../../contract/methods.ts';
import type { JsonStatus } from '../documents.ts';
import type { CommonOptions, Execute } from '../context.ts';
import { formatCount, formatMeasured, formatNumber, formatTime, plural } from '../format.ts';
import { formatFacts, formatTable } from '../table.ts';
import { simulatedLabel } from '../warnings.ts';

export function addStatus(program: Command, execute: Execute): void {
  program
    .command('status')
    .description('what is in a project: counts, sources and their agreement with gold')
    .argument('<project>', 'the project file')
    .option('--json', 'print one JSON document')
    .action((project: string, options: CommonOptions) =>
      execute(options, async ({ client, output }) => {
        await client.call('project.open', { path: project });
        const status = await client.call('project.status', {});
        const { routers } = await client.call('decision.summary', {});
        output.result({ ...status, loggedRouters: routers }, () =>
          [formatStatus(status), ...routers.flatMap(formatLog)].join('\n'),
        );
      }),
    );
}

function formatStatus(status: JsonStatus): string {
  const { counts, splits } = status;
  return [
    ...simulatedLabel(status.project.isSimulated),
    formatFacts([
      ['project', status.project.name],
      ['prompts', formatCount(counts.prompts)],
      ['responses', formatCount(counts.responses)],
      [
        'gold prompts',
        `${formatCount(counts.goldPrompts)} (masked: ${formatCount(counts.maskedGoldPrompts)})`,
      ],
      [
        'preferences',
        `${formatCount(counts.preferenceScores)} scores, ${formatCount(counts.preferenceVerdicts)} verdicts`,
      ],
      [
        'splits',
        `train ${formatCount(splits.train)}, dev ${formatCount(splits.dev)}, test ${formatCount(splits.test)}, none ${formatCount(splits.none)}`,
      ],
      ['runs', formatCount(counts.runs)],
      ['exports', formatCount(counts.exports)],
    ]),
    '',
    formatTable(
      [
        { title: 'model' },
        { title: 'responses', align: 'right' },
        { title: 'gold', align: 'right' },
        { title: 'USD/M input', align: 'right' },
        { title: 'USD/M output', align: 'right' },
      ],
      status.models.map((m) => [
        m.name,
        formatCount(m.responses),
        formatCount(m.gold),
        formatNumber(m.inputUsdPerMillion, 2),
        formatNumber(m.outputUsdPerMillion, 2),
      ]),
    ),
    '',
    formatTable(
      [
        { title: 'source' },
        { title: 'kind' },
        { title: 'scale' },
        { title: 'prompts', align: 'right' },
        { title: 'scores', align: 'right' },
        { title: 'verdicts', align: 'right' },
        { title: 'agrees with gold [95 %]' },
        { title: 'pairs', align: 'right' },
        { title: 'without ties [95 %]' },
        { title: 'pairs', align: 'right' },
      ],
      status.sources.map((s) => [
        s.name,
        s.kind,
        s.scale === null ? 'none' : `${s.scale[0]} to ${s.scale[1]}`,
        formatCount(s.prompts),
        formatCount(s.scores),
        formatCount(s.verdicts),
        formatMeasured(s.agreement),
        formatCount(s.agreement.pairs),
        formatMeasured(s.agreementWithoutTies),
        formatCount(s.agreementWithoutTies.pairs),
      ]),
    ),
    '',
    formatTable(
      [
        { title: 'imported (UTC)' },
        { title: 'file' },
        { title: 'format' },
        { title: 'rows', align: 'right' },
        { title: 'refused', align: 'right' },
      ],
      status.imports.map((i) => [
        formatTime(i.createdMs),
        i.fileName,
        i.format,
        formatCount(i.rowsRead),
        formatCount(i.rowsRefused),
      ]),
    ),
  ]
    .join('\n')
    .trimEnd();
}

/** What ran in production, and what the feedback says it was worth. */
function formatLog(log: MethodOutput<'decision.summary'>['routers'][number]): readonly string[] {
  const value = (measured: typeof log.logged): string => {
    const text = formatMeasured(measured);
    return measured.reason === undefined ? text : `${text} (${measured.reason})`;
  };
  return [
    '',
    formatFacts([
      [
        'served',
        `${log.router}: ${plural(log.decisions, 'decision')}, ${formatCount(log.explored)} by chance`,
      ],
      ['logged', `${formatTime(log.firstMs)} to ${formatTime(log.lastMs)} UTC`],
      ['feedback', `on ${plural(log.judged, 'decision')}`],
      ['mean score', value(log.logged)],
      ...log.always.map(({ model, ...measured }) => [`always ${model}`, value(measured)] as const),
    ]),
  ];
}

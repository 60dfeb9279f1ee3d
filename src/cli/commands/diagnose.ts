import type { Command } from 'commander';
import type { CommonOptions, Execute } from '../context.ts';
import type { JsonDiagnostics } from '../documents.ts';
import { formatMeasured } from '../format.ts';
import { formatFacts, formatTable } from '../table.ts';
import { formatWarnings, simulatedLabel } from '../warnings.ts';

interface DiagnoseOptions extends CommonOptions {
  readonly run?: string;
}

export function addDiagnose(program: Command, execute: Execute): void {
  program
    .command('diagnose')
    .description('what can be checked of a run: overlap, bias, calibration, placebo, sensitivity, power')
    .argument('<project>', 'the project file')
    .option('--run <id>', 'the run (default: the newest)')
    .option('--json', 'print one JSON document')
    .action((project: string, options: DiagnoseOptions) =>
      execute(options, async ({ client, output, runJob }) => {
        await client.call('project.open', { path: project });
        const result = await runJob('run.diagnose', options.run === undefined ? {} : { runId: options.run });
        output.result(result, () => formatDiagnostics(result));
      }),
    );
}

const VERDICTS = { fine: 'fine', look: 'look', bad: 'BAD', unknown: '?' } as const;

function formatDiagnostics(result: JsonDiagnostics): string {
  return [
    ...simulatedLabel(result.isSimulated),
    formatFacts([
      ['run', result.runId],
      describeModels(result),
      ['source', result.source ?? 'none (gold only)'],
    ]),
    '',
    formatTable(
      [{ title: 'check' }, { title: '' }, { title: 'value [95 %]' }, { title: 'what it is' }],
      result.diagnostics.map((d) => [titleOf(d), VERDICTS[d.verdict], formatMeasured(d.value), d.unit]),
    ),
    '',
    ...result.diagnostics.flatMap((d) => [titleOf(d), `  ${d.sentence}`]),
    formatWarnings(result.warnings.filter((w) => !isSaid(w, result))),
  ]
    .join('\n')
    .trimEnd();
}

function describeModels({ pair, stage, diagnostics }: JsonDiagnostics): [string, string] {
  const models = [...new Set(diagnostics.flatMap(({ model }) => model ?? []))];
  return models.length === 0
    ? ['pair', `${pair.strong} (strong) against ${pair.cheap} (cheap), ${stage}`]
    : ['models', `${models.join(', ')}, each against ${pair.cheap}, ${stage}`];
}

/** With what it is about, where a run has several models or sources. */
function titleOf({ title, model, source }: JsonDiagnostics['diagnostics'][number]): string {
  return [title, ...(model === null ? [] : [model]), ...(source === null ? [] : [source])].join(' · ');
}

/** Warnings of the checks are their sentences: once is enough. */
function isSaid(warning: JsonDiagnostics['warnings'][number], { diagnostics }: JsonDiagnostics): boolean {
  return diagnostics.some(
    ({ warningCode, sentence }) => warningCode === warning.code && warning.message.endsWith(sentence),
  );
}

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
      ['pair', `${result.pair.strong} (strong) against ${result.pair.cheap} (cheap), ${result.stage}`],
      ['source', result.source ?? 'none (gold only)'],
    ]),
    '',
    formatTable(
      [{ title: 'check' }, { title: '' }, { title: 'value [95 %]' }, { title: 'what it is' }],
      result.diagnostics.map((d) => [d.title, VERDICTS[d.verdict], formatMeasured(d.value), d.unit]),
    ),
    '',
    ...result.diagnostics.flatMap((d) => [d.title, `  ${d.sentence}`]),
    formatWarnings(result.warnings.filter((w) => !isSaid(w.message, result))),
  ]
    .join('\n')
    .trimEnd();
}

/** Warnings of the checks are their sentences: once is enough. */
function isSaid(message: string, { diagnostics }: JsonDiagnostics): boolean {
  return diagnostics.some((d) => d.sentence === message);
}

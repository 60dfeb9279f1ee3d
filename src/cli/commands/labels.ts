import type { Command } from 'commander';
import { labelFormats } from '../../contract/labels.ts';
import type { CommonOptions, Execute } from '../context.ts';
import type { JsonLabels } from '../documents.ts';
import { formatCount } from '../format.ts';
import { choice } from '../usage.ts';
import { formatWarnings } from '../warnings.ts';

interface LabelsOptions extends CommonOptions {
  readonly out: string;
  readonly format: (typeof labelFormats)[number];
  readonly source?: readonly string[];
  readonly gold: boolean;
  readonly overwrite?: boolean;
}

export function addLabels(program: Command, execute: Execute): void {
  program
    .command('labels')
    .description('write prompts, responses and their labels to a file for other programs')
    .argument('<project>', 'the project file')
    .requiredOption('--out <file>', 'the file to write')
    .addOption(choice('--format <name>', 'what to write', labelFormats).default('jsonl'))
    .option('--source <names...>', 'only these sources (default: all)')
    .option('--no-gold', 'without gold')
    .option('--overwrite', 'replace a file that is there')
    .option('--json', 'print one JSON document')
    .action((project: string, options: LabelsOptions) =>
      execute(options, async ({ client, output, runJob }) => {
        await client.call('project.open', { path: project });
        const result = await runJob('labels.export', {
          path: options.out,
          format: options.format,
          includesGold: options.gold,
          overwrite: options.overwrite === true,
          ...(options.source === undefined ? {} : { sources: [...options.source] }),
        });
        output.result(result, () => formatLabels(result));
      }),
    );
}

function formatLabels(result: JsonLabels): string {
  return [
    `Wrote ${result.path}: ${formatCount(result.records)} records of ${formatCount(result.prompts)} prompts, ` +
      `${formatCount(result.bytes)} bytes.`,
    formatWarnings(result.warnings),
  ]
    .join('\n')
    .trimEnd();
}

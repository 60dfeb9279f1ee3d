import type { Command } from 'commander';
import type { CommonOptions, Execute } from '../context.ts';
import type { JsonExport } from '../documents.ts';
import { formatCount } from '../format.ts';
import { formatTable } from '../table.ts';
import { formatParity } from './verify.ts';

interface ExportOptions extends CommonOptions {
  readonly run?: string;
  readonly out: string;
  readonly formats: string;
  readonly overwrite?: boolean;
}

export function addExport(program: Command, execute: Execute): void {
  program
    .command('export')
    .description("write a run's router as a folder that production loads without this program")
    .argument('<project>', 'the project file')
    .option('--run <id>', 'the run (default: the newest)')
    .requiredOption('--out <folder>', 'the folder to write')
    .option('--formats <names>', 'formats, with commas between them', 'all')
    .option('--overwrite', 'replace a bundle that is there')
    .option('--json', 'print one JSON document')
    .action((project: string, options: ExportOptions) =>
      execute(options, async ({ client, output, runJob }) => {
        await client.call('project.open', { path: project });
        const result = await runJob('bundle.export', {
          ...(options.run === undefined ? {} : { runId: options.run }),
          directory: options.out,
          overwrite: options.overwrite === true,
          formats: options.formats.split(',').map((name) => name.trim()),
        });
        output.result(result, () => formatExport(result));
      }),
    );
}

function formatExport(result: JsonExport): string {
  return [
    `Wrote ${result.directory}`,
    '',
    formatTable(
      [{ title: 'file' }, { title: 'bytes', align: 'right' }],
      result.files.map((file) => [file.name, formatCount(file.bytes)]),
    ),
    '',
    formatParity(result.parity),
    '',
    `Next: metarouter verify ${result.directory}`,
    `      metarouter route ${result.directory} --prompt "..."`,
  ].join('\n');
}

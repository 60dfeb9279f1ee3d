import type { Command } from 'commander';
import { AppError } from '../../core/errors.ts';
import type { CommonOptions, Execute } from '../context.ts';
import type { JsonVerify } from '../documents.ts';
import { formatCount } from '../format.ts';
import { formatTable } from '../table.ts';

export function addVerify(program: Command, execute: Execute): void {
  program
    .command('verify')
    .description('check a bundle: every file, and that every format decides as it was evaluated')
    .argument('<bundle>', 'the folder of a bundle')
    .option('--json', 'print one JSON document')
    .action((bundle: string, options: CommonOptions) =>
      execute(options, async ({ client, output }) => {
        const result = await client.call('bundle.verify', { directory: bundle });
        output.result(
          result,
          () => `${result.ok ? 'ok' : 'NOT OK'}: ${bundle}\n\n${formatParity(result.formats)}`,
        );
        if (!result.ok) {
          throw new AppError(
            'parity-failed',
            `${bundle} does not decide as it was evaluated: do not deploy it.`,
          );
        }
      }),
    );
}

/** How far each format is from the golden rows. */
export function formatParity(formats: JsonVerify['formats']): string {
  return formatTable(
    [
      { title: 'format' },
      { title: 'golden rows', align: 'right' },
      { title: 'largest difference', align: 'right' },
      { title: 'same decisions' },
    ],
    Object.entries(formats).map(([name, format]) => [
      name,
      format.rows === 0 ? '–' : formatCount(format.rows),
      format.maxAbsDiff === null ? '–' : format.maxAbsDiff.toExponential(1),
      answer(format),
    ]),
  );
}

function answer({ state, decisionsEqual, reason, note }: JsonVerify['formats'][string]): string {
  const words = {
    checked: 'yes',
    failed: decisionsEqual ? 'yes, but the gains differ' : 'NO',
    'not-run': 'NOT RUN',
    written: 'nothing to run',
    absent: 'not written',
  }[state];
  const why = [reason, note].filter((text) => text !== undefined);
  return why.length === 0 ? words : `${words} (${why.join('; ')})`;
}

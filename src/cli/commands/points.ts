import type { Command } from 'commander';
import { AppError } from '../../core/errors.ts';
import type { CommonOptions, Execute } from '../context.ts';
import type { JsonPoints } from '../documents.ts';
import { formatNumber } from '../format.ts';
import { formatTable } from '../table.ts';
import { parseNonNegative, parseNumber, parseShare } from '../usage.ts';

interface PointsOptions extends CommonOptions {
  readonly run?: string;
  readonly save?: string;
  readonly remove?: string;
  readonly w?: number;
  readonly threshold?: number;
  readonly strongShare?: number;
  readonly note?: string;
}

export function addPoints(program: Command, execute: Execute): void {
  program
    .command('points')
    .description('operating points kept with the project: an export puts them into the bundle')
    .argument('<project>', 'the project file')
    .option('--run <id>', 'of this run (to save one: the newest where left out)')
    .option('--save <name>', 'keep a point: with one of --w, --threshold, --strong-share')
    .option(
      '--w <w>',
      'what the mean extra cost of the dearest model is worth, in gold units',
      parseNonNegative,
    )
    .option('--threshold <t>', 'two models: the strong one answers where the gain is above it', parseNumber)
    .option('--strong-share <s>', 'two models: the share of prompts for the strong one', parseShare)
    .option('--note <text>', 'why')
    .option('--remove <name>', 'remove the point of this name')
    .option('--json', 'print one JSON document')
    .action((project: string, options: PointsOptions) =>
      execute(options, async ({ client, output }) => {
        await client.call('project.open', { path: project });
        const ofRun = options.run === undefined ? {} : { runId: options.run };
        if (options.save !== undefined) {
          const { w, threshold, strongShare, note } = options;
          await client.call('points.save', { ...ofRun, name: options.save, w, threshold, strongShare, note });
        }
        if (options.remove !== undefined) {
          const { points } = await client.call('points.list', ofRun);
          const named = points.filter((point) => point.name === options.remove);
          if (named.length === 0) throw new AppError('not-found', `There is no point “${options.remove}”.`);
          if (named.length > 1) {
            throw new AppError(
              'usage',
              `Several runs have a point “${options.remove}”: say which with --run.`,
            );
          }
          await client.call('points.remove', { pointId: named[0].pointId });
        }
        const result = await client.call('points.list', ofRun);
        output.result(result, () => formatPoints(result));
      }),
    );
}

function formatPoints({ points }: JsonPoints): string {
  if (points.length === 0) return 'No operating points yet. Save one: --save NAME --w 0.1';
  return formatTable(
    [{ title: 'run' }, { title: 'point' }, { title: 'decided by' }, { title: 'note' }],
    points.map(({ runId, name, w, threshold, strongShare, note }) => [
      runId,
      name,
      w !== null
        ? `w = ${formatNumber(w)}`
        : strongShare !== null
          ? `strong share ${formatNumber(strongShare)}`
          : `gain > ${formatNumber(threshold)}`,
      note,
    ]),
  );
}

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { AppError } from '../../core/errors.ts';
import type { MethodOutput } from '../../contract/methods.ts';
import type { CommonOptions, Execute } from '../context.ts';
import { plural } from '../format.ts';

interface PackOptions extends CommonOptions {
  readonly queue: string;
  readonly rater: string;
  readonly out: string;
}

export function addPack(program: Command, execute: Execute): void {
  const pack = program
    .command('pack')
    .description('graders on other machines: give out packs, take them back');
  pack
    .command('export')
    .description('write what a rater has left to grade in a queue into one file for another machine')
    .argument('<project>', 'the project file')
    .requiredOption('--queue <name>', 'the queue, by name or number')
    .requiredOption('--rater <name>', 'whom it is for')
    .requiredOption('--out <file>', 'the file to write, for instance grace.mrpack')
    .option('--json', 'print one JSON document')
    .action((project: string, options: PackOptions) =>
      execute(options, async ({ client, output }) => {
        await client.call('project.open', { path: project });
        const { queues } = await client.call('queue.list', {});
        const queue = queues.find(({ name, id }) => name === options.queue || String(id) === options.queue);
        if (queue === undefined) {
          const names = queues.map(({ name }) => name).join(', ');
          throw new AppError(
            'usage',
            `There is no queue ${options.queue}. Queues: ${names === '' ? 'none' : names}.`,
          );
        }
        const exported = await client.call('pack.export', {
          queueId: queue.id,
          rater: options.rater,
          path: resolve(options.out),
        });
        output.result(
          exported,
          () => `${plural(exported.items, 'item')} for ${options.rater} in ${exported.path}.`,
        );
      }),
    );

  pack
    .command('import')
    .description('take the grades of packs that came back over; in any order, as often as you like')
    .argument('<project>', 'the project file')
    .argument('<packs...>', 'the files that were graded')
    .option('--json', 'print one JSON document')
    .action((project: string, paths: readonly string[], options: CommonOptions) =>
      execute(options, async ({ client, output }) => {
        await client.call('project.open', { path: project });
        const merged: ({ readonly path: string } & MethodOutput<'pack.merge'>)[] = [];
        for (const path of paths)
          merged.push({ path, ...(await client.call('pack.merge', { path: resolve(path) })) });
        output.result({ packs: merged }, () =>
          merged
            .map(
              ({ path, rater, added, known, conflicts }) =>
                `${path}: ${plural(added, 'new event')} by ${rater}, ${known} known` +
                (conflicts.length === 0
                  ? '.'
                  : `; ${plural(conflicts.length, 'item')} graded twice by one rater: the latest grade counts.`),
            )
            .join('\n'),
        );
      }),
    );
}

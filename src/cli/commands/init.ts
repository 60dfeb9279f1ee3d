import type { Command } from 'commander';
import type { CommonOptions, Execute } from '../context.ts';

interface InitOptions extends CommonOptions {
  readonly name?: string;
}

export function addInit(program: Command, execute: Execute): void {
  program
    .command('init')
    .description('make a new, empty project file')
    .argument('<project>', 'the file to make, for example work.mrproj')
    .option('--name <name>', 'what to call it (default: the name of the file)')
    .option('--json', 'print one JSON document')
    .action((project: string, options: InitOptions) =>
      execute(options, async ({ client, output }) => {
        const created = await client.call('project.create', {
          path: project,
          ...(options.name === undefined ? {} : { name: options.name }),
        });
        output.result(
          created,
          () => `Created ${created.path}. Next: metarouter import ${project} FILE --gold 200`,
        );
      }),
    );
}

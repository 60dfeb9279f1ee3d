import type { Command } from 'commander';
import type { CommonOptions, Execute } from '../context.ts';
import { parseNonNegative } from '../usage.ts';

interface PriceOptions extends CommonOptions {
  readonly inputUsdPerMillion: number;
  readonly outputUsdPerMillion: number;
}

export function addPrice(program: Command, execute: Execute): void {
  program
    .command('price')
    .description('say what a model costs; no prices are shipped')
    .argument('<project>', 'the project file')
    .argument('<model>', 'the model')
    .requiredOption(
      '--input-usd-per-million <price>',
      'US dollars for a million input tokens',
      parseNonNegative,
    )
    .requiredOption(
      '--output-usd-per-million <price>',
      'US dollars for a million output tokens',
      parseNonNegative,
    )
    .option('--json', 'print one JSON document')
    .action((project: string, model: string, options: PriceOptions) =>
      execute(options, async ({ client, output }) => {
        await client.call('project.open', { path: project });
        const set = await client.call('model.setPrice', {
          model,
          inputUsdPerMillion: options.inputUsdPerMillion,
          outputUsdPerMillion: options.outputUsdPerMillion,
        });
        output.result(
          set,
          () =>
            `${set.model}: ${set.inputUsdPerMillion} USD in, ${set.outputUsdPerMillion} USD out, a million tokens.`,
        );
      }),
    );
}

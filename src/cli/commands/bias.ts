import type { Command } from 'commander';
import type { CommonOptions, Execute } from '../context.ts';
import type { JsonBias } from '../documents.ts';
import { formatCount, formatInterval, formatNumber } from '../format.ts';
import { addPairOptions, resolvePair, type PairOptions } from '../pair-options.ts';
import { formatTable } from '../table.ts';
import { parseSeed } from '../usage.ts';
import { formatWarnings, simulatedLabel } from '../warnings.ts';

interface BiasOptions extends CommonOptions, Omit<PairOptions, 'source'> {
  readonly source?: readonly string[];
  readonly seed: number;
}

export function addBias(program: Command, execute: Execute): void {
  addPairOptions(
    program
      .command('bias')
      .description('gold minus preference for every source: how much, and how sure')
      .argument('<project>', 'the project file'),
  )
    .option('--source <names...>', 'the sources to look at (default: all)')
    .option('--seed <n>', 'seed of folds and intervals', parseSeed, 0)
    .option('--json', 'print one JSON document')
    .action((project: string, options: BiasOptions) =>
      execute(options, async (context) => {
        await context.client.call('project.open', { path: project });
        const pair = await resolvePair(context, { ...options, source: undefined });
        const result = await context.runJob('bias.estimate', {
          ...pair,
          sources: options.source ?? [],
          seed: options.seed,
        });
        context.output.result(result, () => formatBias(result));
      }),
    );
}

function formatBias(result: JsonBias): string {
  return [
    ...simulatedLabel(result.sources.every((s) => s.isSimulated)),
    `Bias = gold gain minus preference gain, ${result.pair.strong} against ${result.pair.cheap}.`,
    '',
    formatTable(
      [
        { title: 'source' },
        { title: 'bias', align: 'right' },
        { title: '95 %' },
        { title: 'gold', align: 'right' },
        { title: 'preference', align: 'right' },
        { title: 'both', align: 'right' },
      ],
      result.sources.map((s) => [
        sourceName(s),
        formatNumber(s.bias.mean),
        formatInterval(s.bias.ci95),
        formatCount(s.nGold),
        formatCount(s.nPreference),
        formatCount(s.nPaired),
      ]),
    ),
    ...result.sources.flatMap(formatSlices),
    formatWarnings([...result.sources.flatMap((s) => s.warnings), ...result.warnings]),
  ]
    .join('\n')
    .trimEnd();
}

/** Where the bias of a source is not the same everywhere. */
function formatSlices(source: JsonBias['sources'][number]): readonly string[] {
  if (source.slices.length === 0) return [];
  return [
    '',
    `${sourceName(source)} by slice`,
    formatTable(
      [
        { title: 'slice' },
        { title: 'bias', align: 'right' },
        { title: '95 %' },
        { title: 'prompts', align: 'right' },
      ],
      source.slices.map((slice) => [
        `${slice.by} ${slice.value}`,
        formatNumber(slice.mean),
        formatInterval(slice.ci95),
        formatCount(slice.rows),
      ]),
    ),
  ];
}

function sourceName({ source, isSimulated }: JsonBias['sources'][number]): string {
  return isSimulated ? `${source} (simulated)` : source;
}

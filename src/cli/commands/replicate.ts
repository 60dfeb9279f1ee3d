import type { Command } from 'commander';
import { learners } from '../../contract/estimators.ts';
import type { CommonOptions, Execute } from '../context.ts';
import type { JsonReplicate } from '../documents.ts';
import { formatCount, formatNumber } from '../format.ts';
import {
  addPairOptions,
  addSourceOption,
  addStageOptions,
  resolvePair,
  stageInput,
  type PairOptions,
} from '../pair-options.ts';
import { formatFacts, formatTable } from '../table.ts';
import { choice, parseCount, parseSeed } from '../usage.ts';
import { formatWarnings, simulatedLabel } from '../warnings.ts';

interface ReplicateOptions extends CommonOptions, PairOptions {
  readonly rounds: number;
  readonly gold: number;
  readonly test: number;
  readonly paired?: boolean;
  readonly learner: (typeof learners)[number];
  readonly releasedScript?: boolean;
  readonly seed: number;
}

export function addReplicate(program: Command, execute: Execute): void {
  const command = addPairOptions(
    program
      .command('replicate')
      .description("the paper's protocol: every estimator over repeated random splits")
      .argument('<project>', 'the project file'),
  );
  addStageOptions(addSourceOption(command))
    .option('--rounds <n>', 'random splits', parseCount, 50)
    .requiredOption('--gold <n>', 'gold prompts of a round', parseCount)
    .requiredOption('--test <n>', 'test prompts of a round', parseCount)
    .option('--paired', 'preferences for all training prompts, also for those with gold')
    .addOption(choice('--learner <name>', 'what the routers are', learners).default('ridge'))
    .option('--released-script', 'also the published recipe with its forests: slow, for comparison')
    .option('--seed <n>', 'seed of the splits', parseSeed, 0)
    .option('--json', 'print one JSON document')
    .action((project: string, options: ReplicateOptions) =>
      execute(options, async (context) => {
        await context.client.call('project.open', { path: project });
        const pair = await resolvePair(context, options);
        const result = await context.runJob('replicate.start', {
          ...pair,
          ...stageInput(options),
          rounds: options.rounds,
          nGold: options.gold,
          nTest: options.test,
          isPaired: options.paired === true,
          learner: options.learner,
          withReleasedScript: options.releasedScript === true,
          seed: options.seed,
        });
        context.output.result(result, () => formatReplicate(result));
      }),
    );
}

type MeanWithError = JsonReplicate['estimators'][number]['egMean'];

function formatReplicate(result: JsonReplicate): string {
  const { counts } = result;
  const withError = (value: MeanWithError | undefined): string =>
    value === undefined || value.mean === null
      ? '–'
      : `${formatNumber(value.mean, 4)} ±${formatNumber(value.se, 4)}`;
  const weights = Object.entries(result.auto.weights)
    .sort(([, a], [, b]) => b - a)
    .map(([name, weight]) => `${name} ${formatNumber(weight, 2)}`)
    .join(', ');
  return [
    ...simulatedLabel(result.isSimulated),
    formatFacts([
      ['pair', `${result.pair.strong} (strong) against ${result.pair.cheap} (cheap)`],
      ['source, stage', `${result.source ?? 'none'}, ${result.stage}`],
      ['rounds', `${result.rounds} of ${result.nGold} gold and ${result.nTest} test prompts`],
      [
        'prompts',
        `${formatCount(counts.eligible)} eligible; a round trains on ${formatCount(counts.gold)} gold, ${formatCount(counts.preference)} preference, ${formatCount(counts.paired)} with both`,
      ],
      ['weights of auto', weights],
      ['seconds', formatNumber(result.seconds, 1)],
    ]),
    '',
    formatTable(
      [
        { title: 'estimator' },
        { title: 'EG ±se' },
        { title: 'EG, ψ̂>0 ±se' },
        { title: 'APGR ±se' },
        { title: 'relative MSE ±se' },
        { title: 'V(0) ±se' },
        { title: 's/round', align: 'right' },
      ],
      result.estimators.map((row) => [
        row.name,
        withError(row.egMean),
        withError(row.egTruncatedMean),
        withError(row.apgr),
        withError(row.gainRelMse),
        withError(row.policyValue['0']),
        formatNumber(row.secondsPerRound),
      ]),
    ),
    formatWarnings(result.warnings),
  ]
    .join('\n')
    .trimEnd();
}

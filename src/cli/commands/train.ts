import type { Command } from 'commander';
import { biasLearners, learners, trainableEstimators } from '../../contract/estimators.ts';
import type { CommonOptions, Execute } from '../context.ts';
import type { JsonTrain } from '../documents.ts';
import { formatCount, formatInterval, formatMeasured, formatNumber } from '../format.ts';
import {
  addPairOptions,
  addStageOptions,
  resolveModels,
  stageInput,
  type PairOptions,
} from '../pair-options.ts';
import { formatFacts } from '../table.ts';
import {
  choice,
  parseCount,
  parseGoldAmount,
  parseNonNegative,
  parseSeed,
  type GoldAmount,
} from '../usage.ts';
import { formatWarnings, simulatedLabel } from '../warnings.ts';

interface TrainOptions extends CommonOptions, Omit<PairOptions, 'source'> {
  readonly source?: readonly string[];
  readonly estimator: (typeof trainableEstimators)[number];
  readonly learner: (typeof learners)[number];
  readonly biasLearner: (typeof biasLearners)[number];
  readonly gold?: GoldAmount;
  readonly w: number;
  readonly holdOutDev?: boolean;
  readonly embeddingOnly?: boolean;
  readonly intervals: boolean;
  readonly draws: number;
  readonly seed: number;
}

export function addTrain(program: Command, execute: Execute): void {
  const command = addPairOptions(
    program
      .command('train')
      .description('train a router from gold and preferences of one source or several')
      .argument('<project>', 'the project file'),
  );
  addStageOptions(command)
    .option('--source <names...>', 'the sources of preferences (default: the only one)')
    .addOption(
      choice('--estimator <name>', 'how both kinds of labels are combined', trainableEstimators).default(
        'auto',
      ),
    )
    .addOption(choice('--learner <name>', 'what the router is', learners).default('ridge'))
    .addOption(
      choice(
        '--bias-learner <name>',
        'try this for the bias too, and take it if clearly better',
        biasLearners,
      ).default('ridge'),
    )
    .option(
      '--gold <n|f>',
      'train on a random part of the gold: a number of prompts or a fraction',
      parseGoldAmount,
    )
    .option(
      '--w <w>',
      'what the mean extra cost of the strong model is worth, in gold units',
      parseNonNegative,
      0,
    )
    .option('--hold-out-dev', 'keep the split dev (or a fifth of the prompts) out of training, to certify on')
    .option(
      '--embedding-only',
      'read the vectors of the prompts alone, as gateways do that make them themselves',
    )
    .option('--no-intervals', 'do not redraw training: intervals then say only how sure this router is')
    .option('--draws <n>', 'how often training and test are redrawn for intervals', parseCount, 200)
    .option('--seed <n>', 'seed of folds, draws and intervals', parseSeed, 0)
    .option('--json', 'print one JSON document')
    .action((project: string, options: TrainOptions) =>
      execute(options, async (context) => {
        await context.client.call('project.open', { path: project });
        const pairOptions = { ...options, source: undefined };
        const models = await resolveModels(context, pairOptions);
        const result = await context.runJob('run.train', {
          ...models,
          ...stageInput(pairOptions),
          sources: options.source ?? [],
          estimator: options.estimator,
          learner: options.learner,
          biasLearner: options.biasLearner,
          ...(options.gold === undefined ? {} : { gold: options.gold }),
          w: options.w,
          holdOutDev: options.holdOutDev === true,
          embeddingOnly: options.embeddingOnly === true,
          intervals: options.intervals,
          draws: options.draws,
          seed: options.seed,
        });
        context.output.result(
          result,
          () =>
            `${formatTrain(result)}\n\nNext: metarouter evaluate ${project} --run ${result.runId}\n` +
            `      metarouter export ${project} --run ${result.runId} --out bundle`,
        );
      }),
    );
}

/** A run for people: what it was trained on, how it weighs the estimators, how good it is. */
export function formatTrain(result: JsonTrain): string {
  return [
    ...simulatedLabel(result.isSimulated),
    formatFacts([
      ['run', result.runId],
      ...modelFacts(result),
      [
        'stage',
        result.signals.length === 0 ? result.stage : `${result.stage}, signals ${result.signals.join(', ')}`,
      ],
      ['source', result.source ?? 'none (gold only)'],
      ['labels', countsText(result)],
      [
        'split',
        `train ${formatCount(result.split.train)}, dev ${formatCount(result.split.dev)}, test ${formatCount(result.split.test)}`,
      ],
      ['estimator', `${result.estimator}, learner ${result.learner}`],
      ...learnerFacts(result),
      ...(result.models.length === 2 ? headFacts(result, '') : []),
      ...result.heads.flatMap((head) => [
        ...(result.models.length === 2 ? [] : headFacts(head, `${head.model}: `)),
        ...sourceFacts(head, result.models.length === 2 ? '' : `${head.model}: `),
      ]),
      ...Object.entries(result.metrics)
        .filter(([, value]) => result.models.length === 2 || value.value !== null)
        .map(([name, value]) => [name, measuredText(value)] as const),
      ...Object.entries(result.policyValue).map(([w, value]) => [`V(${w})`, measuredText(value)] as const),
      ['seconds', formatNumber(result.seconds, 1)],
    ]),
    formatWarnings(result.warnings),
  ]
    .join('\n')
    .trimEnd();
}

type Fact = readonly [string, string];
type Head = JsonTrain['heads'][number];

function modelFacts({ models, pair }: JsonTrain): readonly Fact[] {
  return models.length === 2
    ? [['pair', `${pair.strong} (strong) against ${pair.cheap} (cheap)`]]
    : [
        ['models', models.join(', ')],
        ['anchor', pair.cheap],
        ['w is per', `mean cost of ${pair.strong} beyond ${pair.cheap}`],
      ];
}

function headFacts(
  head: Omit<Head, 'model' | 'overlap' | 'propensity' | 'sources' | 'learnerSettings' | 'keptSpread'>,
  prefix: string,
): readonly Fact[] {
  const weights = Object.entries(head.weights)
    .sort(([, a], [, b]) => b - a)
    .map(([name, weight]) => `${name} ${formatNumber(weight, 2)}`)
    .join(', ');
  return [
    ...(prefix === '' ? [] : [[`${prefix}labels`, countsText(head)] as const]),
    [`${prefix}weights`, weights],
    [`${prefix}why`, head.reason],
    [`${prefix}bias`, biasText(head.bias)],
  ];
}

/** Where there are several: each has its own bias. */
function sourceFacts({ sources }: Head, prefix: string): readonly Fact[] {
  if (sources.length < 2) return [];
  return sources.map((each) => [
    `${prefix}bias of ${each.source}`,
    `${biasText(each.bias)}, ${formatCount(each.nPreference)} preference, ${formatCount(each.nPaired)} with gold`,
  ]);
}

function countsText(counts: Pick<JsonTrain, 'nGold' | 'nPreference' | 'nPaired'>): string {
  return `${formatCount(counts.nGold)} gold, ${formatCount(counts.nPreference)} preference, ${formatCount(counts.nPaired)} with both`;
}

function biasText({ mean, ci95, reason }: JsonTrain['bias']): string {
  if (mean === null) return reason ?? 'unknown';
  return `${formatNumber(mean)} ${formatInterval(ci95)} (gold minus preference)`;
}

function measuredText(measured: JsonTrain['metrics'][string]): string {
  const text = formatMeasured(measured, 4);
  return measured.value === null && measured.reason !== undefined ? `${text} (${measured.reason})` : text;
}

/** What the learner chose for each head, with the estimator that leads; ridge has nothing to say. */
function learnerFacts({ heads, estimator, learner, models }: JsonTrain): Fact[] {
  return heads.flatMap(({ model, weights, learnerSettings }) => {
    const leading = Object.entries(weights).sort(([, a], [, b]) => b - a)[0]?.[0] ?? estimator;
    if (!Object.hasOwn(learnerSettings, leading)) return [];
    const settings = Object.entries(learnerSettings[leading]).map(([name, value]) => `${name} ${value}`);
    const of = models.length > 2 ? `${model}, ${leading}` : leading;
    return [[learner, `${settings.join(', ')} (${of})`]];
  });
}

import type { Command } from 'commander';
import { AppError } from '../core/errors.ts';
import type { CommandContext } from './context.ts';
import { choice } from './usage.ts';

/** The options of commands that look at two models. */
export interface PairOptions {
  readonly strong?: string;
  readonly cheap?: string;
  readonly models?: string;
  readonly anchor?: string;
  readonly source?: string | undefined;
  readonly stage?: 'route' | 'cascade';
  readonly signals?: readonly string[];
  readonly encoder?: string;
}

export function addPairOptions(command: Command): Command {
  return command
    .option('--strong <model>', 'the strong, dear model')
    .option('--cheap <model>', 'the cheap model')
    .option('--models <names>', 'the models as a list: A,B,C (with --anchor)')
    .option('--anchor <model>', 'of --models, the one that gains are measured against: the cheap one');
}

/** For commands that look at one source. */
export function addSourceOption(command: Command): Command {
  return command.option('--source <name>', 'the source of preferences (default: the only one)');
}

export function addStageOptions(command: Command): Command {
  return command
    .addOption(
      choice('--stage <name>', 'decide before any model answers, or once the cheap one has', [
        'route',
        'cascade',
      ]).default('route'),
    )
    .option('--signals <names...>', 'cascade: sources whose score of the cheap response exists in production')
    .option('--encoder <name>', 'also use the imported vectors of this encoder, such as precomputed');
}

/** What the contract takes of the options above. */
export function stageInput(options: PairOptions): {
  readonly source?: string;
  readonly stage: 'route' | 'cascade';
  readonly signals: readonly string[];
  readonly encoder?: string;
} {
  return {
    ...(options.encoder === undefined ? {} : { encoder: options.encoder }),
    ...(options.source === undefined ? {} : { source: options.source }),
    stage: options.stage ?? 'route',
    signals: options.signals ?? [],
  };
}

export interface ModelPair {
  readonly strong: string;
  readonly cheap: string;
}

/** The two models that the options name; a usage error lists the models there are. */
export async function resolvePair(context: CommandContext, options: PairOptions): Promise<ModelPair> {
  if (options.models !== undefined) return pairOfList(options.models, options);
  if (options.strong !== undefined && options.cheap !== undefined) {
    return { strong: options.strong, cheap: options.cheap };
  }
  const status = await context.client.call('project.status', {});
  const names = status.models.map((m) => m.name).join(', ');
  throw new AppError(
    'usage',
    `Name both models: --strong A --cheap B. Models of this project: ${names === '' ? 'none yet (metarouter import)' : names}.`,
  );
}

/** Two models or more: the options as the contract takes them. */
export type ModelChoice = ModelPair | { readonly models: readonly string[]; readonly anchor: string };

/** As `resolvePair`, where more than two models are possible too. */
export async function resolveModels(context: CommandContext, options: PairOptions): Promise<ModelChoice> {
  if (options.models === undefined) return resolvePair(context, options);
  const names = listOf(options.models);
  if (names.length <= 2) return pairOfList(options.models, options);
  refuseBoth(options);
  const { anchor } = options;
  if (anchor === undefined || !names.includes(anchor)) {
    throw new AppError(
      'usage',
      `Name the anchor, that gains are measured against: --anchor with one of ${names.join(', ')}.`,
    );
  }
  return { models: names, anchor };
}

function listOf(models: string): string[] {
  return models
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function refuseBoth(options: PairOptions): void {
  if (options.strong === undefined && options.cheap === undefined) return;
  throw new AppError('usage', 'Give either --strong and --cheap, or --models and --anchor.');
}

function pairOfList(models: string, options: PairOptions): ModelPair {
  refuseBoth(options);
  const names = listOf(models);
  if (names.length > 2) {
    throw new AppError('usage', 'This command looks at two models: name two.');
  }
  const anchor = options.anchor;
  if (names.length < 2 || anchor === undefined || !names.includes(anchor)) {
    throw new AppError('usage', 'Name two models and the cheap one of them: --models A,B --anchor B.');
  }
  const strong = names.find((name) => name !== anchor);
  if (strong === undefined) throw new AppError('usage', 'The two models of --models must differ.');
  return { strong, cheap: anchor };
}

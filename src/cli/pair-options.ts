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
    .option('--models <names>', 'the same as a list: A,B (with --anchor)')
    .option('--anchor <model>', 'of --models, the one that gains are measured against: the cheap one');
}

export function addStageOptions(command: Command): Command {
  return command
    .option('--source <name>', 'the source of preferences (default: the only one)')
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

function pairOfList(models: string, options: PairOptions): ModelPair {
  if (options.strong !== undefined || options.cheap !== undefined) {
    throw new AppError('usage', 'Give either --strong and --cheap, or --models and --anchor.');
  }
  const names = models
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length > 2) {
    throw new AppError('usage', 'Routers for more than two models are not available yet: name two models.');
  }
  const anchor = options.anchor;
  if (names.length < 2 || anchor === undefined || !names.includes(anchor)) {
    throw new AppError('usage', 'Name two models and the cheap one of them: --models A,B --anchor B.');
  }
  const strong = names.find((name) => name !== anchor);
  if (strong === undefined) throw new AppError('usage', 'The two models of --models must differ.');
  return { strong, cheap: anchor };
}

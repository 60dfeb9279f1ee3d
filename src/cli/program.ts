import { Command, CommanderError } from 'commander';
import { v7 as newId } from 'uuid';
import packageJson from '../../package.json' with { type: 'json' };
import { createClient } from '../contract/client.ts';
import { AppError, toErrorPayload } from '../core/errors.ts';
import { createEngine } from '../engine/engine.ts';
import { addBias } from './commands/bias.ts';
import { addCertify } from './commands/certify.ts';
import { addCompare } from './commands/compare.ts';
import { addDemo } from './commands/demo.ts';
import { addEmbed } from './commands/embed.ts';
import { addDiagnose } from './commands/diagnose.ts';
import { addEvaluate } from './commands/evaluate.ts';
import { addExport } from './commands/export.ts';
import { addImport } from './commands/import.ts';
import { addInit } from './commands/init.ts';
import { addLabels } from './commands/labels.ts';
import { addPoints } from './commands/points.ts';
import { addPrice } from './commands/price.ts';
import { addReplicate } from './commands/replicate.ts';
import { addRoute } from './commands/route.ts';
import { addRuns } from './commands/runs.ts';
import { addServe } from './commands/serve.ts';
import { addPack } from './commands/pack.ts';
import { addPlan } from './commands/plan.ts';
import { addAgreement } from './commands/agreement.ts';
import { addRaters } from './commands/raters.ts';
import { addStatus } from './commands/status.ts';
import { addTrain } from './commands/train.ts';
import { addVerify } from './commands/verify.ts';
import type { CommandContext, CommonOptions } from './context.ts';
import { createOutput } from './output.ts';
import { createProgressView } from './progress-view.ts';
import { explainUsageError } from './usage.ts';

export interface ProgramLocations {
  readonly args: readonly string[];
  readonly workerUrl: URL;
  readonly runtimeUrl: URL;
}

const EXIT = { failure: 1, usage: 2, interrupted: 130 } as const;

/** Parses the command line, runs the command, and leaves its outcome in process.exitCode. */
export async function runProgram(locations: ProgramLocations): Promise<void> {
  endQuietlyWhenNobodyReads();
  const program = new Command('metarouter')
    .description(
      'Learn which prompts need the strong model, from a few gold labels and many biased preferences.',
    )
    .version(packageJson.version)
    .helpCommand(false);

  const execute = async (
    options: CommonOptions,
    work: (context: CommandContext) => Promise<void>,
  ): Promise<void> => {
    const interrupt = new AbortController();
    const onInterrupt = (): void => {
      interrupt.abort();
    };
    // Once: a second Ctrl-C ends the program at once.
    process.once('SIGINT', onInterrupt);
    const engine = createEngine({
      clock: () => new Date().getTime(),
      newId,
      workerUrl: locations.workerUrl,
      runtimeUrl: locations.runtimeUrl,
      productVersion: packageJson.version,
    });
    const client = createClient(engine);
    const progress = createProgressView(process.stderr, () => new Date().getTime());
    try {
      await work({
        client,
        output: createOutput(process.stdout, process.stderr, options.json === true),
        signal: interrupt.signal,
        runJob: async (method, input) => {
          try {
            return await client.run(method, input, { signal: interrupt.signal, onProgress: progress.update });
          } finally {
            progress.clear();
          }
        },
      });
    } finally {
      await engine.close();
      process.removeListener('SIGINT', onInterrupt);
    }
  };

  for (const add of [
    addInit,
    addImport,
    addLabels,
    addStatus,
    addRaters,
    addAgreement,
    addPack,
    addPlan,
    addPrice,
    addEmbed,
    addBias,
    addTrain,
    addRuns,
    addEvaluate,
    addCompare,
    addPoints,
    addReplicate,
    addDiagnose,
    addCertify,
    addExport,
    addVerify,
    addRoute,
    addServe,
    addDemo,
  ]) {
    add(program, execute);
  }
  catchUsageErrors(program);

  try {
    await program.parseAsync(locations.args, { from: 'user' });
  } catch (error) {
    process.exitCode = explain(error, program);
  }
}

/** Commander ends the process by itself otherwise, and writes its own messages. */
function catchUsageErrors(program: Command): void {
  const nested = program.commands.flatMap((command) => [command, ...command.commands]);
  for (const command of [program, ...nested]) {
    command.configureOutput({ outputError: () => undefined });
    command.exitOverride((error) => {
      throw new UsageError(error, command);
    });
  }
}

class UsageError extends Error {
  readonly error: CommanderError;
  readonly command: Command;
  constructor(error: CommanderError, command: Command) {
    super(error.message);
    this.error = error;
    this.command = command;
  }
}

/** One line (usage errors: what would have been possible too) on stderr; answers the exit code. */
function explain(error: unknown, program: Command): number {
  if (error instanceof UsageError || error instanceof CommanderError) {
    const usage = error instanceof UsageError ? error : new UsageError(error, program);
    if (usage.error.exitCode === 0) return 0;
    if (usage.error.code !== 'commander.help') say(explainUsageError(usage.error, usage.command));
    return EXIT.usage;
  }
  const { code, message } = toErrorPayload(error);
  if (code === 'cancelled') {
    say('Interrupted: nothing was changed by the part that did not finish.');
    return EXIT.interrupted;
  }
  say(error instanceof AppError ? message : `${message} (a bug of metarouter: please report it)`);
  return code === 'usage' ? EXIT.usage : EXIT.failure;
}

function say(message: string): void {
  process.stderr.write(`metarouter: ${message}\n`);
}

/** "| head" closes the pipe: not a failure of ours. */
function endQuietlyWhenNobodyReads(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

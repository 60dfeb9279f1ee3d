import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import type { MethodInput, MethodOutput } from '../../contract/methods.ts';
import { AppError } from '../../core/errors.ts';
import type { CommandContext, CommonOptions, Execute } from '../context.ts';
import type { JsonEmbed } from '../documents.ts';
import { formatCount, formatNumber, plural } from '../format.ts';
import { formatFacts } from '../table.ts';
import { choice, parseCount, parseNonNegative } from '../usage.ts';

interface EmbedOptions extends CommonOptions {
  readonly encoder: 'openai' | 'onnx';
  readonly baseUrl?: string;
  readonly model?: string;
  readonly keyEnv?: string;
  readonly dimensions?: number;
  readonly folder?: string;
  readonly pooling: 'mean' | 'cls';
  readonly normalisation: 'l2' | 'none';
  readonly prefix: string;
  readonly maxChars?: number;
  readonly batchSize?: number;
  readonly concurrency?: number;
  readonly name?: string;
  readonly usdPerMillion?: number;
  readonly yes?: boolean;
}

export function addEmbed(program: Command, execute: Execute): void {
  program
    .command('embed')
    .description('give every prompt a vector; what is done is kept, start again to go on')
    .argument('<project>', 'the project file')
    .addOption(
      choice('--encoder <kind>', 'a server that speaks /v1/embeddings, or a local folder', [
        'openai',
        'onnx',
      ]).makeOptionMandatory(),
    )
    .option('--base-url <url>', 'openai: the server, up to and with /v1')
    .option('--model <name>', 'openai: the embedding model')
    .option('--key-env <name>', 'openai: the environment variable with the key')
    .option('--dimensions <n>', 'openai: ask for shorter vectors', parseCount)
    .option('--batch-size <n>', 'openai: texts in a request', parseCount)
    .option('--concurrency <n>', 'openai: requests at a time', parseCount)
    .option('--folder <path>', 'onnx: the folder of the encoder (transformers.js layout)')
    .addOption(choice('--pooling <how>', 'onnx: from tokens to a text', ['mean', 'cls']).default('mean'))
    .addOption(choice('--normalisation <how>', 'divide by the length', ['l2', 'none']).default('l2'))
    .option('--prefix <text>', 'put before every text, such as "query: "', '')
    .option('--max-chars <n>', 'read so many characters of a text (default: 16384)', parseCount)
    .option('--name <name>', 'the name of these vectors in the project')
    .option('--usd-per-million <x>', 'the price of a million tokens, to show the cost', parseNonNegative)
    .option('--yes', 'do not ask before texts are sent')
    .option('--json', 'print one JSON document')
    .action((project: string, options: EmbedOptions) =>
      execute(options, async (context) => {
        const { client, output, runJob } = context;
        const request = requestOf(options);
        const apiKey = options.keyEnv === undefined ? undefined : readKey(options.keyEnv);
        await client.call('project.open', { path: project });
        const plan = await client.call('embedding.plan', request);
        output.note(describePlan(plan));
        if (plan.texts > 0) await confirm(context, options);
        const result = await runJob('embedding.start', {
          ...request,
          ...(apiKey === undefined ? {} : { apiKey }),
        });
        output.result(result, () => formatResult(result, project));
      }),
    );
}

function requestOf(options: EmbedOptions): MethodInput<'embedding.plan'> {
  const { normalisation, prefix, maxChars, name, usdPerMillion } = options;
  const shared = { normalisation, prefix, ...(maxChars === undefined ? {} : { maxCodePoints: maxChars }) };
  const rest = {
    ...(name === undefined ? {} : { name }),
    ...(usdPerMillion === undefined ? {} : { usdPerMillionTokens: usdPerMillion }),
  };
  if (options.encoder === 'onnx') {
    if (options.folder === undefined)
      throw new AppError('usage', 'Name the folder of the encoder: --folder PATH.');
    return {
      encoder: { kind: 'onnx', folder: options.folder, pooling: options.pooling, ...shared },
      ...rest,
    };
  }
  const { baseUrl, model, dimensions, batchSize, concurrency } = options;
  if (baseUrl === undefined || model === undefined) {
    throw new AppError('usage', 'Name the server and the model: --base-url URL --model NAME.');
  }
  return {
    encoder: {
      ...{ kind: 'openai-embeddings', baseUrl, model, ...shared },
      ...(dimensions === undefined ? {} : { dimensions }),
      ...(batchSize === undefined ? {} : { batchSize }),
      ...(concurrency === undefined ? {} : { maxConcurrent: concurrency }),
    },
    ...rest,
  };
}

function readKey(name: string): string {
  const key = process.env[name];
  if (key !== undefined && key !== '') return key;
  throw new AppError('usage', `The environment has no ${name}.`);
}

function describePlan(plan: MethodOutput<'embedding.plan'>): string {
  const parts = [`${plural(plan.texts, 'text')} for ${plan.destination}`];
  if (plan.texts > 0) parts.push(`about ${formatCount(plan.estimatedTokens)} tokens`);
  if (plan.estimatedCostUsd !== null) parts.push(`about ${formatNumber(plan.estimatedCostUsd, 4)} USD`);
  if (plan.alreadyThere > 0)
    parts.push(`${formatCount(plan.alreadyThere)} prompts have their vector already`);
  if (plan.withoutText > 0) parts.push(`${formatCount(plan.withoutText)} have no text`);
  return `${plan.name}: ${parts.join(', ')}.`;
}

/** Texts leave the machine, or cost time: not without a yes. */
async function confirm({ signal }: CommandContext, options: EmbedOptions): Promise<void> {
  if (options.yes === true || options.encoder === 'onnx') return;
  if (!process.stdin.isTTY)
    throw new AppError('usage', 'Texts will be sent to the server: say --yes to allow it.');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question('Send them? [y/N] ', { signal });
    if (!/^y(es)?$/i.test(answer.trim())) throw new AppError('cancelled', 'Cancelled.');
  } finally {
    terminal.close();
  }
}

function formatResult(result: JsonEmbed, project: string): string {
  const { description } = result;
  return [
    formatFacts([
      ['encoder', result.name],
      ['dimension', description === null ? 'no vectors' : String(description.dimension)],
      [
        'encoded',
        `${plural(result.encoded, 'text')}, ${plural(result.shared, 'prompt')} with the same text as another`,
      ],
      ['already there', formatCount(result.alreadyThere)],
      ...(result.withoutText > 0 ? [['without text', formatCount(result.withoutText)] as const] : []),
      ['tokens', result.tokens === null ? 'not counted by the encoder' : formatCount(result.tokens)],
      ...(result.costUsd === null ? [] : [['cost', `${formatNumber(result.costUsd, 4)} USD`] as const]),
      ['retries', formatCount(result.retries)],
      ['seconds', formatNumber(result.seconds, 1)],
    ]),
    '',
    `Next: metarouter train ${project} --encoder ${result.name} ...`,
  ].join('\n');
}

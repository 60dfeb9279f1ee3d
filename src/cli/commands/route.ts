import { Option, type Command } from 'commander';
import { routeItem } from '../../contract/bundles.ts';
import { AppError } from '../../core/errors.ts';
import type { CommandContext, CommonOptions, Execute } from '../context.ts';
import { chunksOfLines, type NumberedLine } from '../lines.ts';
import { parseNumber, parseShare } from '../usage.ts';

interface RouteOptions extends CommonOptions {
  readonly prompt?: string;
  readonly w?: number;
  readonly strongShare?: number;
}

export function addRoute(program: Command, execute: Execute): void {
  program
    .command('route')
    .description('decide which model answers; a cascade: whether the cheap answer is kept')
    .argument('<bundle>', 'the folder of a bundle')
    .option('--prompt <text>', 'one prompt (default: JSON lines {"id"?, "prompt"} on stdin)')
    .option('--w <w>', 'escalate where the gain is above w', parseNumber)
    .addOption(
      new Option('--strong-share <s>', 'send this share to the strong model')
        .argParser(parseShare)
        .conflicts('w'),
    )
    .option('--json', 'JSON lines, as always')
    .action((bundle: string, options: RouteOptions) =>
      execute(options, async (context) => {
        const route = async (items: readonly RouteItem[]): Promise<void> => {
          const { decisions } = await context.client.call('bundle.route', {
            directory: bundle,
            items,
            ...(options.w === undefined ? {} : { w: options.w }),
            ...(options.strongShare === undefined ? {} : { strongShare: options.strongShare }),
          });
          for (const decision of decisions) context.output.line(decision);
        };
        if (options.prompt !== undefined) {
          await route([{ prompt: options.prompt }]);
          return;
        }
        await routeLines(context, route);
      }),
    );
}

type RouteItem = ReturnType<typeof routeItem.parse>;

async function routeLines(
  context: CommandContext,
  route: (items: readonly RouteItem[]) => Promise<void>,
): Promise<void> {
  if (process.stdin.isTTY) {
    throw new AppError(
      'usage',
      'Give --prompt TEXT, or JSON lines on stdin: metarouter route BUNDLE < prompts.jsonl',
    );
  }
  for await (const lines of chunksOfLines(process.stdin, context.signal)) {
    await route(lines.map(parseLine));
  }
}

function parseLine({ number, text }: NumberedLine): RouteItem {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new AppError('invalid-input', `Line ${number} of the input is not valid JSON.`, { cause: error });
  }
  const parsed = routeItem.safeParse(value);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map((issue) => issue.path.join('.') || 'the line').join(', ');
  throw new AppError(
    'invalid-input',
    `Line ${number} of the input is not {"id"?, "prompt", "response"?, "signals"?}: look at ${where}.`,
  );
}

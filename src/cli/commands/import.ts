import { readFile } from 'node:fs/promises';
import { Option, type Command } from 'commander';
import { importFormats } from '../../contract/imports.ts';
import { AppError } from '../../core/errors.ts';
import type { CommonOptions, Execute } from '../context.ts';
import type { JsonImport } from '../documents.ts';
import { formatCount, formatNumber, plural } from '../format.ts';
import { formatTable } from '../table.ts';
import { choice, parseCount, parseFraction, parseSeed, type GoldAmount } from '../usage.ts';
import { formatWarnings } from '../warnings.ts';

interface ImportOptions extends CommonOptions {
  readonly format: (typeof importFormats)[number] | 'auto';
  readonly dataset?: string;
  readonly mapping?: string;
  readonly gold?: number;
  readonly goldFraction?: number;
  readonly seed: number;
}

export function addImport(program: Command, execute: Execute): void {
  program
    .command('import')
    .description('read files into a project; importing a file again adds nothing')
    .argument('<project>', 'the project file (metarouter init makes one)')
    .argument('<files...>', 'JSONL or CSV, also .gz')
    .addOption(choice('--format <name>', 'auto recognises it', ['auto', ...importFormats]).default('auto'))
    .option('--mapping <file>', 'JSON that says which column is what, for csv and jsonl')
    .option('--dataset <name>', 'the dataset of rows that name none (default: the name of the file)')
    .option('--gold <n>', 'reveal the gold of exactly n prompts outside the test set', parseCount)
    .addOption(
      new Option('--gold-fraction <f>', 'reveal each prompt with probability f')
        .argParser(parseFraction)
        .conflicts('gold'),
    )
    .option('--seed <n>', 'seed of the draw', parseSeed, 0)
    .option('--json', 'print one JSON document')
    .action((project: string, files: string[], options: ImportOptions) =>
      execute(options, async ({ client, output, runJob }) => {
        const gold = goldOf(options);
        const mapping = options.mapping === undefined ? undefined : await readMapping(options.mapping);
        await client.call('project.open', { path: project });
        const report = await runJob('import.start', {
          paths: files,
          ...(options.format === 'auto' ? {} : { format: options.format }),
          ...(options.dataset === undefined ? {} : { dataset: options.dataset }),
          ...(mapping === undefined ? {} : { mapping }),
          ...(gold === undefined ? {} : { gold }),
          seed: options.seed,
        });
        output.result(report, () => formatReport(report));
      }),
    );
}

function goldOf(options: ImportOptions): GoldAmount | undefined {
  if (options.gold !== undefined) return { kind: 'count', count: options.gold };
  if (options.goldFraction !== undefined) return { kind: 'fraction', fraction: options.goldFraction };
  return undefined;
}

async function readMapping(path: string): Promise<Record<string, unknown>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new AppError('not-found', `The mapping file ${path} cannot be read.`, { cause: error });
  }
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
  } catch (error) {
    throw new AppError('invalid-input', `The mapping file ${path} is not valid JSON.`, { cause: error });
  }
  throw new AppError('invalid-input', `The mapping file ${path} must hold one JSON object.`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function formatReport(report: JsonImport): string {
  const lines = [
    formatTable(
      [
        { title: 'file' },
        { title: 'format' },
        { title: 'rows', align: 'right' },
        { title: 'refused', align: 'right' },
        { title: 'added' },
      ],
      report.files.map((f) => [
        f.fileName,
        f.format,
        formatCount(f.rowsRead),
        formatCount(f.rowsRefused),
        addedText(f.added),
      ]),
    ),
  ];
  for (const file of report.files) {
    if (file.rowsRefused === 0) continue;
    lines.push('', `Refused in ${file.fileName}:`);
    for (const { line, reason } of file.refusals) lines.push(`  line ${line}: ${reason}`);
    const rest = file.rowsRefused - file.refusals.length;
    if (rest > 0) lines.push(`  and ${plural(rest, 'more')} (status --json lists the imports)`);
  }
  if (report.gold !== null) {
    const { eligible, revealed, masked, isNew } = report.gold;
    lines.push(
      '',
      `Gold: ${formatCount(revealed)} of ${formatCount(eligible)} eligible prompts revealed, ${formatCount(masked)} masked` +
        (isNew ? '.' : ' (drawn before; a draw is never repeated).'),
    );
  }
  lines.push('', `${formatNumber(report.seconds, 1)} seconds`);
  lines.push(formatWarnings([...report.files.flatMap((f) => f.warnings), ...report.warnings]));
  return lines.join('\n').trimEnd();
}

/** One of each kind of row; "gold" has no plural. */
const KINDS: Readonly<Partial<Record<string, string>>> = {
  prompts: 'prompt',
  models: 'model',
  responses: 'response',
  sources: 'source',
  preferences: 'preference',
  embeddings: 'vector',
  decisions: 'decision',
};

function addedText(added: Readonly<Record<string, number>>): string {
  const parts = Object.entries(added)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => plural(count, KINDS[kind] ?? kind, kind));
  return parts.length === 0 ? 'nothing new' : parts.join(', ');
}

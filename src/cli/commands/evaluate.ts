import type { Command } from 'commander';
import type { CommonOptions, Execute } from '../context.ts';
import type { JsonEvaluate } from '../documents.ts';
import { formatCount, formatInterval, formatMeasured, formatNumber } from '../format.ts';
import { formatFacts, formatTable } from '../table.ts';
import { choice } from '../usage.ts';
import { formatWarnings, simulatedLabel } from '../warnings.ts';

interface EvaluateOptions extends CommonOptions {
  readonly run?: string;
  readonly testSplit: 'test' | 'dev';
}

/** Points of the curve that a table has room for. */
const SHOWN_POINTS = 11;

export function addEvaluate(program: Command, execute: Execute): void {
  program
    .command('evaluate')
    .description('how good a run is on held-out gold, beside every reference')
    .argument('<project>', 'the project file')
    .option('--run <id>', 'the run (default: the newest)')
    .addOption(choice('--test-split <name>', 'the prompts to evaluate on', ['test', 'dev']).default('test'))
    .option('--json', 'print one JSON document')
    .action((project: string, options: EvaluateOptions) =>
      execute(options, async ({ client, output, runJob }) => {
        await client.call('project.open', { path: project });
        const result = await runJob('run.evaluate', {
          ...(options.run === undefined ? {} : { runId: options.run }),
          split: options.testSplit,
        });
        output.result(result, () => formatEvaluation(result));
      }),
    );
}

export function formatEvaluation(result: JsonEvaluate): string {
  return [
    ...simulatedLabel(result.isSimulated),
    formatFacts([
      ['run', result.runId],
      ['test prompts with gold', formatCount(result.n)],
      ...Object.entries(result.metrics).map(([name, m]) => {
        const text = formatMeasured(m, 4);
        return [name, m.value === null && m.reason !== undefined ? `${text} (${m.reason})` : text] as const;
      }),
    ]),
    '',
    formatEstimatorTable(result),
    '',
    formatTable(
      [
        { title: 'strong share', align: 'right' },
        { title: 'quality', align: 'right' },
        { title: '95 %' },
        { title: `cost (${result.costUnit})`, align: 'right' },
      ],
      evenly(result.curve, SHOWN_POINTS).map((point) => [
        formatNumber(point.strongShare, 2),
        formatNumber(point.quality),
        formatInterval(point.ci95),
        point.cost.toPrecision(3),
      ]),
    ),
    formatWarnings(result.warnings),
  ]
    .join('\n')
    .trimEnd();
}

/** Every estimator and reference: V(0) and EG with intervals. */
export function formatEstimatorTable(result: JsonEvaluate): string {
  return formatTable(
    [{ title: 'estimator' }, { title: 'V(0) [95 %]' }, { title: 'EG [95 %]' }],
    Object.entries(result.estimators).map(([name, row]) => [
      name,
      formatMeasured(row.policyValue['0'], 4),
      formatMeasured(row.egMean, 4),
    ]),
  );
}

function evenly<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items;
  return Array.from({ length: count }, (_, i) => Math.round((i * (items.length - 1)) / (count - 1))).flatMap(
    (index) => items.slice(index, index + 1),
  );
}

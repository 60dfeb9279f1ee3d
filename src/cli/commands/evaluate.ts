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
  const isPair = result.models.length === 2;
  return [
    ...simulatedLabel(result.isSimulated),
    formatFacts([
      ['run', result.runId],
      ['test prompts with gold', formatCount(result.n)],
      ...Object.entries(result.metrics)
        .filter(([, m]) => isPair || m.value !== null)
        .map(([name, m]) => {
          const text = formatMeasured(m, 4);
          return [name, m.value === null && m.reason !== undefined ? `${text} (${m.reason})` : text] as const;
        }),
      ...Object.entries(result.point?.shares ?? {}).map(
        ([model, share]) => [`share of ${model}`, formatMeasured(share)] as const,
      ),
    ]),
    '',
    formatEstimatorTable(result),
    '',
    formatFixed(result),
    '',
    isPair ? formatCurve(result) : formatPolicyCurve(result),
    ...formatAssisted(result),
    formatWarnings(result.warnings),
  ]
    .join('\n')
    .trimEnd();
}

/** One model for every prompt: quality and cost. */
function formatFixed({ fixed, costUnit }: JsonEvaluate): string {
  return formatTable(
    [{ title: 'fixed policy' }, { title: 'quality [95 %]' }, { title: `cost (${costUnit})`, align: 'right' }],
    fixed.map(({ policy, quality, cost }) => [policy, formatMeasured(quality), costText(cost.value)]),
  );
}

function formatCurve(result: JsonEvaluate): string {
  return formatTable(
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
      costText(point.cost),
    ]),
  );
}

/** Of more than two models: what the router does as cost weighs more. */
function formatPolicyCurve({ policyCurve, models, costUnit }: JsonEvaluate): string {
  return formatTable(
    [
      { title: 'w', align: 'right' },
      { title: 'quality [95 %]' },
      { title: `cost (${costUnit})`, align: 'right' },
      ...models.map((model) => ({ title: model, align: 'right' as const })),
    ],
    evenly(policyCurve, SHOWN_POINTS).map((point) => [
      formatNumber(point.w),
      formatMeasured(point.quality),
      costText(point.cost.value),
      ...models.map((model) => formatNumber(point.shares[model].value, 2)),
    ]),
  );
}

function costText(cost: number | null): string {
  return cost === null ? '–' : cost.toPrecision(3);
}

/** What test prompts without gold add, where there are any. */
function formatAssisted({ assisted }: JsonEvaluate): readonly string[] {
  if (assisted.values.length === 0) return [];
  return [
    '',
    `With the help of ${formatCount(assisted.nWithout)} test prompts without gold (${assisted.proxy}):`,
    formatTable(
      [
        { title: '' },
        { title: 'gold alone [95 %]' },
        { title: 'PPI++ [95 %]' },
        { title: 'λ', align: 'right' },
      ],
      assisted.values.map((v) => [
        v.name,
        formatMeasured(v.goldOnly, 4),
        formatMeasured(v.assisted, 4),
        formatNumber(v.lambda, 2),
      ]),
    ),
  ];
}

/** Every estimator and reference: V(0) and EG with intervals. */
export function formatEstimatorTable(result: JsonEvaluate): string {
  return formatTable(
    [
      { title: 'estimator' },
      { title: 'V(0) [95 %]' },
      result.models.length === 2 ? { title: 'EG [95 %]' } : { title: 'V(0.1) [95 %]' },
    ],
    Object.entries(result.estimators).map(([name, row]) => [
      name,
      formatMeasured(row.policyValue['0'], 4),
      formatMeasured(result.models.length === 2 ? row.egMean : row.policyValue['0.1'], 4),
    ]),
  );
}

function evenly<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items;
  return Array.from({ length: count }, (_, i) => Math.round((i * (items.length - 1)) / (count - 1))).flatMap(
    (index) => items.slice(index, index + 1),
  );
}

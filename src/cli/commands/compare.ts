import type { Command } from 'commander';
import type { CommonOptions, Execute } from '../context.ts';
import type { JsonComparison } from '../documents.ts';
import { formatCount, formatMeasured, formatNumber } from '../format.ts';
import { formatFacts, formatTable } from '../table.ts';
import { formatWarnings, simulatedLabel } from '../warnings.ts';

export function addCompare(program: Command, execute: Execute): void {
  program
    .command('compare')
    .description('two runs on the same test prompts: what is different, and what it brought')
    .argument('<project>', 'the project file')
    .argument('<first>', 'a run')
    .argument('<second>', 'another run')
    .option('--json', 'print one JSON document')
    .action((project: string, first: string, second: string, options: CommonOptions) =>
      execute(options, async ({ client, output, runJob }) => {
        await client.call('project.open', { path: project });
        const result = await runJob('run.compare', { first, second });
        output.result(result, () => formatComparison(result));
      }),
    );
}

/** Points of a curve that a table has room for. */
const SHOWN_POINTS = 6;

function formatComparison(result: JsonComparison): string {
  return [
    ...simulatedLabel(result.runs.some((run) => run.isSimulated)),
    formatFacts([
      ...result.runs.map((run, i) => [['first', 'second'][i], describeRun(run)] as const),
      ['test prompts of both', formatCount(result.n)],
    ]),
    '',
    formatTable(
      [
        { title: 'figure' },
        { title: 'first [95 %]' },
        { title: 'second [95 %]' },
        { title: 'second − first [95 %]' },
      ],
      result.figures.map(({ name, first, second, difference }) => [
        name,
        formatMeasured(first, 4),
        formatMeasured(second, 4),
        formatMeasured(difference, 4),
      ]),
    ),
    '',
    formatPicture(result),
    ...formatChanges(result),
    formatWarnings(result.warnings),
  ]
    .join('\n')
    .trimEnd();
}

function describeRun({
  runId,
  models,
  stage,
  source,
  estimator,
  point,
}: JsonComparison['runs'][number]): string {
  return `${runId}: ${models.join(', ')}, ${stage}, ${estimator}, ${source ?? 'gold only'}, w ${formatNumber(point.w)}`;
}

/** Everything on one pair of axes, cheapest first. */
function formatPicture({ runs, fixed, costUnit }: JsonComparison): string {
  const points = [
    ...fixed.map(({ policy, cost, quality }) => ({
      name: policy,
      cost: cost.value ?? Number.NaN,
      quality: formatMeasured(quality),
    })),
    ...runs.flatMap(({ curve, stage }, i) =>
      evenly(curve, SHOWN_POINTS).map((point) => ({
        name:
          `${['first', 'second'][i]} (${stage}) at ` +
          (point.w === null ? `share ${formatNumber(point.strongShare, 2)}` : `w ${formatNumber(point.w)}`),
        cost: point.cost,
        quality: formatMeasured({ value: point.quality, ci95: point.ci95 }),
      })),
    ),
  ].sort((a, b) => a.cost - b.cost);
  return formatTable(
    [{ title: `cost (${costUnit})`, align: 'right' }, { title: 'quality [95 %]' }, { title: 'policy' }],
    points.map(({ name, cost, quality }) => [cost.toPrecision(3), quality, name]),
  );
}

function formatChanges({ changes }: JsonComparison): readonly string[] {
  if (changes.length === 0) return ['', 'Configuration and data are the same.'];
  return [
    '',
    formatTable(
      [{ title: 'what is not the same' }, { title: 'first' }, { title: 'second' }],
      changes.map(({ kind, name, first, second }) => [`${kind}: ${name}`, first ?? '–', second ?? '–']),
    ),
  ];
}

function evenly<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items;
  return Array.from({ length: count }, (_, i) => Math.round((i * (items.length - 1)) / (count - 1))).flatMap(
    (index) => items.slice(index, index + 1),
  );
}

import type { Command } from 'commander';
import type { CommonOptions, Execute } from '../context.ts';
import type { JsonCertificate } from '../documents.ts';
import { formatCount, formatNumber } from '../format.ts';
import { formatFacts, formatTable } from '../table.ts';
import { parseFraction, parseNonNegative } from '../usage.ts';
import { formatWarnings, simulatedLabel } from '../warnings.ts';

interface CertifyOptions extends CommonOptions {
  readonly run?: string;
  readonly alpha: number;
  readonly delta: number;
  readonly passMark: number;
  readonly expertCost?: number;
}

export function addCertify(program: Command, execute: Execute): void {
  program
    .command('certify')
    .description('thresholds under which automated answers disagree with the experts at most so often')
    .argument('<project>', 'the project file')
    .option('--run <id>', 'a run trained with --hold-out-dev (default: the newest run)')
    .requiredOption('--alpha <f>', 'the share of automated answers that may disagree', parseFraction)
    .option('--delta <f>', 'the chance that this is not kept', parseFraction, 0.1)
    .option(
      '--pass-mark <f>',
      'an answer agrees where its gold is at least this, from 0 to 1',
      parseFraction,
      0.5,
    )
    .option(
      '--expert-cost <c>',
      "what a person costs a prompt, in the run's cost unit (default: ten strong calls)",
      parseNonNegative,
    )
    .option('--json', 'print one JSON document')
    .action((project: string, options: CertifyOptions) =>
      execute(options, async ({ client, output, runJob }) => {
        await client.call('project.open', { path: project });
        const result = await runJob('certificate.compute', {
          ...(options.run === undefined ? {} : { runId: options.run }),
          alpha: options.alpha,
          delta: options.delta,
          passMark: options.passMark,
          ...(options.expertCost === undefined ? {} : { expertCost: options.expertCost }),
        });
        output.result(result, () => formatCertificate(result));
      }),
    );
}

function formatCertificate(result: JsonCertificate): string {
  const { chosen, costs } = result;
  const threshold = (value: number | null): string => (value === null ? '–' : formatNumber(value));
  return [
    ...simulatedLabel(result.isSimulated),
    result.sentence,
    '',
    formatFacts([
      ['certificate', result.certificateId],
      ['run', result.runId],
      ['pair, stage', `${result.pair.strong} against ${result.pair.cheap}, ${result.stage}`],
      ['α, δ, pass mark', `${result.alpha}, ${result.delta}, ${result.passMark}`],
      ['calibration', `${formatCount(result.calibrationPrompts)} graded prompts that taught the run nothing`],
      ['costs', `cheap ${costs.cheap}, strong ${costs.strong}, expert ${costs.expert} (${costs.unit})`],
      ...(chosen === null
        ? []
        : [
            ['keep', `where gain ≤ ${threshold(chosen.keepBelow)}`] as const,
            ['escalate', `where gain > ${threshold(chosen.escalateAbove)}`] as const,
            ['expert', 'between'] as const,
          ]),
    ]),
    '',
    formatTable(
      [
        { title: 'keep ≤', align: 'right' },
        { title: 'escalate >', align: 'right' },
        { title: 'automated', align: 'right' },
        { title: 'wrong', align: 'right' },
        { title: 'risk', align: 'right' },
        { title: 'p', align: 'right' },
        { title: 'expert', align: 'right' },
        { title: 'cost', align: 'right' },
        { title: '' },
      ],
      result.tested.map((t) => [
        threshold(t.keepBelow),
        threshold(t.escalateAbove),
        formatCount(t.automated),
        formatCount(t.disagreements),
        formatNumber(t.risk),
        t.pValue.toPrecision(2),
        formatNumber(t.expertShare, 2),
        t.cost.toPrecision(3),
        t.isCertified ? 'certified' : '',
      ]),
    ),
    formatWarnings(result.warnings),
  ]
    .join('\n')
    .trimEnd();
}

import type { Command } from 'commander';
import type { CommonOptions, Execute } from '../context.ts';
import type { JsonRuns } from '../documents.ts';
import { formatCount, formatMeasured, formatTime } from '../format.ts';
import { formatTable } from '../table.ts';
import { simulatedLabel } from '../warnings.ts';

export function addRuns(program: Command, execute: Execute): void {
  program
    .command('runs')
    .description('the runs of a project, newest first')
    .argument('<project>', 'the project file')
    .option('--json', 'print one JSON document')
    .action((project: string, options: CommonOptions) =>
      execute(options, async ({ client, output }) => {
        await client.call('project.open', { path: project });
        const runs = await client.call('run.list', {});
        output.result(runs, () => formatRuns(runs));
      }),
    );
}

function formatRuns({ runs }: JsonRuns): string {
  if (runs.length === 0) return 'No runs yet. Next: metarouter train';
  return [
    ...simulatedLabel(runs.some((run) => run.isSimulated)),
    formatTable(
      [
        { title: 'run' },
        { title: 'trained (UTC)' },
        { title: 'models (anchor last)' },
        { title: 'source' },
        { title: 'stage' },
        { title: 'estimator' },
        { title: 'gold', align: 'right' },
        { title: 'preference', align: 'right' },
        { title: 'EG [95 %]' },
        { title: 'V(0) [95 %]' },
        { title: 'warnings' },
      ],
      runs.map((run) => [
        run.runId,
        formatTime(run.createdMs),
        run.models.join(', '),
        run.source ?? 'none',
        run.stage,
        run.estimator,
        formatCount(run.nGold),
        formatCount(run.nPreference),
        formatMeasured(run.egMean, 4),
        formatMeasured(run.policyValue0),
        run.warningCodes.join(', '),
      ]),
    ),
  ].join('\n');
}

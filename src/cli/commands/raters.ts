import type { Command } from 'commander';
import type { CommonOptions, Execute } from '../context.ts';
import { formatCount, formatDuration, formatMeasured, formatTime } from '../format.ts';
import { formatTable } from '../table.ts';

interface RaterOptions extends CommonOptions {
  readonly task?: string;
}

export function addRaters(program: Command, execute: Execute): void {
  program
    .command('raters')
    .description('who graded how much; with --task how: pace, agreement, checks, habits')
    .argument('<project>', 'the project file')
    .option('--task <id>', 'report on the raters of this grading task')
    .option('--json', 'print one JSON document')
    .action((project: string, options: RaterOptions) =>
      execute(options, async ({ client, output }) => {
        await client.call('project.open', { path: project });
        if (options.task === undefined) {
          const { raters } = await client.call('rater.list', {});
          const { tasks } = await client.call('task.list', {});
          output.result({ raters, tasks: tasks.map(({ id, name, grades }) => ({ id, name, grades })) }, () =>
            [
              formatTable(
                [
                  { title: 'rater' },
                  { title: 'kind' },
                  { title: 'role' },
                  { title: 'grades', align: 'right' },
                  { title: 'skips', align: 'right' },
                  { title: 'last (UTC)' },
                ],
                raters.map((rater) => [
                  rater.name,
                  rater.kind,
                  rater.role,
                  formatCount(rater.grades),
                  formatCount(rater.skips),
                  rater.lastMs === null ? '–' : formatTime(rater.lastMs),
                ]),
              ),
              '',
              formatTable(
                [{ title: 'task' }, { title: 'id' }, { title: 'grades', align: 'right' }],
                tasks.map((task) => [task.name, task.id, formatCount(task.grades)]),
              ),
            ].join('\n'),
          );
          return;
        }
        const { reports } = await client.call('review.raters', { taskId: options.task });
        output.result({ reports }, () =>
          formatTable(
            [
              { title: 'rater' },
              { title: 'grades', align: 'right' },
              { title: 'median time', align: 'right' },
              { title: 'with the others [95 %]' },
              { title: 'checks passed [95 %]' },
              { title: 'left [95 %]' },
              { title: 'longer [95 %]' },
              { title: 'drift [95 %]' },
            ],
            reports.map((report) => [
              report.rater,
              formatCount(report.grades),
              report.medianLatencyMs === null ? '–' : formatDuration(report.medianLatencyMs),
              formatMeasured(report.consensus),
              formatMeasured(report.checks),
              formatMeasured(report.leftShare),
              formatMeasured(report.longerShare),
              formatMeasured(report.drift),
            ]),
          ),
        );
      }),
    );
}

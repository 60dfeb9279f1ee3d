import type { JsonEvaluate, JsonExport, JsonImport, JsonTrain, JsonVerify } from '../documents.ts';
import { formatInterval, formatMeasured, formatNumber } from '../format.ts';
import { formatTable } from '../table.ts';
import { simulatedLabel } from '../warnings.ts';
import type { DemoFiles } from './folder.ts';

export interface DemoStage {
  readonly stage: 'route' | 'cascade';
  readonly trained: JsonTrain;
  readonly evaluated: JsonEvaluate;
  readonly exported: JsonExport;
  readonly verified: JsonVerify;
}

export interface DemoOutcome {
  readonly folder: string;
  readonly files: DemoFiles;
  readonly imported: JsonImport;
  /** Gold minus judge over the training prompts, as generated. */
  readonly trueMeanBias: number;
  readonly stages: readonly DemoStage[];
}

const TITLES = {
  route: 'ROUTE: decide from the prompt which model answers',
  cascade: 'CASCADE: decide from the prompt and the cheap answer whether to keep it',
};

/** The result as a person reads it. */
export function formatDemo(outcome: DemoOutcome): string {
  const { files, stages } = outcome;
  return [
    '',
    ...simulatedLabel(true),
    ...stages.flatMap((stage) => formatStage(stage, outcome.trueMeanBias)),
    'V(0): gold gained over always answering with the cheap model. EG: gain over random routing at the same share.',
    `The truth behind these data is in ${files.truth}; the program has not seen it.`,
    '',
    `The routers are in ${files.bundle} and ${files.cascadeBundle}. Next:`,
    `  metarouter route ${files.bundle} --prompt "Solve: a triangle with a right angle has an area of 54."`,
    `  metarouter bias ${files.project} --strong strong-demo --cheap cheap-demo`,
    `  metarouter evaluate ${files.project}`,
    '  (from a checkout: npm run -s metarouter -- route …)',
  ].join('\n');
}

function formatStage(
  { stage, trained, evaluated, exported, verified }: DemoStage,
  trueMeanBias: number,
): readonly string[] {
  const doNotRoute = trained.warnings.find((warning) => warning.code === 'do-not-route');
  const formats = Object.entries(verified.formats).flatMap(([name, { state, rows, reason }]) => {
    if (state === 'absent' || state === 'written') return [];
    return [state === 'not-run' ? `${name} not run (${reason ?? ''})` : `${name} on ${rows} golden rows`];
  });
  return [
    TITLES[stage],
    '',
    `${trained.nGold} gold and ${trained.nPreference} preference labels; judged on ${evaluated.n} held-out prompts.`,
    `Bias of the judge (gold minus judge): ${formatNumber(trained.bias.mean)} ${formatInterval(trained.bias.ci95)}, in truth ${formatNumber(trueMeanBias)}.`,
    '',
    formatTable(
      [
        { title: 'estimator' },
        { title: 'V(0) [95 %]' },
        { title: 'EG [95 %]' },
        { title: 'weight in auto', align: 'right' },
      ],
      Object.entries(evaluated.estimators).map(([name, row]) => {
        const isMember = Object.hasOwn(trained.weights, name);
        return [
          name === trained.estimator ? `${name} (exported)` : name,
          formatMeasured(row.policyValue['0']),
          formatMeasured(row.egMean),
          isMember ? formatNumber(trained.weights[name], 2) : '',
        ];
      }),
    ),
    '',
    doNotRoute === undefined
      ? 'Route: yes. It is better than both always-strong and always-cheap, beyond chance.'
      : `Do not route: ${doNotRoute.message}`,
    `Bundle: ${exported.directory}, ${verified.ok ? 'verified' : 'NOT VERIFIED'}: ${formats.join(', ')}.`,
    '',
  ];
}

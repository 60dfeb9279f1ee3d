import type { MethodOutput } from '../../../src/contract/methods.ts';
import type { IntervalRow } from '../../charts/interval-layout.ts';
import { showInterval, showSigned } from '../../charts/numbers.ts';

/** How each model's gain over the anchor was learnt. Pure. */

type Run = MethodOutput<'run.get'>;
export type Head = Run['heads'][number];

/** The heads of a run; of earlier versions the one that the run itself tells of. */
export function headsOf(run: Run): readonly Head[] {
  if (run.heads.length > 0) return run.heads;
  const { nGold, nPreference, nPaired, weights, reason, bias, source, isSimulated } = run;
  const none = { overlap: null, propensity: 'estimated' as const, learnerSettings: {}, keptSpread: 1 };
  return [
    {
      ...none,
      model: run.pair.strong,
      nGold,
      nPreference,
      nPaired,
      weights,
      reason,
      bias,
      sources:
        source === null
          ? []
          : [
              {
                source,
                isSimulated,
                nPreference,
                nPaired,
                scaling: { method: 'none', factor: 1 },
                bias,
                overlap: null,
              },
            ],
    },
  ];
}

export function biasRows(head: Head): readonly IntervalRow[] {
  return head.sources.map(({ source, bias }) => ({
    id: source,
    label: source,
    value: bias.mean,
    ci95: bias.ci95,
    reason: bias.reason,
    isEmphasised: bias.ci95 !== null && (bias.ci95[0] > 0 || bias.ci95[1] < 0),
  }));
}

export function describeHeadBias({ sources, model }: Head, anchor: string): string {
  if (sources.length === 0) return 'Trained on gold alone: there are no preferences to correct.';
  return sources
    .map(({ source, bias }) => {
      if (bias.mean === null)
        return `${source}: no figure, because ${bias.reason ?? 'there is too little data'}.`;
      const interval = bias.ci95 === null ? '' : ` (95 % interval ${showInterval(bias.ci95, showSigned)})`;
      const lead = `Gold minus ${source} is ${showSigned(bias.mean)} on average${interval}`;
      if (bias.ci95 !== null && bias.ci95[0] <= 0 && bias.ci95[1] >= 0)
        return `${lead}: not distinguishable from 0, though single prompts may differ.`;
      return `${lead}: it favours ${bias.mean < 0 ? model : anchor}.`;
    })
    .join(' ');
}

import type { JobResult } from '../../../src/contract/methods.ts';
import type { FixedMark, PolicyMark } from '../../charts/policy-layout.ts';
import { showNumber, showPercent, showSigned } from '../../charts/numbers.ts';
import type { ChartTable } from '../../charts/table.ts';

/** What an evaluation of several models shows. Pure. */

type Evaluated = JobResult<'run.evaluate'>;
type PolicyPoint = Evaluated['policyCurve'][number];

/** Position of the point on the curve whose w is nearest. */
export function nearestTo(points: readonly PolicyPoint[], w: number): number {
  return points.reduce((best, p, k) => (Math.abs(p.w - w) < Math.abs(points[best].w - w) ? k : best), 0);
}

export function policyMarks({ policyCurve }: Evaluated): PolicyMark[] {
  return policyCurve.map(({ cost, quality }) => ({
    cost: cost.value ?? 0,
    quality: quality.value ?? 0,
    ci95: quality.ci95,
  }));
}

export function fixedMarks({ fixed }: Evaluated): FixedMark[] {
  return fixed.flatMap(({ model, cost, quality }) =>
    cost.value === null || quality.value === null
      ? []
      : [{ label: model, cost: cost.value, quality: quality.value, ci95: quality.ci95 }],
  );
}

export function policyTable({ policyCurve, fixed, models }: Evaluated): ChartTable {
  const row = (name: string, w: number | null, { cost, quality }: Pick<PolicyPoint, 'cost' | 'quality'>) => [
    name,
    w,
    cost.value,
    cost.ci95?.[0] ?? null,
    cost.ci95?.[1] ?? null,
    quality.value,
    quality.ci95?.[0] ?? null,
    quality.ci95?.[1] ?? null,
  ];
  return {
    columns: [
      'policy',
      'w',
      'cost',
      'cost low',
      'cost high',
      'quality',
      'quality low',
      'quality high',
      ...models,
    ],
    rows: [
      ...policyCurve.map((point) => [
        ...row('router', point.w, point),
        ...models.map((model) => (Object.hasOwn(point.shares, model) ? point.shares[model].value : null)),
      ]),
      ...fixed.map((policy) => [
        ...row(policy.policy, null, policy),
        ...models.map((model) => Number(model === policy.model)),
      ]),
    ],
  };
}

export function describePolicy(evaluated: Evaluated, point: PolicyPoint): string {
  const quality = point.quality.value ?? 0;
  const best = evaluated.fixed.reduce((a, b) => ((b.quality.value ?? 0) > (a.quality.value ?? 0) ? b : a));
  const shares = Object.entries(point.shares)
    .map(([model, share]) => `${showPercent(share.value)} to ${model}`)
    .join(', ');
  return (
    `At w ${showNumber(point.w)} the router sends ${shares}; mean quality on ${evaluated.n} test prompts is ${showNumber(quality)}, ` +
    `${showSigned(quality - (best.quality.value ?? 0))} against ${best.model} for all, the best of the fixed policies.`
  );
}

import type { JobResult } from '../../../src/contract/methods.ts';
import type { FixedMark, PolicyLine, PolicyMark } from '../../charts/policy-layout.ts';
import { showNumber, showPercent, showSigned } from '../../charts/numbers.ts';
import type { ChartTable } from '../../charts/table.ts';
import { otherLines } from './series.ts';

/** What an evaluation of several models shows. Pure. */

type Evaluated = JobResult<'run.evaluate'>;
type PolicyPoint = Evaluated['policyCurve'][number];

/** Position of the point on the curve whose w is nearest. */
export function nearestTo(points: readonly PolicyPoint[], w: number): number {
  return points.reduce((best, p, k) => (Math.abs(p.w - w) < Math.abs(points[best].w - w) ? k : best), 0);
}

export function policyMarks(points: readonly PolicyPoint[]): PolicyMark[] {
  return points.map(({ cost, quality }) => ({
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

/** The other estimators and references over w, in the order and the colours of the curves of two models. */
export function policyLines(
  { policyCurves }: JobResult<'run.inspect'>,
  estimator: string,
): readonly PolicyLine[] {
  return otherLines(Object.keys(policyCurves), estimator).map((line) => ({
    ...line,
    points: policyCurves[line.id],
  }));
}

/** @param points the router's curve, with the intervals that are shown */
export function policyTable(
  { fixed, models }: Evaluated,
  points: readonly PolicyPoint[],
  lines: readonly PolicyLine[],
): ChartTable {
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
      ...points.map((point) => [
        ...row('router', point.w, point),
        ...models.map((model) => (Object.hasOwn(point.shares, model) ? point.shares[model].value : null)),
      ]),
      ...lines.flatMap((line) =>
        line.points.map(({ w, cost, quality }) => [
          line.label,
          w,
          cost,
          null,
          null,
          quality,
          null,
          null,
          ...models.map(() => null),
        ]),
      ),
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

import type { JobResult } from '../../../src/contract/methods.ts';
import type { CurvePoint, CurveSeries, FixedPoint } from '../../charts/curve-layout.ts';
import { estimatorName } from '../analysis/names.ts';

/** The lines of the cost–quality chart. Pure. */

const TONES: Readonly<Record<string, CurveSeries['tone']>> = {
  'gold-only': 4,
  'preference-only': 2,
  pooled: 3,
  knn: 7,
  'all-gold': 5,
  'r-learner': 6,
  'dr-learner': 6,
};

/** What stands beside the router from the start; the oracle would flatten the others and comes when asked for. */
export const DEFAULT_LINES: readonly string[] = ['random', 'gold-only', 'preference-only', 'pooled', 'knn'];

const ORDER = [...DEFAULT_LINES, 'all-gold', 'oracle'];

export function mainSeries(curve: readonly CurvePoint[], estimator: string): CurveSeries {
  return { id: estimator, label: estimatorName(estimator), points: curve, tone: 1 };
}

/** Every other line there is, in the order of the chips. */
export function otherSeries({ curves }: JobResult<'run.inspect'>, estimator: string): CurveSeries[] {
  return otherLines(Object.keys(curves), estimator).map((line) => ({ ...line, points: curves[line.id] }));
}

/** Names, colours and strokes of the lines beside a router. */
export function otherLines(names: readonly string[], estimator: string): Omit<CurveSeries, 'points'>[] {
  const rank = (name: string): number => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  return names
    .filter((name) => name !== estimator)
    .sort((a, b) => rank(a) - rank(b))
    .map((name) => ({
      id: name,
      label: estimatorName(name),
      tone: TONES[name] ?? 'reference',
      isDashed: name === 'random' || name === 'oracle',
    }));
}

/** The fixed policies of an evaluation that have a place in the picture. */
export function fixedPoints({ fixed }: JobResult<'run.evaluate'>): FixedPoint[] {
  return fixed.flatMap(({ policy, quality, cost }) =>
    quality.value === null || cost.value === null
      ? []
      : [{ label: estimatorName(policy), quality: quality.value, cost: cost.value }],
  );
}

/** The curve of another run of the same models, to stand beside this one. */
export function besideSeries(evaluation: JobResult<'run.evaluate'>, label: string): CurveSeries {
  return { id: `run ${evaluation.runId}`, label, points: evaluation.curve, tone: 6 };
}

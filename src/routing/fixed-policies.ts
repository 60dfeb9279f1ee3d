import type { Warning } from '../core/warning.ts';
import { quantile } from '../stats/descriptive.ts';
import { nonDecreasingHull, type CostQualityPoint } from './cost-quality.ts';
import type { Evaluation } from './evaluation.ts';
import { measure } from './measured.ts';

/** One model for every prompt: what each is worth, and whether a router is better than all of them. */

/** The fixed policies of two models or more, named for what they are. */
export function describeFixed(
  point: { readonly fixed: readonly CostQualityPoint[] },
  draws: readonly { readonly fixed: readonly CostQualityPoint[] }[],
  models: readonly string[],
): Pick<Evaluation, 'fixed' | 'mixtures'> {
  return {
    fixed: models.map((model, k) => ({
      policy: fixedPolicyName(models, k),
      model,
      quality: measure(
        point.fixed[k].quality,
        draws.map((d) => d.fixed[k].quality),
        'no figure',
      ),
      cost: measure(
        point.fixed[k].cost,
        draws.map((d) => d.fixed[k].cost),
        'no figure',
      ),
    })),
    mixtures: nonDecreasingHull(point.fixed),
  };
}

/** @param models all, the anchor last. */
export function fixedPolicyName(models: readonly string[], position: number): string {
  if (models.length === 2) return position === 0 ? 'always-strong' : 'always-cheap';
  return `always-${models[position]}`;
}

/** V(w) of the router over a fixed policy, and the same in every draw. */
export interface FixedMargin {
  readonly policy: string;
  readonly margin: number;
  readonly draws: readonly number[];
}

/** A lower bound has one side: the 5 % point of the draws is the 95 % bound. */
const LOWER_BOUND = 0.05;

/**
 * `do-not-route` stands unless the paired-bootstrap 95 % lower bounds of V(w) over every fixed policy are all above 0.
 */
export function doNotRoute(margins: readonly FixedMargin[], w: number, advice: string): Warning[] {
  const asGood = margins
    .map((margin) => ({ ...margin, low: quantile(margin.draws, LOWER_BOUND) }))
    .filter(({ low }) => !(low > 0))
    .map(({ policy, margin, low }) => describeMargin(policy, margin, low));
  if (asGood.length === 0) return [];
  return [
    {
      code: 'do-not-route',
      message:
        `Do not route with this: at w = ${w} a fixed policy is as good, as far as these test prompts can tell. ` +
        `${asGood.join(' ')} Grade more, ${advice}or use the fixed policy.`,
    },
  ];
}

function describeMargin(policy: string, margin: number, low: number): string {
  const rounded = (v: number): string => (v < -0.0005 ? '−' : '+') + Math.abs(v).toFixed(3);
  return `${policy} is as good: the router's V is ${rounded(margin)} over it, 95 % lower bound ${rounded(low)}.`;
}

import type { JobResult } from '../../../src/contract/methods.ts';
import { showInterval, showNumber, showSigned } from '../../charts/numbers.ts';
import { estimatorName } from '../analysis/names.ts';

/** What the result of a training says, in words. Pure. */

export type Trained = JobResult<'run.train'>;
export type Evaluated = JobResult<'run.evaluate'>;
export type Measured = Trained['metrics']['egMean'];

/** The interval below a number, or why there is none. */
export function noteOf(measured: Measured): string {
  return measured.ci95 === null ? (measured.reason ?? 'no interval') : showInterval(measured.ci95);
}

export function describeComparison(evaluated: Evaluated, chosen: string): string {
  const { n } = evaluated;
  const own = valueOf(evaluated, chosen);
  const strong = valueOf(evaluated, 'always-strong');
  if (own === null || strong === null) return `There is no figure: only ${n} test prompts carry gold.`;
  const fixed = strong > 0 ? 'always strong' : 'always cheap';
  const margin = own - Math.max(strong, 0);
  const [best] = orderEstimators(evaluated, chosen).filter((name) => name !== chosen && !isReference(name));
  return (
    `On ${n} test prompts with gold, ${estimatorName(chosen)} is worth ${showNumber(own)} over always cheap, ` +
    `${showSigned(margin)} against the better fixed policy (${fixed}). ` +
    `Of the others, ${estimatorName(best)} comes out highest here (${showNumber(valueOf(evaluated, best))}). ` +
    'Intervals redraw the test prompts only; where they overlap, the order may be chance.'
  );
}

/** V(0), or null where there is none. */
function valueOf({ estimators }: Evaluated, name: string): number | null {
  return Object.hasOwn(estimators, name) ? estimators[name].policyValue['0'].value : null;
}

/** Stands beside the estimators and cannot be trained. */
export function isReference(name: string): boolean {
  return REFERENCES.has(name);
}

const REFERENCES = new Set(['random', 'always-strong', 'always-cheap', 'oracle', 'all-gold']);

export function describeMeanBias({ bias, source, pair }: Trained): string {
  if (source === null) return 'Trained on gold alone: there are no preferences to correct.';
  if (bias.mean === null) return `No figure: ${bias.reason ?? 'too little data'}.`;
  const interval = bias.ci95 === null ? '' : ` (95 % interval ${showInterval(bias.ci95, showSigned)})`;
  if (bias.ci95 !== null && bias.ci95[0] <= 0 && bias.ci95[1] >= 0) {
    return `Gold minus ${source} is ${showSigned(bias.mean)} on average${interval}: not distinguishable from 0, though single prompts may differ.`;
  }
  return `Gold minus ${source} is ${showSigned(bias.mean)} on average${interval}: it favours ${bias.mean < 0 ? pair.strong : pair.cheap}.`;
}

/** Rows of the comparison in the order people look: the run's own first, then rivals by value, then the references. */
export function orderEstimators(evaluated: Evaluated, chosen: string): readonly string[] {
  const value = (name: string): number => valueOf(evaluated, name) ?? -Infinity;
  const rank = (name: string): number => (name === chosen ? 0 : isReference(name) ? 2 : 1);
  return Object.keys(evaluated.estimators).sort((a, b) => rank(a) - rank(b) || value(b) - value(a));
}

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
  const fixed = fixedPolicies(evaluated).at(0);
  if (own === null || fixed === undefined) return `There is no figure: only ${n} test prompts carry gold.`;
  const best = orderEstimators(evaluated, chosen).find((name) => name !== chosen && !isReference(name));
  return (
    `On ${n} test prompts with gold, ${estimatorName(chosen)} is worth ${showNumber(own)} over always ${evaluated.pair.cheap}, ` +
    `${showSigned(own - fixed.value)} against the best fixed policy (${estimatorName(fixed.name)}). ` +
    (best === undefined
      ? ''
      : `Of the others, ${estimatorName(best)} comes out highest here (${showNumber(valueOf(evaluated, best))}). `)
  ).trim();
}

/** V(0) of the best of the fixed policies; always the anchor is 0. */
export function bestFixedValue(evaluated: Evaluated): number {
  return Math.max(0, ...fixedPolicies(evaluated).map(({ value }) => value));
}

/** The best first. */
function fixedPolicies(evaluated: Evaluated): { readonly name: string; readonly value: number }[] {
  return Object.keys(evaluated.estimators)
    .filter((name) => name.startsWith('always-'))
    .flatMap((name) => {
      const value = valueOf(evaluated, name);
      return value === null ? [] : [{ name, value }];
    })
    .sort((a, b) => b.value - a.value);
}

/** V(0), or null where there is none. */
function valueOf({ estimators }: Evaluated, name: string): number | null {
  return Object.hasOwn(estimators, name) ? estimators[name].policyValue['0'].value : null;
}

/** Stands beside the estimators and cannot be trained. */
export function isReference(name: string): boolean {
  return REFERENCES.has(name) || name.startsWith('always-');
}

const REFERENCES = new Set(['random', 'oracle', 'all-gold']);

/** Rows of the comparison in the order people look: the run's own first, then rivals by value, then the references. */
export function orderEstimators(evaluated: Evaluated, chosen: string): readonly string[] {
  const value = (name: string): number => valueOf(evaluated, name) ?? -Infinity;
  const rank = (name: string): number => (name === chosen ? 0 : isReference(name) ? 2 : 1);
  return Object.keys(evaluated.estimators).sort((a, b) => rank(a) - rank(b) || value(b) - value(a));
}

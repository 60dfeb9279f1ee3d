/**
 * What logged decisions say about policies, from the feedback on them: off-policy evaluation.
 *
 *   s_i   score of the answer to decision i, from 0 to 1
 *   a_i   the model that was chosen; π_i the probability with which it was, given the prompt
 *   w_i   1[a_i = k] / π_i
 *
 * The logging policy itself: mean(s). Always model k: the self-normalised estimate Σ w s / Σ w (Swaminathan & Joachims
 * 2015), with the standard error √(Σ w²(s − estimate)²) / Σ w (Owen 2013, ch. 9). It needs every model to have had a chance at
 * every prompt: decisions that were certain (π = 1) say nothing about the other models.
 */
import { effectiveSampleSize, mean, variance } from '../stats/descriptive.ts';

export interface LoggedDecision {
  readonly model: string;
  /** Whose answer was judged. */
  readonly answeredBy: string;
  readonly propensity: number;
  readonly score: number;
}

/** A value with its 95 % interval, or the reason why there is none. */
export interface LoggedValue {
  readonly value: number | null;
  readonly ci95: readonly [number, number] | null;
  readonly reason?: string;
  /** How many equally weighted decisions would say as much. */
  readonly effectiveDecisions: number;
}

export interface LoggedPolicies {
  /** Decisions with feedback, whose own model answered. */
  readonly decisions: number;
  readonly logged: LoggedValue;
  readonly always: readonly ({ readonly model: string } & LoggedValue)[];
}

const Z95 = 1.959963984540054;
/** Below so many, a normal interval is not one. */
const FEWEST = 20;

function none(reason: string): LoggedValue {
  return { value: null, ci95: null, reason, effectiveDecisions: 0 };
}

function withInterval(value: number, error: number, effectiveDecisions: number): LoggedValue {
  if (effectiveDecisions < FEWEST) {
    const reason = `as much as ${Math.floor(effectiveDecisions)} decisions say: too few for an interval`;
    return { value, ci95: null, reason, effectiveDecisions };
  }
  // Both are means of scores: what is beyond 0 or 1 cannot be.
  const ci95: readonly [number, number] = [
    Math.max(0, value - Z95 * error),
    Math.min(1, value + Z95 * error),
  ];
  return { value, ci95, effectiveDecisions };
}

function valueOfAlways(model: string, rows: readonly LoggedDecision[]): LoggedValue {
  const certain = rows.filter((row) => row.propensity === 1).length;
  if (certain > 0) {
    return none(`${certain} of ${rows.length} decisions left nothing to chance: serve with exploration`);
  }
  const weights = rows.map((row) => (row.model === model ? 1 / row.propensity : 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return none('this model was never chosen');
  const value = rows.reduce((sum, row, i) => sum + weights[i] * row.score, 0) / total;
  const squares = rows.reduce((sum, row, i) => sum + (weights[i] * (row.score - value)) ** 2, 0);
  return withInterval(value, Math.sqrt(squares) / total, effectiveSampleSize(weights));
}

/** Decisions whose answer came from another model (a failover) are left out: they say nothing about the choice. */
export function valueOfLoggedPolicies(all: readonly LoggedDecision[]): LoggedPolicies {
  const rows = all.filter((row) => row.model === row.answeredBy);
  const models = [...new Set(rows.map((row) => row.model))].sort();
  if (rows.length === 0) return { decisions: 0, logged: none('no feedback'), always: [] };
  const scores = rows.map((row) => row.score);
  const error = rows.length < 2 ? 0 : Math.sqrt(variance(scores, 1) / rows.length);
  return {
    decisions: rows.length,
    logged: withInterval(mean(scores), error, rows.length),
    always: models.map((model) => ({ model, ...valueOfAlways(model, rows) })),
  };
}

import { AppError } from '../core/errors.ts';
import type { Clock } from '../core/clock.ts';
import type { JobControl } from '../core/progress.ts';
import type { Warning } from '../core/warning.ts';
import type { EstimatorName } from '../causal/estimators.ts';
import { LEAST_GOLD } from '../causal/fit.ts';
import { prepareFeatureInputs } from '../features/feature-inputs.ts';
import { mean, variance } from '../stats/descriptive.ts';
import { withNearDuplicates } from './near-duplicate-groups.ts';
import { COST_WEIGHTS } from './policy-value.ts';
import {
  eligibleRows,
  replicateRound,
  type ReplicateConfig,
  type RoundResult,
  type RoundRow,
} from './replicate-round.ts';
import type { PairSnapshot, Stage } from './snapshot.ts';

/**
 * The paper's protocol (Zhang et al. 2025, section 5): many random splits into test, gold and preference-only prompts;
 * every estimator on each; means with Nadeau–Bengio standard errors. The mask of an import is ignored: rounds draw gold
 * from all there is.
 */

export interface MeanWithError {
  readonly mean: number | null;
  readonly se: number | null;
  readonly reason?: string;
}

export interface ReplicateRow {
  readonly name: string;
  readonly egMean: MeanWithError;
  readonly egTruncatedMean: MeanWithError;
  readonly apgr: MeanWithError;
  readonly gainRelMse: MeanWithError;
  readonly policyValue: Readonly<Record<string, MeanWithError>>;
  readonly secondsPerRound: number;
}

export interface ReplicateReport {
  readonly pair: { readonly strong: string; readonly cheap: string };
  readonly source: string | null;
  readonly stage: Stage;
  readonly isSimulated: boolean;
  readonly isPaired: boolean;
  readonly rounds: number;
  readonly nGold: number;
  readonly nTest: number;
  readonly estimators: readonly ReplicateRow[];
  /** auto's weights, mean over the rounds. */
  readonly auto: { readonly weights: Readonly<Record<string, number>> };
  readonly counts: {
    readonly eligible: number;
    readonly gold: number;
    readonly preference: number;
    readonly paired: number;
  };
  readonly warnings: readonly Warning[];
}

/** @throws AppError `not-enough-data` where the eligible prompts do not suffice for the wanted split. */
export function checkReplicate(snapshot: PairSnapshot, config: ReplicateConfig): void {
  const rows = eligibleRows(snapshot);
  const withPreference = rows.filter((i) =>
    snapshot.preferences.some(({ gain }) => Number.isFinite(gain[i])),
  ).length;
  const details = {
    eligible: rows.length,
    withPreference,
    nTest: config.nTest,
    nGold: config.nGold,
  };
  const fail = (message: string): never => {
    throw new AppError('not-enough-data', message, { details });
  };
  const source = snapshot.preferences.at(0)?.source;
  if (source === undefined) fail('Replicate compares gold with preferences: name a source with --source.');
  if (config.nGold < LEAST_GOLD)
    fail(`Replicate needs at least ${LEAST_GOLD} gold prompts a round, asked for ${config.nGold}.`);
  if (rows.length < config.nTest + config.nGold + LEAST_GOLD || withPreference < LEAST_GOLD) {
    fail(
      `Asked for ${config.nTest} test and ${config.nGold} gold prompts and some with preferences only, but ${rows.length} ` +
        `prompts have gold for both models, ${withPreference} of them a preference of ${source ?? 'a source'}.`,
    );
  }
}

/** Runs the given rounds; rounds do not depend on each other, so any worker may run any of them. */
export function runRounds(
  snapshot: PairSnapshot,
  config: ReplicateConfig,
  rounds: readonly number[],
  clock: Clock,
  control: JobControl,
): RoundResult[] {
  checkReplicate(snapshot, config);
  const prepared = prepareFeatureInputs(snapshot);
  // A prompt and its near-copy are never on two sides of a round's split.
  const grouped = withNearDuplicates(snapshot).snapshot;
  return rounds.map((round, i) => {
    control.throwIfCancelled();
    const result = replicateRound(grouped, prepared, config, round, clock, control);
    control.report({
      stage: 'rounds',
      fraction: (i + 1) / rounds.length,
      done: i + 1,
      total: rounds.length,
      unit: 'rounds',
    });
    return result;
  });
}

/** The table over all rounds, whatever worker ran them. */
export function summariseRounds(
  snapshot: PairSnapshot,
  config: ReplicateConfig,
  results: readonly RoundResult[],
): ReplicateReport {
  const rounds = [...results].sort((a, b) => a.round - b.round);
  const { counts } = rounds[0];
  // Labelled training prompts; a doubly labelled one is one prompt.
  const nTrain = counts.nGold + counts.nPreference - counts.nPaired;
  const error = (values: readonly number[]): number => nadeauBengioError(values, config.nTest / nTrain);
  const summarise = (values: readonly (number | null)[], reason: string): MeanWithError => {
    const known = values.filter((v): v is number => v !== null && Number.isFinite(v));
    if (known.length === 0) return { mean: null, se: null, reason };
    const all = known.length === values.length;
    return {
      mean: mean(known),
      se: known.length > 1 ? error(known) : null,
      ...(all ? {} : { reason: `over ${known.length} of ${values.length} rounds; elsewhere ${reason}` }),
    };
  };
  // Whether an estimator applies hangs on a round's labels: paired ones need every preference.
  const names = [...new Set(rounds.flatMap((round) => round.rows.map((row) => row.name)))];
  return {
    pair: { strong: snapshot.strong, cheap: snapshot.cheap },
    source: snapshot.preferences.at(0)?.source ?? null,
    stage: snapshot.stage,
    isSimulated: snapshot.isSimulated,
    isPaired: config.isPaired,
    rounds: rounds.length,
    nGold: config.nGold,
    nTest: config.nTest,
    estimators: names.map((name) => {
      const found = rounds.map((round) => ({ round, row: round.rows.find((row) => row.name === name) }));
      const over = (
        figure: (row: RoundRow, round: RoundResult) => number | null,
        reason: string,
      ): MeanWithError =>
        summarise(
          found.map(({ round, row }) => (row === undefined ? null : figure(row, round))),
          found.every(({ row }) => row !== undefined) ? reason : 'it does not apply to the labels',
        );
      return {
        name,
        egMean: over((row) => row.scores.egMean, 'no figure'),
        egTruncatedMean: over((row) => row.scores.egTruncatedMean, 'no figure'),
        apgr: over(apgrOf, 'the mean gain is within two standard errors of 0'),
        gainRelMse: over((row) => row.scores.gainRelMse, 'a fixed policy predicts no gain'),
        policyValue: Object.fromEntries(
          COST_WEIGHTS.map((w, k) => [String(w), over((row) => row.scores.policyValue[k], 'no figure')]),
        ),
        secondsPerRound: mean(found.flatMap(({ row }) => (row === undefined ? [] : [row.seconds]))),
      };
    }),
    auto: { weights: meanWeights(rounds) },
    counts: {
      eligible: eligibleRows(snapshot).length,
      gold: counts.nGold,
      preference: counts.nPreference,
      paired: counts.nPaired,
    },
    warnings: snapshot.warnings,
  };
}

function apgrOf(row: RoundRow, round: RoundResult): number | null {
  if (Math.abs(round.gap.mean) < 2 * round.gap.error) return null;
  return 0.5 + row.scores.area / row.scores.meanGain;
}

/**
 * Standard error of a mean over J overlapping random splits: √((1/J + n_test/n_train) s²) (Nadeau & Bengio 2003,
 * doi 10.1023/A:1024068626366). The naive s/√J calls the splits independent and is far too small.
 */
export function nadeauBengioError(values: readonly number[], testToTrain: number): number {
  return Math.sqrt((1 / values.length + testToTrain) * variance(values, 1));
}

function meanWeights(rounds: readonly RoundResult[]): Record<string, number> {
  const totals: Record<string, number> = {};
  for (const { weights } of rounds) {
    for (const [name, weight] of Object.entries(weights) as [EstimatorName, number][]) {
      totals[name] = (totals[name] ?? 0) + weight / rounds.length;
    }
  }
  return totals;
}

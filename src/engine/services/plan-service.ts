import type { MethodOutput, ParsedInput } from '../../contract/methods.ts';
import { AppError } from '../../core/errors.ts';
import { SPLIT, type PairSnapshot } from '../../routing/snapshot.ts';
import { designedMean } from '../../stats/designed-mean.ts';
import {
  budgetRows,
  gradesForHalfWidth,
  gradesForHalfWidthInterval,
  pairedCorrelation,
  pairedCorrelationInterval,
  type BudgetData,
  type BudgetRow,
} from '../../stats/grading-budget.ts';
import type { Session } from '../session.ts';
import { readPairSnapshot } from './snapshot-service.ts';

type Plan = MethodOutput<'plan.budget'>;

const LEAST_GOLD = 10;

/** How many more grades buy how much narrower an interval of the mean gain, outside the test set. */
export function planBudget(session: Session, input: ParsedInput<'plan.budget'>): Plan {
  const { strong, cheap, source, seed } = input;
  const snapshot = readPairSnapshot(session, { strong, cheap, source, stage: 'route', signals: [] });
  const rows = Array.from(snapshot.split.keys()).filter((i) => snapshot.split[i] !== SPLIT.test);
  const graded = rows.filter((i) => Number.isFinite(snapshot.goldGain[i]));
  if (graded.length < LEAST_GOLD) {
    throw new AppError(
      'not-enough-data',
      `${graded.length} prompts outside the test set have gold for these models, and a plan needs ${LEAST_GOLD}: grade some first.`,
    );
  }
  const preference = snapshot.preferences.at(0);
  const gainOf = (i: number): number => preference?.gain[i] ?? Number.NaN;
  const data: BudgetData = {
    gold: Float64Array.from(graded, (i) => snapshot.goldGain[i]),
    preference: Float64Array.from(graded, gainOf),
    unlabelled: rows.filter((i) => !Number.isFinite(snapshot.goldGain[i]) && Number.isFinite(gainOf(i)))
      .length,
  };
  const amounts = [...new Set([0, ...input.more])].sort((a, b) => a - b);
  const table = budgetRows(data, amounts, seed);
  const correlation = pairedCorrelation(data);
  const targets = input.targets.map((halfWidth) => {
    const more = gradesForHalfWidth(data, halfWidth);
    return {
      halfWidth,
      more,
      ci95: more === null ? null : gradesForHalfWidthInterval(data, halfWidth, seed),
    };
  });
  return {
    graded: graded.length,
    unlabelled: data.unlabelled,
    source: preference?.source ?? null,
    correlation: Number.isFinite(correlation)
      ? {
          value: correlation,
          ci95: pairedCorrelationInterval(data, seed),
        }
      : {
          value: null,
          ci95: null,
          reason: 'no graded prompt was judged by the source, or one of the two never varies',
        },
    meanGain: meanGainOf(snapshot, rows, gainOf),
    rows: table.map(({ more, halfWidth, ci95, goldOnlyHalfWidth, goldOnlyCi95 }) => ({
      more,
      halfWidth: { value: halfWidth, ci95 },
      goldOnlyHalfWidth,
      goldOnlyCi95,
    })),
    targets,
    sentence: sentenceOf(table),
    warnings: [
      {
        code: 'plan-assumes-random',
        message:
          'The plan takes further grades to be drawn evenly: an active queue needs fewer where its guesses are good.',
      },
      ...snapshot.warnings,
    ],
  };
}

/** By the logged draws: over prompts that had one. */
function meanGainOf(
  snapshot: PairSnapshot,
  rows: readonly number[],
  gainOf: (i: number) => number,
): Plan['meanGain'] {
  const designed = rows.filter((i) => Number.isFinite(snapshot.designedPropensity[i]));
  const mean = designedMean({
    gold: Float64Array.from(designed, (i) => snapshot.goldGain[i]),
    propensity: Float64Array.from(designed, (i) => snapshot.designedPropensity[i]),
    preference: Float64Array.from(designed, gainOf),
  });
  return (
    mean ?? {
      value: null,
      ci95: null,
      drawn: 0,
      reason:
        'fewer than 10 graded prompts were drawn by a queue or an import, so that no probabilities are known',
    }
  );
}

function sentenceOf(rows: readonly BudgetRow[]): string {
  const now = rows.at(0);
  const later =
    rows.find((row) => row.more > 0 && now !== undefined && row.halfWidth < 0.8 * now.halfWidth) ??
    rows.at(-1);
  if (now === undefined || later === undefined || later.more === 0) return '';
  const share = Math.round(100 * (1 - later.halfWidth / now.halfWidth));
  return `The interval of the mean gain is ±${now.halfWidth.toFixed(3)} now; ${later.more} more grades would make it ±${later.halfWidth.toFixed(3)}, ${share} % narrower.`;
}

import { fitEstimators } from '../causal/fit.ts';
import { LEAST_GOLD } from '../causal/fit.ts';
import { rowsWhere, selectRows, type Sample } from '../causal/sample.ts';
import type { Matrix } from '../core/matrix.ts';
import type { JobControl } from '../core/progress.ts';
import { createRng, deriveSeed } from '../core/rng.ts';
import { predict } from '../learners/model.ts';
import type { Measured } from '../runtime/manifest.ts';
import { mean, standardDeviation } from '../stats/descriptive.ts';
import { budgetRows, gradesForHalfWidth, type BudgetData } from '../stats/grading-budget.ts';
import { Z95 } from '../stats/normal.ts';
import { exact, unknown, type Diagnostic } from './diagnostics-types.ts';
import { policyValue, scorePredictions } from './policy-value.ts';

/** How good a router trained on part of the gold is, at one amount of gold. */
export interface LearningPoint {
  readonly nGold: number;
  readonly egMean: number;
  readonly gainRelMse: number;
  readonly policyValue: number;
  /** Standard deviations over the subsamples. */
  readonly egSpread: number;
  readonly mseSpread: number;
  readonly repeats: number;
}

export interface LearningInput {
  readonly sample: Sample;
  readonly selectedOnVerdict: boolean;
  readonly testX: Matrix;
  readonly testGain: Float64Array;
  readonly w: number;
  readonly seed: number;
}

const FRACTIONS: readonly number[] = [0.25, 0.5, 0.75, 1];
const REPEATS = 6;
/** More prompts than this make the curve slow and move it little. */
const MOST_ROWS = 3000;

/** Trains auto on parts of the gold, drawn anew each time; prompts that lose their gold keep their preference. */
export function learningCurve(input: LearningInput, control: JobControl): readonly LearningPoint[] {
  const sample = fewerRows(input.sample, input.seed);
  const gold = rowsWhere(sample.hasGold);
  const sizes = [...new Set(FRACTIONS.map((f) => Math.round(f * gold.length)))].filter(
    (n) => n >= 2 * LEAST_GOLD,
  );
  const jobs = sizes.flatMap((size) =>
    Array.from({ length: size === gold.length ? 1 : REPEATS }, (_, k) => ({ size, k })),
  );
  const results = jobs.map(({ size, k }, i) => {
    control.throwIfCancelled();
    const order = createRng(deriveSeed(input.seed, 'learning', size, k)).permutation(gold.length);
    const kept = new Set(Array.from(order.slice(0, size), (position) => gold[position]));
    const reduced = withLessGold(sample, kept, size / gold.length);
    const fit = fitEstimators(reduced, {
      scheme: { kind: 'grouped', repeats: 1, seed: input.seed },
      crossValidationScheme: { kind: 'grouped', repeats: 1, seed: input.seed },
      selectedOnVerdict: input.selectedOnVerdict,
      clock: () => 0,
    });
    const predicted = predict(fit.auto.model, input.testX);
    const { egMean, gainRelMse } = scorePredictions(predicted, input.testGain);
    const unit = new Float64Array(predicted.length).fill(1);
    control.report({ stage: 'learning curve', fraction: (i + 1) / jobs.length });
    return { size, egMean, gainRelMse, value: policyValue(predicted, input.testGain, unit, input.w) };
  });
  return sizes.map((nGold) => {
    const own = results.filter(({ size }) => size === nGold);
    const spread = (values: number[]): number => (values.length < 2 ? 0 : standardDeviation(values, 1));
    return {
      nGold,
      egMean: mean(own.map((r) => r.egMean)),
      gainRelMse: mean(own.map((r) => r.gainRelMse)),
      policyValue: mean(own.map((r) => r.value)),
      egSpread: spread(own.map((r) => r.egMean)),
      mseSpread: spread(own.map((r) => r.gainRelMse)),
      repeats: own.length,
    };
  });
}

function withLessGold(sample: Sample, kept: ReadonlySet<number>, share: number): Sample {
  const hasGold = sample.hasGold.map((t, i) => Number(t === 1 && kept.has(i)));
  const labelled = Int32Array.from(sample.group.keys()).filter(
    (i) => hasGold[i] === 1 || sample.sources.some((source) => source.hasPreference[i] === 1),
  );
  return selectRows({ ...sample, hasGold, propensity: sample.propensity.map((p) => p * share) }, labelled);
}

/** All gold and a random part of the rest. */
function fewerRows(sample: Sample, seed: number): Sample {
  const n = sample.group.length;
  if (n <= MOST_ROWS) return sample;
  const gold = rowsWhere(sample.hasGold);
  const others = Int32Array.from(sample.group.keys()).filter((i) => sample.hasGold[i] === 0);
  const room = Math.max(MOST_ROWS - gold.length, 0);
  const order = createRng(deriveSeed(seed, 'learning-rows')).permutation(others.length).slice(0, room);
  const rows = Int32Array.from([...gold, ...Array.from(order, (position) => others[position])]).sort();
  // Fewer prompts without gold: gold is more likely than it was, by the share that was left out.
  const left = room / Math.max(others.length, 1);
  const chosen = selectRows(sample, rows);
  return { ...chosen, propensity: chosen.propensity.map((p) => p / (p + (1 - p) * Math.min(left, 1))) };
}

const TITLE = 'What more grades would buy';
const UNIT = 'relative MSE expected with twice the gold, minus that of now';

export interface PowerInput {
  readonly points: readonly LearningPoint[];
  /** Of V(w) on test gold now. */
  readonly value: Measured;
  readonly w: number;
  readonly nTest: number;
  /** What ungraded test prompts help with; null: nothing. */
  readonly budget: BudgetData | null;
}

/**
 * Training: relative MSE falls about like a + b/n; the line through the curve says what twice the gold would give. Testing:
 * an interval shrinks like 1/√n, so half the width takes four times the graded test prompts.
 */
export function powerDiagnostic({ points, value, w, nTest, budget }: PowerInput): Diagnostic {
  if (points.length < 3) {
    return unknown(
      'power',
      TITLE,
      UNIT,
      `a curve needs at least ${8 * LEAST_GOLD} gold prompts in training and 20 graded test prompts (there are ${nTest})`,
    );
  }
  const { slope, error } = lineInInverse(points);
  const now = points[points.length - 1];
  const change = -slope / (2 * now.nGold);
  const reach = (Z95 * error) / (2 * now.nGold);
  const ci95: readonly [number, number] = [change - reach, change + reach];
  const isWorth = ci95[1] < -0.005;
  const width = value.ci95 === null ? null : (value.ci95[1] - value.ci95[0]) / 2;
  const count = (n: number): string => n.toLocaleString('en-US');
  return {
    name: 'power',
    title: TITLE,
    verdict: 'fine',
    value: { value: change, ci95 },
    unit: UNIT,
    sentence:
      (isWorth
        ? `Grading ${count(now.nGold)} more training prompts would lower the relative MSE by about ${(-change).toFixed(3)}, from ${now.gainRelMse.toFixed(3)}. `
        : `More graded training prompts would change little: the curve is flat at ${count(now.nGold)} gold prompts (${now.gainRelMse.toFixed(3)}). `) +
      describeTestGrades(w, nTest, width, budget),
    warningCode: null,
    figures: [
      ...points.flatMap((p) => [
        { name: `relative MSE with ${p.nGold} gold`, value: meanOver(p.gainRelMse, p.mseSpread, p.repeats) },
        { name: `efficiency gain with ${p.nGold} gold`, value: meanOver(p.egMean, p.egSpread, p.repeats) },
      ]),
      ...testGradeFigures(w, nTest, width, budget),
    ],
    picture: {
      xLabel: 'gold prompts in training',
      yLabel: 'relative MSE on test gold',
      xScale: 'log',
      series: [
        {
          name: 'auto, on parts of the gold',
          mark: 'line',
          points: points.map((p) => ({
            x: p.nGold,
            y: p.gainRelMse,
            ci95: meanOver(p.gainRelMse, p.mseSpread, p.repeats).ci95,
            label: p.repeats === 1 ? 'all the gold' : `${p.repeats} draws`,
          })),
        },
        {
          name: 'expected with more',
          mark: 'points',
          points: [
            {
              x: 2 * now.nGold,
              y: now.gainRelMse + change,
              ci95: [now.gainRelMse + ci95[0], now.gainRelMse + ci95[1]],
            },
          ],
        },
      ],
      references: [{ kind: 'y', value: 1, label: 'the mean gain alone' }],
    },
  };
}

const MORE_GRADES: readonly number[] = [50, 100, 200, 400];
const BUDGET_SEED = 1;

/** What more graded test prompts do for V(w): with PPI++ where ungraded ones help, else width falls like 1/√n. */
function describeTestGrades(
  w: number,
  nTest: number,
  width: number | null,
  budget: BudgetData | null,
): string {
  const count = (n: number): string => n.toLocaleString('en-US');
  if (budget !== null) {
    const [now] = budgetRows(budget, [0], BUDGET_SEED);
    const half = now.halfWidth / 2;
    const needed = gradesForHalfWidth(budget, half);
    return (
      `With the help of ${count(budget.unlabelled)} ungraded test prompts V(${w}) is known to ±${now.halfWidth.toFixed(3)} ` +
      `(±${now.goldOnlyHalfWidth.toFixed(3)} from ${count(nTest)} graded ones alone); ±${half.toFixed(3)} takes ` +
      (needed === null ? 'more grades than there could be.' : `about ${count(needed)} more grades.`)
    );
  }
  return width === null
    ? ''
    : `V(${w}) is known to ±${width.toFixed(3)} from ${count(nTest)} graded test prompts; ±${(width / 2).toFixed(3)} takes about ${count(3 * nTest)} more.`;
}

function testGradeFigures(
  w: number,
  nTest: number,
  width: number | null,
  budget: BudgetData | null,
): Diagnostic['figures'] {
  if (budget !== null) {
    return budgetRows(budget, [0, ...MORE_GRADES], BUDGET_SEED).map(({ more, halfWidth, ci95 }) => ({
      name: `half-width of V(${w}) with ${more} more test grades (PPI++)`,
      value: { value: halfWidth, ci95 },
    }));
  }
  if (width === null) return [];
  return [
    {
      name: `graded test prompts for half the interval of V(${w})`,
      value: exact(4 * nTest, 'width falls like 1/√n'),
    },
  ];
}

/** Spread over draws of the gold: the test prompts stay the same. */
function meanOver(value: number, spread: number, repeats: number): Measured {
  if (repeats < 2) return exact(value, 'one fit with all the gold');
  const reach = (Z95 * spread) / Math.sqrt(repeats);
  return { value, ci95: [value - reach, value + reach] };
}

/** Least squares of relative MSE on 1/n, weighted by the number of draws; the error from the spread of the draws. */
function lineInInverse(points: readonly LearningPoint[]): { readonly slope: number; readonly error: number } {
  const total = points.reduce((sum, p) => sum + p.repeats, 0);
  const centre = points.reduce((sum, p) => sum + p.repeats / p.nGold, 0) / total;
  const level = points.reduce((sum, p) => sum + p.repeats * p.gainRelMse, 0) / total;
  let [cross, square, noise] = [0, 0, 0];
  const typical = mean(points.filter((p) => p.repeats > 1).map((p) => p.mseSpread));
  for (const p of points) {
    const x = 1 / p.nGold - centre;
    cross += p.repeats * x * (p.gainRelMse - level);
    square += p.repeats * x * x;
    noise += p.repeats * (x * (p.repeats > 1 ? p.mseSpread : typical)) ** 2;
  }
  return { slope: cross / square, error: Math.sqrt(noise) / square };
}

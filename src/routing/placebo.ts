import { makeFolds } from '../causal/folds.ts';
import { estimateMeanBias } from '../causal/mean-bias.ts';
import { createProblem } from '../causal/nuisances.ts';
import type { Sample, SourceLabels } from '../causal/sample.ts';
import { createRng, deriveSeed } from '../core/rng.ts';
import { selectRows } from '../causal/sample.ts';
import { between, holds, signed, unknown, type Diagnostic } from './diagnostics-types.ts';

/**
 * Placebo: one source against itself. Its prompts are split by a coin into two halves; the mean Δ between the halves is 0,
 * so that its interval, made by the same code as that of the real bias, must hold 0: in 19 of 20 splits.
 */
const SPLITS = 20;
/** More prompts than this sharpen a picture that is clear already. */
const MOST_ROWS = 2000;
const LEAST_ROWS = 50;
/** P(more than 4 of 20 at 5 %) = 0.3 %. */
const MOST_MISSES = 4;

const TITLE = 'Placebo';
const UNIT = 'mean Δ between halves of one source';

/** @param source undefined: there is none */
export function placebo(sample: Sample, source: SourceLabels | undefined, seed: number): Diagnostic {
  const judged = Int32Array.from(sample.group.keys()).filter((i) => source?.hasPreference[i] === 1);
  if (source === undefined || judged.length < LEAST_ROWS) {
    return unknown(
      'placebo',
      TITLE,
      UNIT,
      `there are ${judged.length} preferences, at least ${LEAST_ROWS} are needed`,
    );
  }
  const splits = Array.from({ length: SPLITS }, (_, k) => {
    const rng = createRng(deriveSeed(seed, 'placebo', k));
    const order = rng.permutation(judged.length);
    const rows = order
      .slice(0, MOST_ROWS)
      .map((position) => judged[position])
      .sort();
    return halves({ ...sample, sources: [source] }, rows, deriveSeed(seed, 'placebo-halves', k));
  });
  const missed = splits.filter(({ ci95 }) => !holds(ci95, 0)).length;
  const isBad = missed > MOST_MISSES;
  const [first] = splits;
  return {
    name: 'placebo',
    title: TITLE,
    verdict: isBad ? 'bad' : 'fine',
    value: { value: first.mean, ci95: first.ci95 },
    unit: UNIT,
    sentence:
      `Between random halves of ${source.name} there is no bias to find; ${missed} of ${SPLITS} intervals miss 0, where 1 is expected` +
      (isBad
        ? ': intervals of this run are too short to be believed.'
        : ` (one split: ${signed(first.mean)}, 95 %: ${between(first.ci95)}).`),
    warningCode: isBad ? 'placebo-failed' : null,
    figures: [
      {
        name: 'splits whose interval misses 0',
        value: { value: missed / SPLITS, ci95: null, reason: `of ${SPLITS} splits of the same prompts` },
      },
    ],
    picture: {
      xLabel: 'random split',
      yLabel: 'Δ between halves',
      xScale: 'linear',
      series: [
        {
          name: source.name,
          mark: 'points',
          points: splits.map(({ mean, ci95 }, k) => ({ x: k + 1, y: mean, ci95 })),
        },
      ],
      references: [{ kind: 'y', value: 0, label: 'no bias' }],
    },
  };
}

/** Mean Δ, doubly robust, between the prompts that a coin calls gold and the others. Copies fall on one side. */
function halves(
  sample: Sample,
  rows: Int32Array,
  seed: number,
): { readonly mean: number; readonly ci95: readonly [number, number] } {
  const chosen = selectRows(sample, rows);
  const [source] = chosen.sources;
  const rng = createRng(seed);
  const side = new Map<number, number>();
  const hasGold = Uint8Array.from(chosen.group, (group) => {
    const known = side.get(group) ?? Number(rng.uniform() < 0.5);
    side.set(group, known);
    return known;
  });
  const split: Sample = {
    ...chosen,
    hasGold,
    goldGain: source.preferenceGain,
    sources: [{ ...source, hasPreference: hasGold.map((t) => 1 - t) }],
    propensity: new Float64Array(rows.length).fill(0.5),
  };
  const problem = createProblem(split, makeFolds(split, { kind: 'grouped', repeats: 1, seed }));
  return estimateMeanBias(problem, problem.sources[0]);
}

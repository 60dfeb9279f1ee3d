import { describe, expect, it } from 'vitest';
import { activeFeatures, type ActiveRow } from '../../src/annotate/active-features.ts';
import { activeUtility, estimateActive } from '../../src/annotate/active-model.ts';
import { drawItems, drawProbabilities } from '../../src/annotate/draw-design.ts';
import { createRng, deriveSeed } from '../../src/core/rng.ts';
import { designedMean } from '../../src/stats/designed-mean.ts';

const RUNS = 200;
const PROMPTS = 3000;
const PILOT = 60;
const BUDGET = 300;
/** Where the judge is nearly right, and where it guesses. */
const EASY = { share: 0.8, bias: 0.05, noise: 0.1 } as const;
const HARD = { share: 0.2, bias: 0.3, noise: 0.9 } as const;
/** E r, as y has mean 0.1 everywhere. */
const TRUTH = 0.1 + EASY.share * EASY.bias + HARD.share * HARD.bias;

interface World {
  readonly rows: readonly ActiveRow[];
  readonly gold: Float64Array;
}

/** Prompts of two kinds that their category tells apart; a judge whose error depends on the kind. */
function world(seed: number): World {
  const rng = createRng(deriveSeed(seed, 'world'));
  const rows: ActiveRow[] = [];
  const gold = new Float64Array(PROMPTS);
  for (let i = 0; i < PROMPTS; i++) {
    const isHard = rng.uniform() < HARD.share;
    const { bias, noise } = isHard ? HARD : EASY;
    const preference = 0.1 + 0.5 * rng.normal();
    gold[i] = preference + bias + noise * rng.normal();
    rows.push({
      text: 'x'.repeat(20 + Math.floor(200 * rng.uniform())),
      category: isHard ? 'hard' : 'easy',
      language: null,
      preference,
    });
  }
  return { rows, gold };
}

interface Interval {
  readonly value: number;
  readonly ci95: readonly [number, number];
}

/** A pilot drawn evenly teaches the draw; the estimate is of the prompts after it, by the probabilities that were logged. */
function estimate(seed: number, design: 'random' | 'active', looksAt: 'prompt' | 'verdict'): Interval {
  const { rows, gold } = world(seed);
  const rest = rows.slice(PILOT);
  const n = rest.length;
  const preference = Float64Array.from(rest, (row) => row.preference);
  const known = estimateActive({
    features: activeFeatures(rows, looksAt === 'verdict'),
    preference: Float64Array.from(rows, (row) => row.preference),
    gold: gold.map((r, i) => (i < PILOT ? r : Number.NaN)),
    seed,
  });
  const scores =
    design === 'random'
      ? new Float64Array(n).fill(1)
      : activeUtility(known.error.subarray(PILOT), known.gain.subarray(PILOT), 0).scores;
  const propensity = drawProbabilities(scores, BUDGET, design === 'random' ? 1 : 0.3);
  const drawn = drawItems(
    propensity,
    rest.map((_, i) => i),
    deriveSeed(seed, design),
  );
  const seen = gold.slice(PILOT).map((r, i) => (drawn[i] === 1 ? r : Number.NaN));
  const mean = designedMean({ gold: seen, propensity, preference });
  if (mean === null) throw new Error('expected enough gold');
  return mean;
}

function summarise(design: 'random' | 'active', looksAt: 'prompt' | 'verdict') {
  const all = Array.from({ length: RUNS }, (_, i) => estimate(i + 1, design, looksAt));
  const covered = all.filter(({ ci95 }) => ci95[0] <= TRUTH && TRUTH <= ci95[1]).length / RUNS;
  const widths = all.map(({ ci95 }) => ci95[1] - ci95[0]);
  const errors = all.map(({ value }) => value - TRUTH);
  const bias = errors.reduce((sum, error) => sum + error, 0) / RUNS;
  const sd = Math.sqrt(errors.reduce((sum, error) => sum + (error - bias) ** 2, 0) / (RUNS - 1));
  const width = widths.reduce((sum, each) => sum + each, 0) / RUNS;
  return { covered, width, bias, standardError: sd / Math.sqrt(RUNS) };
}

describe('active sampling with logged probabilities, over 200 seeded draws', () => {
  const random = summarise('random', 'prompt');

  it.each(['prompt', 'verdict'] as const)(
    'that looks at the %s is unbiased, covers, and needs fewer grades',
    (looksAt) => {
      const active = summarise('active', looksAt);
      // Width goes with one over the root of the grades.
      const sameWidth = BUDGET * (random.width / active.width) ** 2;
      process.stdout.write(
        `\nlooks at the ${looksAt}: coverage ${(100 * active.covered).toFixed(1)} % (random ${(100 * random.covered).toFixed(1)} %), ` +
          `width ${active.width.toFixed(4)} against ${random.width.toFixed(4)} with ${BUDGET} grades: ` +
          `random needs ${sameWidth.toFixed(0)} grades for the same width, active sampling ` +
          `${(100 * (1 - BUDGET / sameWidth)).toFixed(0)} % fewer\n`,
      );
      for (const each of [random, active]) {
        expect(each.covered).toBeGreaterThanOrEqual(0.9);
        expect(each.covered).toBeLessThanOrEqual(0.98);
        expect(Math.abs(each.bias)).toBeLessThan(3 * each.standardError);
      }
      expect(sameWidth).toBeGreaterThan(1.2 * BUDGET);
    },
  );
});

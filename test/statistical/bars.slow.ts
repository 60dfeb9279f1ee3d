import { describe, expect, it } from 'vitest';
import { predict } from '../../src/learners/model.ts';
import { scorePredictions, type Scores } from '../../src/routing/policy-value.ts';
import { mean } from '../../src/stats/descriptive.ts';
import { evaluateOn } from '../support/evaluate-world.ts';
import { fitDefault } from '../support/world-fit.ts';
import {
  generateSelected,
  generateWorld,
  worldSample,
  worldTest,
  WORLDS,
  type WorldName,
} from '../support/worlds.ts';

const SEEDS = Array.from({ length: 30 }, (_, i) => i + 1);

type Table = Record<WorldName, Record<string, { egMean: number; relMse: number }>>;

/** Mean EG × 1000 and relative MSE of each estimator in each world, over the seeds. */
function measure(goldCount: number, isPaired: boolean): Table {
  const rows = WORLDS.map((name) => {
    const scores: Record<string, Scores[]> = {};
    for (const seed of SEEDS) {
      const world = generateWorld(name, seed);
      const test = worldTest(world);
      const fit = fitDefault(worldSample(world, goldCount, isPaired), seed);
      for (const [estimator, { model }] of [...Object.entries(fit.estimates), ['auto', fit.auto] as const]) {
        (scores[estimator] ??= []).push(scorePredictions(predict(model, test.x), test.psi));
      }
    }
    const summary = Object.fromEntries(
      Object.entries(scores).map(([estimator, list]) => [
        estimator,
        { egMean: 1000 * mean(list.map((s) => s.egMean)), relMse: mean(list.map((s) => s.gainRelMse)) },
      ]),
    );
    return [name, summary] as const;
  });
  return Object.fromEntries(rows) as Table;
}

function print(title: string, table: Table): void {
  const lines = Object.keys(table.null).map((estimator) => {
    const cells = WORLDS.map((world) => {
      const { egMean, relMse } = table[world][estimator];
      return `${egMean.toFixed(1)} / ${relMse.toFixed(2)}`.padStart(14);
    });
    return estimator.padEnd(20) + cells.join('');
  });
  process.stdout.write(
    `\n${title}\n${' '.repeat(20)}${WORLDS.map((w) => w.padStart(14)).join('')}\n${lines.join('\n')}\n`,
  );
}

describe.each([100, 500])('auto with %i gold, 30 seeds', (goldCount) => {
  it.each([false, true])('meets the bars (paired: %s)', (isPaired) => {
    const table = measure(goldCount, isPaired);
    print(`${goldCount} gold, ${isPaired ? 'paired' : 'unpaired'}: EG × 1000 / relative MSE`, table);
    const auto = (world: WorldName) => table[world].auto;
    expect(mean(WORLDS.map((w) => auto(w).egMean))).toBeGreaterThanOrEqual(43);
    expect(mean(WORLDS.map((w) => auto(w).relMse))).toBeLessThanOrEqual(0.5);
    expect(auto('null').egMean).toBeGreaterThanOrEqual(table.null.pooled.egMean - 1.5);
    expect(auto('const').egMean).toBeGreaterThanOrEqual(table.const.pooled.egMean - 1.5);
    expect(auto('linear').egMean).toBeGreaterThanOrEqual(table.linear.pooled.egMean + 3);
    expect(auto('flip').egMean).toBeGreaterThanOrEqual(table.flip['gold-only'].egMean);
  });
});

describe.each(['selected-x', 'selected-y'] as const)('world %s, 30 seeds', (kind) => {
  it('has a mean level error of auto within .03', () => {
    const errors = SEEDS.map((seed) => {
      const { world, sample } = generateSelected(kind, seed);
      const test = worldTest(world);
      const predicted = predict(fitDefault(sample, seed).auto.model, test.x);
      return mean(predicted.map((p, i) => p - test.psi[i]));
    });
    process.stdout.write(`\n${kind}: mean level error of auto ${mean(errors).toFixed(4)}\n`);
    expect(Math.abs(mean(errors))).toBeLessThanOrEqual(0.03);
  });
});

describe('do-not-route', () => {
  it('is silent on world linear with 500 gold, in all of 30 seeds', () => {
    const loud = SEEDS.filter((seed) => {
      const world = generateWorld('linear', seed);
      const test = worldTest(world);
      const fit = fitDefault(worldSample(world, 500, false), seed);
      const evaluation = evaluateOn(test.r, predict(fit.auto.model, test.x), seed);
      return evaluation.warnings.some((warning) => warning.code === 'do-not-route');
    });
    process.stdout.write(`\ndo-not-route on linear with 500 gold: ${loud.length} of ${SEEDS.length}\n`);
    expect(loud).toEqual([]);
  });
});

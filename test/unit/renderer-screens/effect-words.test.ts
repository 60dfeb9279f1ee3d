import { describe, expect, it } from 'vitest';
import {
  describeConfusion,
  describeLength,
  describePosition,
  describeRatios,
  describeSwap,
  type Effects,
  type SourceEffects,
} from '../../../renderer/screens/bias/effect-words.ts';
import { changedPrices, readPrices } from '../../../renderer/screens/analysis/prices.ts';

const none = { value: null, ci95: null, n: 0, clusters: 0 };
const share = (value: number, low: number, high: number, n = 100) => ({
  value,
  ci95: [low, high] as const,
  n,
  clusters: n,
});
const judge: SourceEffects = {
  source: 'judge',
  isSimulated: false,
  position: { basis: 'both-orders', firstShown: share(0.62, 0.55, 0.68) },
  swap: { consistent: share(0.7, 0.6, 0.8), twiceFirst: 20, twiceSecond: 4, onceTie: 6 },
  length: {
    source: share(0.74, 0.7, 0.78),
    onBoth: {
      gold: share(0.69, 0.6, 0.75),
      source: share(0.74, 0.7, 0.78),
      difference: share(0.05, 0.02, 0.08),
      bins: [
        { from: 1, to: 1.25, gold: share(0.5, 0.4, 0.6, 40), source: share(0.5, 0.4, 0.6, 40) },
        { from: 3, to: null, gold: share(0.7, 0.6, 0.8, 60), source: share(0.9, 0.8, 0.95, 60) },
      ],
    },
  },
  confusion: {
    cells: [
      [30, 5, 5],
      [4, 10, 6],
      [5, 5, 30],
    ],
    n: 100,
    right: share(0.75, 0.65, 0.83, 80),
    rightWhereDecided: share(0.86, 0.76, 0.92, 70),
  },
  passes: null,
};
const effects = (...sources: SourceEffects[]): Effects => ({
  pair: null,
  gold: { left: none, longer: share(0.69, 0.65, 0.74) },
  sources,
});

describe('the sentences about habits', () => {
  it('name the side that a source prefers, on the pairs that show it', () => {
    expect(describePosition(effects(judge))).toBe(
      'judge prefers what it is shown first: 62 % (55 % to 68 %) of its verdicts go to the first response, on pairs that it judged in both orders.',
    );
    const one: SourceEffects = {
      ...judge,
      position: { basis: 'one-order', firstShown: share(0.6, 0.5, 0.7) },
    };
    expect(describePosition(effects(one))).toContain('in one order only');
  });

  it('say how often a verdict changes with the order, and which way it leans', () => {
    expect(describeSwap([judge])).toBe(
      'judge changes its verdict on 30.0 % of 100 pairs when the two responses change places. Where it contradicts itself with two winners, the first shown wins twice on 20 pairs and the second on 4.',
    );
  });

  it('hold the taste for length against gold on the same pairs', () => {
    expect(describeLength(effects(judge))).toContain(
      'judge takes the longer one +5.0 points more often than gold (+2.0 to +8.0): it likes length more than quality earns',
    );
    expect(describeRatios(judge)).toContain(
      'over 3 times the length of the shorter: gold prefers it in 70 %',
    );
  });

  it('count ties as wrong and say what is left where the source decides', () => {
    expect(describeConfusion(judge)).toBe(
      'judge finds the gold winner in 75 % (65 % to 83 %) of 80 pairs that have one, and in 86 % (76 % to 92 %) where it names one itself. It calls 20 of all 100 pairs a tie. Percentages are shares of a row.',
    );
  });
});

it('only whole prices that differ from the known ones are saved', () => {
  const models = [
    { name: 'large', inputUsdPerMillion: 10, outputUsdPerMillion: 30 },
    { name: 'small', inputUsdPerMillion: null, outputUsdPerMillion: null },
  ].map((model) => ({ ...model, responses: 1, responsesWithText: 1, gold: 1 }));
  const [large, small] = readPrices(models);
  expect(changedPrices(models, [large, small])).toEqual([]);
  expect(changedPrices(models, [large, { ...small, input: 0.5 }])).toEqual([]);
  expect(
    changedPrices(models, [
      { ...large, output: 40 },
      { ...small, input: 0, output: 0 },
    ]),
  ).toEqual([
    { model: 'large', inputUsdPerMillion: 10, outputUsdPerMillion: 40 },
    { model: 'small', inputUsdPerMillion: 0, outputUsdPerMillion: 0 },
  ]);
});

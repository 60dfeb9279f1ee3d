import { describe, expect, it } from 'vitest';
import { describeBias, describeBiases, type SourceBias } from '../../../renderer/screens/bias/bias-words.ts';
import { rankSources } from '../../../renderer/screens/analysis/rank-sources.ts';
import {
  bestFixedValue,
  describeComparison,
  orderEstimators,
  type Evaluated,
} from '../../../renderer/screens/train/train-words.ts';

const pair = { strong: 'large', cheap: 'small' };
const source = (name: string, mean: number | null, ci95: readonly [number, number] | null): SourceBias => ({
  source: name,
  isSimulated: false,
  nGold: 100,
  nPreference: 900,
  nPaired: 100,
  bias: { mean, ci95, ...(mean === null ? { reason: 'too few labels' } : {}) },
  slices: [],
  points: [],
  overlap: null,
  warnings: [],
});

describe('the sentence about a bias', () => {
  it('says whom the source favours, and by how much: gold minus preference below 0 flatters the strong model', () => {
    expect(describeBias(source('judge', -0.12, [-0.2, -0.04]), pair)).toBe(
      'judge favours large: it puts the gain of large 0.120 too high on average (gold − preference −0.120, 95 % interval −0.200 to −0.040).',
    );
    expect(describeBias(source('judge', 0.12, [0.04, 0.2]), pair)).toContain(
      'favours small: it puts the gain of large 0.120 too low',
    );
  });

  it('claims nothing where the interval holds 0 or there is no figure', () => {
    expect(describeBias(source('judge', 0.01, [-0.1, 0.12]), pair)).toContain(
      'no bias on average that could be told from 0',
    );
    expect(describeBias(source('judge', null, null), pair)).toBe('judge: no figure, because too few labels.');
  });

  it('sums up many sources', () => {
    const many = [
      source('a', -0.3, [-0.4, -0.2]),
      source('b', 0.1, [0.05, 0.15]),
      source('c', 0, [-0.1, 0.1]),
      source('d', -0.1, [-0.15, -0.05]),
    ];
    expect(describeBiases(many, pair)).toBe(
      'Of 4 sources, 2 favour large, 1 favour small, and 1 cannot be told from unbiased on average. Furthest off is a (−0.300, 95 % interval −0.400 to −0.200).',
    );
  });
});

describe('the comparison of estimators', () => {
  const measured = (value: number): { value: number; ci95: [number, number] } => ({
    value,
    ci95: [value - 0.01, value + 0.01],
  });
  const row = (value: number): Evaluated['estimators'][string] => ({
    egMean: measured(value),
    gainRelMse: measured(1),
    policyValue: { '0': measured(value) },
  });
  const evaluated: Evaluated = {
    runId: 'run',
    n: 200,
    pair,
    models: [pair.strong, pair.cheap],
    source: 'judge',
    sources: ['judge'],
    stage: 'route',
    isSimulated: false,
    costUnit: 'usd',
    qualityUnit: 'gold-score',
    curve: [],
    policyCurve: [],
    point: null,
    fixed: [],
    mixtures: [],
    metrics: { egMean: measured(0.1) },
    policyValue: {},
    estimators: {
      'always-cheap': row(0),
      pooled: row(0.15),
      oracle: row(0.4),
      auto: row(0.2),
      'gold-only': row(0.18),
      'always-strong': row(0.1),
    },
    assisted: { nGold: 0, nWithout: 0, proxy: 'none', design: 'uniform', values: [], reason: null },
    warnings: [],
  };

  it('begins with the router, then its rivals by value, then what it is compared with', () => {
    expect(orderEstimators(evaluated, 'auto')).toEqual([
      'auto',
      'gold-only',
      'pooled',
      'oracle',
      'always-strong',
      'always-cheap',
    ]);
  });

  it('measures the router against the best fixed policy and names its best rival', () => {
    expect(describeComparison(evaluated, 'auto')).toMatch(
      /^On 200 test prompts with gold, auto is worth 0\.200 over always small, \+0\.100 against the best fixed policy \(always strong\)\. Of the others, gold only comes out highest here \(0\.180\)/,
    );
  });

  it('takes the best of as many fixed policies as there are models', () => {
    const { estimators } = evaluated;
    const many = {
      ...evaluated,
      models: ['large', 'middle', 'small'],
      estimators: {
        auto: estimators.auto,
        'always-large': row(0.1),
        'always-middle': row(0.25),
        'always-small': row(0),
      },
    };
    expect(bestFixedValue(many)).toBe(0.25);
    expect(describeComparison(many, 'auto')).toBe(
      'On 200 test prompts with gold, auto is worth 0.200 over always small, −0.050 against the best fixed policy (always middle).',
    );
  });
});

describe('rankSources', () => {
  it('puts people before judges before simulations, then who agrees more with gold', () => {
    const status = (name: string, kind: 'crowd' | 'judge' | 'simulated', value: number) => ({
      name,
      kind,
      scale: null,
      scores: 0,
      verdicts: 10,
      prompts: 10,
      agreement: { value, ci95: null, pairs: 10 },
      agreementWithoutTies: { value, ci95: null, pairs: 10 },
    });
    const ranked = rankSources([
      status('simulation', 'simulated', 0.9),
      status('weak judge', 'judge', 0.5),
      status('good judge', 'judge', 0.8),
      status('crowd', 'crowd', 0.4),
    ]);
    expect(ranked.map((s) => s.name)).toEqual(['crowd', 'good judge', 'weak judge', 'simulation']);
  });
});

import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { valueOfLoggedPolicies, type LoggedDecision } from '../../../src/routing/logged-value.ts';

/** A world where the strong model scores more on hard prompts, and the router sends most of those to it. */
function logOf(seed: number, n: number, epsilon: number): LoggedDecision[] {
  const rng = createRng(seed);
  return Array.from({ length: n }, () => {
    const isHard = rng.uniform() < 0.4;
    const greedy = isHard ? 'strong' : 'cheap';
    const model = rng.uniform() < epsilon ? (rng.uniform() < 0.5 ? 'strong' : 'cheap') : greedy;
    const propensity = model === greedy ? 1 - epsilon / 2 : epsilon / 2;
    const quality = isHard ? (model === 'strong' ? 0.8 : 0.3) : model === 'strong' ? 0.85 : 0.8;
    return { model, answeredBy: model, propensity, score: rng.uniform() < quality ? 1 : 0 };
  });
}

const TRUE_STRONG = 0.4 * 0.8 + 0.6 * 0.85;
const TRUE_CHEAP = 0.4 * 0.3 + 0.6 * 0.8;

describe('always one model', () => {
  it('is covered by its interval as often as it says, where the naive mean is far off', () => {
    const rounds = 400;
    let coveredStrong = 0;
    let coveredCheap = 0;
    let naive = 0;
    for (let seed = 0; seed < rounds; seed++) {
      const rows = logOf(seed, 1500, 0.3);
      const { always } = valueOfLoggedPolicies(rows);
      const of = (model: string) => always.find((each) => each.model === model)?.ci95 ?? [NaN, NaN];
      const [strongLow, strongHigh] = of('strong');
      if (strongLow <= TRUE_STRONG && TRUE_STRONG <= strongHigh) coveredStrong++;
      const [cheapLow, cheapHigh] = of('cheap');
      if (cheapLow <= TRUE_CHEAP && TRUE_CHEAP <= cheapHigh) coveredCheap++;
      const own = rows.filter(({ model }) => model === 'cheap');
      naive += own.reduce((sum, { score }) => sum + score, 0) / own.length / rounds;
    }
    // 95 % ± 4 standard errors of 400 rounds.
    expect(coveredStrong / rounds).toBeGreaterThan(0.906);
    expect(coveredCheap / rounds).toBeGreaterThan(0.906);
    expect(naive - TRUE_CHEAP).toBeGreaterThan(0.1);
  });
  it('cannot be told from decisions that left nothing to chance', () => {
    const { logged, always } = valueOfLoggedPolicies(
      logOf(1, 100, 0).map((row) => ({ ...row, propensity: 1 })),
    );
    expect(logged.ci95).not.toBeNull();
    for (const { value, reason } of always) {
      expect(value).toBeNull();
      expect(reason).toBe('100 of 100 decisions left nothing to chance: serve with exploration');
    }
  });
});

it('leaves out what another model answered, and gives no interval on a few decisions', () => {
  const row = { model: 'strong', answeredBy: 'strong', propensity: 0.9, score: 1 };
  const { decisions, logged } = valueOfLoggedPolicies([row, row, { ...row, answeredBy: 'cheap', score: 0 }]);
  expect(decisions).toBe(2);
  expect(logged).toMatchObject({
    value: 1,
    ci95: null,
    reason: 'as much as 2 decisions say: too few for an interval',
  });
  expect(valueOfLoggedPolicies([])).toMatchObject({ decisions: 0, logged: { reason: 'no feedback' } });
});

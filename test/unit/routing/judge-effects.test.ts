import { describe, expect, it } from 'vitest';
import {
  effectsOf,
  emptyTally,
  tallyPrompt,
  type EffectTally,
  type JudgedPair,
} from '../../../src/routing/judge-effects.ts';
import { emptyPassTally, passConfusion, tallyScores } from '../../../src/routing/pass-confusion.ts';

function pair(given: Partial<JudgedPair>): JudgedPair {
  return {
    modelAId: 1,
    modelBId: 2,
    sign: 0,
    signAFirst: null,
    signBFirst: null,
    merged: 0,
    mergedSame: 0,
    charsA: null,
    charsB: null,
    ...given,
  };
}

/** One prompt a pair; gold says `gold`, or nothing. */
function tally(
  ...rows: readonly { readonly pair: Partial<JudgedPair>; readonly gold?: number }[]
): EffectTally {
  const counts = emptyTally();
  for (const row of rows) {
    const { gold } = row;
    tallyPrompt(counts, [pair(row.pair)], () => (gold === undefined ? null : { sign: gold }));
  }
  return counts;
}

describe('position', () => {
  it('is read off pairs judged in both orders where there are any', () => {
    const { position, swap } = effectsOf(
      tally(
        // Whatever came first wins.
        { pair: { signAFirst: 1, signBFirst: -1 } },
        { pair: { signAFirst: 1, signBFirst: -1 } },
        // Whatever came second wins.
        { pair: { signAFirst: -1, signBFirst: 1 } },
        // The same response wins twice: once first, once second.
        { pair: { signAFirst: -1, signBFirst: -1 } },
        { pair: { signAFirst: 0, signBFirst: 1 } },
        // One order only: quality may have stood first, so it does not count.
        { pair: { signAFirst: 1 } },
      ),
    );
    expect(position.basis).toBe('both-orders');
    expect(position.firstShown).toMatchObject({ value: 5 / 9, n: 9, clusters: 5 });
    expect(swap).toMatchObject({ twiceFirst: 2, twiceSecond: 1, onceTie: 1 });
    expect(swap.consistent).toMatchObject({ value: 1 / 5, n: 5 });
  });

  it('falls back on one order and says so; merged judgements tell of consistency alone', () => {
    const { position, swap } = effectsOf(
      tally(
        { pair: { signBFirst: -1 } },
        { pair: { signAFirst: -1 } },
        { pair: { merged: 3, mergedSame: 2 } },
      ),
    );
    expect(position).toMatchObject({ basis: 'one-order', firstShown: { value: 0.5, n: 2 } });
    expect(swap.consistent).toMatchObject({ value: 2 / 3, n: 3 });
    expect(effectsOf(emptyTally()).position).toMatchObject({ basis: null, firstShown: { value: null } });
  });
});

describe('length', () => {
  it('compares source and gold on the pairs that both decide, by ratio', () => {
    const { length } = effectsOf(
      tally(
        { pair: { sign: 1, charsA: 300, charsB: 100 }, gold: -1 },
        { pair: { sign: 1, charsA: 120, charsB: 100 }, gold: 1 },
        { pair: { sign: -1, charsA: 100, charsB: 220 }, gold: -1 },
        // Without gold, a gold tie, the same length, no length: not on both.
        { pair: { sign: -1, charsA: 500, charsB: 100 } },
        { pair: { sign: 1, charsA: 500, charsB: 100 }, gold: 0 },
        { pair: { sign: 1, charsA: 100, charsB: 100 }, gold: 1 },
        { pair: { sign: 1 }, gold: 1 },
      ),
    );
    expect(length.source).toMatchObject({ value: 4 / 5, n: 5 });
    expect(length.onBoth.gold).toMatchObject({ value: 2 / 3, n: 3 });
    expect(length.onBoth.source).toMatchObject({ value: 1, n: 3 });
    expect(length.onBoth.difference.value).toBeCloseTo(1 / 3, 12);
    expect(length.onBoth.bins.map((bin) => bin.gold.n)).toEqual([1, 0, 0, 1, 1]);
    expect(length.onBoth.bins.at(-1)).toMatchObject({
      from: 3,
      to: null,
      gold: { value: 0 },
      source: { value: 1 },
    });
  });
});

it('confusion counts gold in rows and the source in columns', () => {
  const { confusion } = effectsOf(
    tally(
      { pair: { sign: 1 }, gold: 1 },
      { pair: { sign: 0 }, gold: 1 },
      { pair: { sign: -1 }, gold: 1 },
      { pair: { sign: 1 }, gold: 0 },
      { pair: { sign: -1 }, gold: -1 },
    ),
  );
  expect(confusion.cells).toEqual([
    [1, 1, 1],
    [1, 0, 0],
    [0, 0, 1],
  ]);
  expect(confusion.n).toBe(5);
  expect(confusion.right).toMatchObject({ value: 2 / 4, n: 4 });
  expect(confusion.rightWhereDecided).toMatchObject({ value: 2 / 3, n: 3 });
});

it('passes from the mark up, and keeps both kinds of error apart', () => {
  const scores = emptyPassTally();
  tallyScores(
    scores,
    [
      { gold: 1, source: 0.5 },
      { gold: 0, source: 0.49 },
    ],
    0.5,
  );
  tallyScores(
    scores,
    [
      { gold: 0, source: 1 },
      { gold: 1, source: 0 },
      { gold: 1, source: 1 },
    ],
    0.5,
  );
  expect(passConfusion(scores, 0.5)).toMatchObject({
    cells: [
      [1, 1],
      [1, 2],
    ],
    n: 5,
    right: { value: 3 / 5 },
    falsePass: { value: 1 / 2 },
    falseFail: { value: 1 / 3 },
  });
  expect(passConfusion(emptyPassTally(), 0.5)).toBeNull();
});

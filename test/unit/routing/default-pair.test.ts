import { describe, expect, it } from 'vitest';
import { suggestPair } from '../../../src/routing/default-pair.ts';

const pair = (a: string, b: string, gains: readonly number[], extraPrice: number | null = null) => ({
  a,
  b,
  gains,
  extraPrice,
});

describe('suggestPair', () => {
  it('takes a pair with the most gold, and calls strong what gold clearly prefers, whatever it costs', () => {
    const clear = pair('small', 'large', [-0.5, -0.4, -0.6, -0.5], 3);
    expect(suggestPair([pair('x', 'y', [1, 1]), clear])).toEqual({
      strong: 'large',
      cheap: 'small',
      goldPrompts: 4,
      reason: '4 prompts carry gold for both, and it prefers large clearly.',
    });
  });

  it('takes of equally graded pairs the one that gold tells apart best', () => {
    const vague = pair('a', 'b', [0.1, -0.1, 0.2, 0]);
    const clear = pair('a', 'c', [0.9, 0.8, 1]);
    expect(suggestPair([vague, clear])).toMatchObject({ strong: 'a', cheap: 'b' });
    expect(suggestPair([vague, { ...clear, gains: [0.9, 0.8, 1, 0.9] }])).toMatchObject({ cheap: 'c' });
  });

  it('calls the dearer one strong where gold does not clearly prefer either', () => {
    expect(suggestPair([pair('a', 'b', [0.5, -0.4, 0.1], -2)])).toMatchObject({ strong: 'b', cheap: 'a' });
  });

  it('goes by gold, however little, where there is no price', () => {
    expect(suggestPair([pair('a', 'b', [0.5, -0.6, 0])])).toMatchObject({ strong: 'b', cheap: 'a' });
    expect(suggestPair([pair('a', 'b', [1])])).toMatchObject({ strong: 'a', goldPrompts: 1 });
  });

  it('suggests nothing without gold', () => {
    expect(suggestPair([])).toBeNull();
    expect(suggestPair([pair('a', 'b', [])])).toBeNull();
  });
});

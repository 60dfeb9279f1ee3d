import { describe, expect, it } from 'vitest';
import { withNearDuplicates } from '../../../src/routing/near-duplicate-groups.ts';
import { SPLIT } from '../../../src/routing/snapshot.ts';

describe('near-duplicates in a snapshot', () => {
  const prompts = [
    'who invented the printing press and in what year',
    'what is the boiling point of water on the moon',
    'who invented the printing press and what year',
    'what is the boiling point of water on the moon?',
    'name three rivers of northern italy',
  ];
  const group = Int32Array.of(10, 11, 12, 13, 14);

  it('share a group, while the splits stay', () => {
    const split = Uint8Array.of(SPLIT.train, SPLIT.test, SPLIT.dev, SPLIT.test, SPLIT.train);
    const { snapshot, warnings } = withNearDuplicates({ prompts, group, split });
    expect([...snapshot.group]).toEqual([10, 11, 10, 11, 14]);
    expect(snapshot.split).toBe(split);
    expect(warnings).toEqual([]);
  });

  it('on both sides of the test split are counted in a warning', () => {
    const split = Uint8Array.of(SPLIT.train, SPLIT.train, SPLIT.test, SPLIT.test, SPLIT.test);
    const { warnings } = withNearDuplicates({ prompts, group, split });
    expect(warnings).toHaveLength(1);
    expect(warnings[0].code).toBe('near-duplicates-across-splits');
    expect(warnings[0].message).toMatch(/^2 test prompts/);
  });
});

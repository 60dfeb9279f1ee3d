import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { groupNearDuplicates, SIMILARITY } from '../../../src/features/near-duplicates.ts';
import { jaccard, shingleText } from '../../../src/features/shingles.ts';

const rng = createRng(4);
const pick = (n: number): number => Math.floor(rng.uniform() * n);
const words = Array.from({ length: 400 }, () =>
  Array.from({ length: 3 + pick(7) }, () => String.fromCharCode(97 + pick(26))).join(''),
);
const sentence = (length: number): string =>
  Array.from({ length }, () => words[pick(words.length)]).join(' ');

/** The text with one letter replaced. */
function withTypo(text: string): string {
  const at = pick(text.length);
  return `${text.slice(0, at)}#${text.slice(at + 1)}`;
}

function group(prompts: readonly string[]) {
  return groupNearDuplicates(prompts, Int32Array.from(prompts.keys()));
}

describe('near-duplicates', () => {
  it('are found where they were planted, and only there', () => {
    const originals = Array.from({ length: 1500 }, (_, i) => sentence(8 + (i % 60)));
    const copies = originals.slice(0, 300).map(withTypo);
    const { group: found, joined, inTemplates } = group([...originals, ...copies]);
    const similar = copies.map(
      (copy, i) => jaccard(shingleText(copy), shingleText(originals[i])) >= SIMILARITY,
    );
    expect(similar.filter(Boolean).length).toBeGreaterThan(250);
    const hits = copies.filter((_, i) => similar[i] && found[1500 + i] === found[i]).length;
    expect(hits / similar.filter(Boolean).length).toBeGreaterThan(0.97);
    // Whoever joined is one of the planted.
    expect(joined).toBe(hits);
    expect(inTemplates).toBe(0);
    originals.forEach((_, i) => {
      expect(found[i]).toBe(i);
    });
  });

  it('count case, white space and width as nothing, and keep equal prompts together whatever their text', () => {
    const prompts = ['Why is the sky blue at noon?', ' why is the  SKY blue at noon?', 'same', 'another', ''];
    const { group: found } = groupNearDuplicates(prompts, Int32Array.of(7, 8, 3, 3, 5));
    expect([...found]).toEqual([7, 7, 3, 3, 5]);
  });

  it('may be a chain, and take the number of the first', () => {
    const base = sentence(60);
    const chain = [base];
    for (let i = 0; i < 6; i++) chain.push(withTypo(withTypo(chain[chain.length - 1])));
    expect(jaccard(shingleText(chain[0]), shingleText(chain[6]))).toBeLessThan(
      jaccard(shingleText(chain[0]), shingleText(chain[1])),
    );
    expect(new Set(group([sentence(50), ...chain]).group).size).toBe(2);
  });

  it('are not the instances of one template', () => {
    const template = sentence(80);
    const instances = Array.from({ length: 60 }, (_, i) => `${template} ${i} ${words[i]}`);
    const others = Array.from({ length: 100 }, () => sentence(12));
    const { group: found, inTemplates, joined } = group([...instances, ...others]);
    expect(inTemplates).toBe(60);
    expect(joined).toBe(0);
    expect(new Set(found).size).toBe(160);
  });

  it('compare a prompt with few others, however many are alike', () => {
    const template = sentence(12);
    const alike = Array.from({ length: 2000 }, (_, i) => `${template} ${sentence(3)} ${i}`);
    const { compared } = group(alike);
    // All pairs would be a thousand to a prompt.
    expect(compared / alike.length).toBeGreaterThan(1);
    expect(compared / alike.length).toBeLessThanOrEqual(32);
  });
});

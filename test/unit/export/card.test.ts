import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/export/canonical-json.ts';
import { writeCard } from '../../../src/export/card.ts';
import { code, escapeMarkdown, flatten, formatMeasured } from '../../../src/export/markdown.ts';
import { skipped } from '../../../src/export/parity.ts';
import { parseSums, writeSums } from '../../../src/export/sums.ts';
import { writeSafetensors } from '../../../src/export/write-safetensors.ts';
import { makeTrainedRouter } from '../../support/trained-router.ts';

const parity = {
  'router.mjs': { rows: 80, maxAbsDiff: 1e-12, decisionsEqual: true },
  'router.py': skipped('no Python'),
};

describe('the card', () => {
  const { manifest } = writeSafetensors(makeTrainedRouter({ kind: 'cascade' }));
  const card = writeCard(manifest, parity, { weights: 'CC-BY-4.0' });

  it('says what a person must know before running the router', () => {
    expect(card).toContain('whether to keep that answer or to ask **large**');
    expect(card).toContain('| default | 0.01 | 0.01 | 0.4 [0.35, 0.45] | 0.7 [0.65, 0.75] |');
    expect(card).toContain('**Simulated.**');
    expect(card).toContain('| same prompts | cannot be tested | cannot be seen |');
    expect(card).toContain('| nGold | 100 |');
    expect(card).toContain(
      '| PGR: share of the strong model’s gain that is recovered | none: mean gain near 0 |',
    );
    expect(card).toContain('| method | egMean | V(0.1) | V(0) |');
    expect(card).toContain('| auto | 0.05 [0, 0.1] |  | 0.1 [0.05, 0.15] |');
    expect(card).toContain('| oracle | 0.1 [0.05, 0.15] | 0.2 [0.15, 0.25] |  |');
    expect(card).toContain('| overlap › rowsOutside | 0 |');
    expect(card).toContain('| router.py | not checked | no Python |  |');
    expect(card).toContain('| weights | CC-BY-4.0 |');
    expect(card).toContain("import { loadRouter } from './runtime/router.mjs';");
    expect(card).toContain('from router import load_router');
    expect(card).toContain('signals: judge, rule → 2 features');
  });

  it('shows what data say as text, never as markup', () => {
    const models = manifest.models.map((model) => ({
      ...model,
      name: `<img src=x> | [a](https://x.example) ${model.name}`,
    }));
    const hostile = writeCard({ ...manifest, models, anchor: models[1].name }, parity);
    expect(hostile).not.toMatch(/(?<!\\)<img/);
    expect(hostile).not.toMatch(/(?<!\\)\]\(/);
    expect(hostile).toContain('\\<img src=x\\> \\| \\[a\\](https\\://x.example) large');
  });
});

describe('Markdown', () => {
  it('keeps text on one line and free of invisible direction marks', () => {
    expect(escapeMarkdown('a\nb\u202ec\u2028d')).toBe('a b c d');
    expect(code('a`|b\n')).toBe('`a′′b`');
    expect(escapeMarkdown('# title_with-dash')).toBe('\\# title\\_with-dash');
  });

  it('shows figures with intervals, or why there is none', () => {
    expect(formatMeasured({ value: 0.123456, ci95: [0.1, 0.2] })).toBe('0.1235 [0.1, 0.2]');
    expect(formatMeasured({ value: null, ci95: null })).toBe('not measured');
    expect(flatten({ a: { b: [1, 2], c: Array.from({ length: 20 }, () => 0) }, d: null, e: true })).toEqual([
      ['a › b', '1, 2'],
      ['a › c', '20 entries, see manifest.json'],
      ['e', 'yes'],
    ]);
  });
});

describe('canonical JSON and sums', () => {
  it('sorts keys, leaves out what is undefined and refuses what JSON cannot hold', () => {
    expect(canonicalJson({ b: 1, a: { d: undefined, c: [{ z: 1, y: null }] } })).toBe(
      '{"a":{"c":[{"y":null,"z":1}]},"b":1}',
    );
    expect(() => canonicalJson({ a: [1, { b: Infinity }] })).toThrow('a[1].b is Infinity');
  });

  it('reads back the sums it writes, and refuses other lines', () => {
    const sums = parseSums(writeSums({ 'b c': new Uint8Array([1]), a: new Uint8Array(0) }));
    expect([...sums.keys()]).toEqual(['a', 'b c']);
    expect(sums.get('a')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(() => parseSums('abc  file\n')).toThrow('line 1');
  });
});

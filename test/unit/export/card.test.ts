import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/export/canonical-json.ts';
import { cardPictures } from '../../../src/export/card-pictures.ts';
import { writeCard } from '../../../src/export/card.ts';
import { ticks } from '../../../src/export/line-figure.ts';
import { code, escapeMarkdown, flatten, formatMeasured } from '../../../src/export/markdown.ts';
import { notCompared, type ParityReport } from '../../../src/export/parity.ts';
import { parseSums, writeSums } from '../../../src/export/sums.ts';
import { writeSafetensors } from '../../../src/export/write-safetensors.ts';
import { makeTrainedRouter } from '../../support/trained-router.ts';

const parity: ParityReport = {
  'router.mjs': { state: 'checked', rows: 80, maxAbsDiff: 1e-12, decisionsEqual: true },
  'router.py': notCompared('not-run', 'no Python'),
  tfjs: notCompared('absent', 'trees'),
};

describe('the card', () => {
  const { manifest } = writeSafetensors(makeTrainedRouter({ kind: 'cascade' }));
  const card = writeCard(manifest, parity, { weights: 'CC-BY-4.0' })['card.md'];

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
    expect(card).toContain('| router.py | – | – | not checked: no Python |');
    expect(card).toContain('| weights | CC-BY-4.0 |');
    expect(card).toContain('| tfjs | – | – | not written: trees |');
    expect(card).toContain('import { loadRouter } from "./runtime/router.mjs";');
    expect(card).toContain('- gain of large: linear');
    expect(card).toContain('from router import load_router');
    expect(card).toContain('signals: judge, rule → 2 features');
  });

  it('shows what data say as text, never as markup', () => {
    const models = manifest.models.map((model) => ({
      ...model,
      name: `<img src=x> | [a](https://x.example) ${model.name}`,
    }));
    const run = { note: '<script>alert(1)</script> ![x](https://x.example/y.png) <b onclick=x>' };
    const cards = writeCard(
      { ...manifest, models, anchor: models[1].name, run, name: '</title><script>' },
      parity,
    );
    const html = cards['card.html'];
    expect(html).not.toMatch(/<(?:script|img|b|a)\b/i);
    expect(html).not.toMatch(/<[^>]* on\w+=/);
    expect(html).toContain("default-src 'none'");
    const hostile = cards['card.md'];
    expect(hostile).not.toMatch(/(?<!\\)<img/);
    expect(hostile).not.toMatch(/(?<!\\)\]\(/);
    expect(hostile).toContain('\\<img src=x\\> \\| \\[a\\](https\\://x.example) large');
  });
});

describe('the pictures of a card', () => {
  const point = (strongShare: number, quality: number) => ({
    strongShare,
    quality,
    cost: strongShare,
    ci95: [quality - 0.02, quality + 0.02],
  });
  const { manifest } = writeSafetensors(makeTrainedRouter({ kind: 'text' }));
  const curve = [0, 0.25, 0.5, 0.75, 1].map((share) => point(share, 0.6 + 0.2 * Math.sqrt(share)));

  it('show quality over share with its band, and the predicted gains', () => {
    const pictures = cardPictures({ ...manifest, diagnostics: { curve } });
    expect(pictures.map(({ caption }) => caption.split('.')[0])).toEqual([
      'Quality over the share of strong calls',
      'Predicted gain, by percentile of the training prompts',
    ]);
    const [{ svg }] = pictures;
    expect(svg.match(/class="mark"/g)?.length).toBe(3);
    expect(svg).toContain('class="band"');
    expect(svg).toContain('20 %');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('are left out where nothing was measured', () => {
    expect(cardPictures({ ...manifest, diagnostics: {}, gainPercentiles: null })).toEqual([]);
    const flat = {
      ...manifest,
      diagnostics: { curve },
      gainPercentiles: manifest.gainPercentiles?.map(() => 0) ?? null,
    };
    expect(cardPictures(flat).length).toBe(1);
  });

  it('have round ticks inside their range', () => {
    expect(ticks(0, 1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticks(0.613, 0.655)).toEqual([0.62, 0.63, 0.64, 0.65]);
    expect(ticks(-3, 4)).toEqual([-2, 0, 2, 4]);
    expect(ticks(2, 2)).toEqual([2]);
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

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  CLASS_OF,
  classOf,
  IDEOGRAPH,
  LETTER,
  SEPARATOR,
  WHITE_SPACE,
} from '../../../src/runtime/code-points.ts';
import { foldText } from '../../../src/runtime/fold-text.ts';
import { createNgramEncoder } from '../../../src/runtime/ngrams.ts';
import { TEXT_FORM_DIM, textForm } from '../../../src/runtime/text-form.ts';

const document = readFileSync(new URL('../../../docs/formats.md', import.meta.url), 'utf8');

/** The code block that follows a heading line. */
function blockAfter(heading: string): string {
  const at = document.indexOf(`\n${heading}`);
  expect(at).toBeGreaterThan(0);
  return document.slice(document.indexOf('```text\n', at) + 8).split('\n```')[0];
}

it('lists the classes of all code points', () => {
  const classes = new Uint8Array(0x110000).fill(LETTER);
  const paint = (heading: string, value: number): void => {
    for (const range of blockAfter(heading).split(/\s+/)) {
      const [first, last] = range.split('-').map((code) => parseInt(code, 16));
      classes.fill(value, first, last + 1);
    }
  };
  paint('Separators:', SEPARATOR);
  paint('Ideographs (', IDEOGRAPH);
  paint('White space:', WHITE_SPACE);
  const differing = classes.findIndex(
    (value, code) => value !== (code < 0x10000 ? CLASS_OF[code] : classOf(code)),
  );
  expect(differing).toBe(-1);
});

it('gives known answers of the encoder', () => {
  const rows = [
    ...document.matchAll(/^\| `(?<text>[^`]+)` +\| `(?<folded>[^`]+)` +\| (?<buckets>[\d ]+?) +\|$/gm),
  ];
  expect(rows.length).toBe(2);
  const spec = {
    version: 1,
    buckets: 32768,
    wordNgrams: [1, 2],
    charNgrams: [3, 5],
    maxCodePoints: 1000,
  } as const;
  const encoder = createNgramEncoder(spec, new Float32Array(32768).fill(1));
  for (const { groups } of rows) {
    const { buckets, length } = encoder.encodeSparse(groups?.text ?? '');
    const found = Array.from(buckets.subarray(0, length)).sort((a, b) => a - b);
    expect(found.join(' ')).toBe(groups?.buckets);
    expect(foldText(groups?.text ?? '')).toBe(groups?.folded);
  }
});

it('lists the signs and words of the form, and gives a known answer', () => {
  const form = new Float64Array(TEXT_FORM_DIM);
  const signs = blockAfter('Signs:');
  for (let code = 33; code < 127; code++) {
    const sign = String.fromCharCode(code);
    textForm(`${sign} `, form);
    expect(form[3] > 0, sign).toBe(signs.includes(sign));
  }
  for (const word of blockAfter('Code words:').split(/\s+/)) {
    textForm(word, form);
    expect(form[4], word).toBe(0.25);
  }
  for (const word of blockAfter('Question words:').split(' ')) {
    textForm(word.toUpperCase(), form);
    expect(form[8], word).toBe(1);
  }
  textForm('Why is `x` 12?\n', form);
  const known = Array.from(form, (value) => String(Number(value.toFixed(6)))).join(' ');
  expect(document.replace(/\s+/g, ' ')).toContain(`and a line feed give ${known}.`);
});

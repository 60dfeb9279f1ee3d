import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classOf, IDEOGRAPH, LETTER, WHITE_SPACE } from '../../../src/runtime/code-points.ts';
import { textForm, TEXT_FORM_DIM } from '../../../src/runtime/text-form.ts';

function formOf(text: string): number[] {
  const out = new Float64Array(TEXT_FORM_DIM + 2).fill(7);
  textForm(text, out, 1);
  expect([out[0], out.at(-1)]).toEqual([7, 7]);
  return [...out.subarray(1, -1)];
}

const CODE_WORDS = new Set(
  `bool boolean char class const def elif enum foreach func import int lambda null printf println return self static str
  string struct var void FROM INSERT JOIN None SELECT WHERE`.split(/\s+/),
);
const QUESTION_WORDS = new Set(['how', 'what', 'when', 'where', 'which', 'who', 'whom', 'whose', 'why']);

/** The definition in the header of text-form.ts, one line a number, without any care for speed. */
function plainForm(text: string): number[] {
  const chars = Array.from(text).slice(0, 65_536);
  const n = Math.max(1, chars.length);
  const count = (test: (char: string, code: number) => boolean): number =>
    chars.filter((c) => test(c, c.codePointAt(0) ?? 0)).length;
  const words = chars
    .map((c) => {
      const kind = classOf(c.codePointAt(0) ?? 0);
      return kind === IDEOGRAPH ? `\0${c}\0` : kind === LETTER ? c : '\0';
    })
    .join('')
    .split('\0')
    .filter((word) => word !== '');
  const codeWords = words.filter((word) => CODE_WORDS.has(word)).length;
  const last = chars.findLast((c) => classOf(c.codePointAt(0) ?? 0) !== WHITE_SPACE) ?? '';
  const opening = words.find((word) => /^[a-z]/i.test(word))?.toLowerCase() ?? '';
  const upper = count((c) => c >= 'A' && c <= 'Z');
  const lower = count((c) => c >= 'a' && c <= 'z');
  const cjk = count((_, code) => classOf(code) === IDEOGRAPH || (code >= 0xac00 && code <= 0xd7a3));
  return [
    Math.log(1 + chars.length) / 5,
    Math.log(1 + words.length) / 5,
    Math.min(1, (4 * count((c) => c >= '0' && c <= '9')) / n),
    Math.min(1, (4 * count((c) => '{}[]()<>=_;\\/|#$`+*^&~@'.includes(c))) / n),
    chars.join('').includes('```') ? 1 : Math.min(1, codeWords / 4),
    Math.min(1, (4 * count((_, code) => code > 0x7f)) / n),
    cjk / n,
    ['?', '？', '؟'].includes(last) ? 1 : 0,
    QUESTION_WORDS.has(opening) ? 1 : 0,
    Math.log(1 + count((c) => c === '\n')) / 5,
    Math.min(1, (4 * upper) / Math.max(1, upper + lower)),
  ];
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ maxLength: 200 }),
  fc
    .array(
      fc.constantFrom(
        'def ',
        'return',
        ' SELECT ',
        'What',
        ' why ',
        '1. ',
        '?',
        '``',
        '`',
        '\n',
        ' 東京',
        '？',
        '한국',
        'A',
        '\ud800',
      ),
    )
    .map((parts) => parts.join('')),
);

describe('the form of a text', () => {
  it('agrees with a plain implementation on any text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const plain = plainForm(text);
        formOf(text).forEach((value, i) => {
          expect(value).toBeCloseTo(plain[i], 12);
        });
      }),
      { numRuns: 1000 },
    );
  });

  it('is zero for an empty text and finite for hostile ones', () => {
    expect(formOf('')).toEqual(new Array<number>(TEXT_FORM_DIM).fill(0));
    for (const text of ['\ud800', '\udfff\ud800x', ' \n ', '\0', '👨‍👩‍👧‍👦'.repeat(10_000)]) {
      for (const value of formOf(text)) expect(Number.isFinite(value)).toBe(true);
    }
  });

  it('reads the first 65,536 code points of a megabyte', () => {
    expect(formOf('a?'.repeat(500_000))).toEqual(formOf('a?'.repeat(32_768)));
    const emoji = formOf('😀'.repeat(70_000));
    expect(emoji[0]).toBeCloseTo(Math.log(65_537) / 5, 12);
    expect(emoji[5]).toBe(1);
  });

  it('does not change its answer once the compiler has optimised it', () => {
    const texts = ['\0\u{10000}', 'abc def', '\u{1f600}x', '東京', 'a\ud800', '\u{10ffff}\u{20000}'];
    const before = texts.map(plainForm);
    const out = new Float64Array(TEXT_FORM_DIM);
    for (let i = 0; i < 60_000; i++) {
      textForm(texts[i % texts.length], out);
      if (Math.abs(out[0] - before[i % texts.length][0]) > 1e-12) expect([i, ...out]).toEqual(before);
    }
  });

  it('sees questions, code and scripts', () => {
    expect(formOf('1. What is the capital of France? ').slice(7, 9)).toEqual([1, 1]);
    expect(formOf('Whatever. How so').slice(7, 9)).toEqual([0, 0]);
    expect(formOf('フランスの首都は？').slice(6, 8)).toEqual([8 / 9, 1]);
    expect(formOf('Fix this:\n```\nx = 1\n```')[4]).toBe(1);
    expect(formOf('def f(self): return None')[4]).toBe(1);
    expect(formOf('He returned to the class')[4]).toBe(0.25);
  });
});

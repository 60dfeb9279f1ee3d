/**
 * The form of a text, version 1: eleven numbers of about [0, 2] from its first 65,536 code points, as they are (nothing is
 * folded; a lone surrogate is one code point). Classes of code points and words are those of code-points.ts and ngrams.ts:
 * a word is a maximal run of LETTER code points, or one IDEOGRAPH. An empty text is all zeros. With N = code points read:
 *
 *   0  ln(1 + N) / 5
 *   1  ln(1 + words) / 5
 *   2  min(1, 4 · digits / N)                    digits: U+0030–0039
 *   3  min(1, 4 · signs / N)                     signs: one of CODE_SIGNS
 *   4  1 where ``` occurs, else min(1, k / 4)    k: words that are one of CODE_WORDS, case included
 *   5  min(1, 4 · nonAscii / N)                  nonAscii: code points above U+007F
 *   6  cjk / N                                   cjk: IDEOGRAPH, or Hangul syllables U+AC00–D7A3
 *   7  1 where the last code point that is not white space is one of ? ？ ؟, else 0
 *   8  1 where the first word that begins with A–Z or a–z is, in lower case, one of QUESTION_WORDS, else 0
 *   9  ln(1 + lineFeeds) / 5                     lineFeeds: U+000A
 *  10  min(1, 4 · upper / (upper + lower))       upper: A–Z, lower: a–z; 0 where there is neither
 */
import { CLASS_OF, IDEOGRAPH, LETTER, WHITE_SPACE, classOf, codePointAt } from './code-points.ts';

export const TEXT_FORM_DIM = 11;

const MAX_CODE_POINTS = 65_536;
const CODE_SIGNS = '{}[]()<>=_;\\/|#$`+*^&~@';
const CODE_WORDS: ReadonlySet<string> = new Set(
  (
    'bool boolean char class const def elif enum foreach func import int lambda null printf println return self static ' +
    'str string struct var void FROM INSERT JOIN None SELECT WHERE'
  ).split(' '),
);
const QUESTION_WORDS: ReadonlySet<string> = new Set(
  'how what when where which who whom whose why'.split(' '),
);
/** The lengths of the words above; words of other lengths need no look-up. */
const LONGEST_LISTED = 8;
const SHORTEST_LISTED = 3;

const NEITHER = 0;
const DIGIT = 1;
const SIGN = 2;
const UPPER = 3;
const LOWER = 4;

/** What the first word that begins with an ASCII letter says about the text. */
type Opening = 'unknown' | 'question' | 'statement';

/** What an ASCII code point counts as. */
const ASCII_KIND = Uint8Array.from({ length: 128 }, (_, code) => {
  if (code >= 0x30 && code <= 0x39) return DIGIT;
  if (code >= 0x41 && code <= 0x5a) return UPPER;
  if (code >= 0x61 && code <= 0x7a) return LOWER;
  return CODE_SIGNS.includes(String.fromCharCode(code)) ? SIGN : NEITHER;
});

function isQuestionMark(code: number): boolean {
  return code === 0x3f || code === 0xff1f || code === 0x061f;
}

function startsWithAsciiLetter(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code < 128 && ASCII_KIND[code] >= UPPER;
}

/** Fills out[offset … offset + TEXT_FORM_DIM) with the form of the text. */
export function textForm(text: string, out: Float64Array, offset = 0): void {
  const kinds = new Int32Array(5);
  let points = 0;
  let words = 0;
  let codeWords = 0;
  let nonAscii = 0;
  let cjk = 0;
  let lineFeeds = 0;
  let backticks = 0;
  let hasFence = false;
  let lastCode = 0;
  let wordStart = -1;
  let opening = 'unknown' as Opening;

  const endWord = (end: number): void => {
    words++;
    const length = end - wordStart;
    const isListable = length >= SHORTEST_LISTED && length <= LONGEST_LISTED;
    if (isListable && CODE_WORDS.has(text.slice(wordStart, end))) codeWords++;
    if (opening === 'unknown' && startsWithAsciiLetter(text, wordStart)) {
      const isQuestion = isListable && QUESTION_WORDS.has(text.slice(wordStart, end).toLowerCase());
      opening = isQuestion ? 'question' : 'statement';
    }
    wordStart = -1;
  };

  let i = 0;
  for (; i < text.length && points < MAX_CODE_POINTS; points++) {
    let code = text.charCodeAt(i);
    const at = i++;
    if (code < 128) {
      kinds[ASCII_KIND[code]]++;
      if (code === 0x0a) lineFeeds++;
      backticks = code === 0x60 ? backticks + 1 : 0;
      hasFence ||= backticks === 3;
    } else {
      if (code >= 0xd800 && code <= 0xdbff) {
        code = codePointAt(text, at);
        if (code > 0xffff) i++;
      }
      nonAscii++;
      backticks = 0;
      if (code >= 0xac00 && code <= 0xd7a3) cjk++;
    }
    const kind = code < 0x10000 ? CLASS_OF[code] : classOf(code);
    if (kind !== WHITE_SPACE) lastCode = code;
    if (kind === LETTER) {
      if (wordStart < 0) wordStart = at;
      continue;
    }
    if (wordStart >= 0) endWord(at);
    if (kind === IDEOGRAPH) {
      words++;
      cjk++;
    }
  }
  if (wordStart >= 0) endWord(i);

  const perPoint = points === 0 ? 0 : 1 / points;
  const letters = kinds[UPPER] + kinds[LOWER];
  out[offset] = Math.log(1 + points) / 5;
  out[offset + 1] = Math.log(1 + words) / 5;
  out[offset + 2] = Math.min(1, 4 * kinds[DIGIT] * perPoint);
  out[offset + 3] = Math.min(1, 4 * kinds[SIGN] * perPoint);
  out[offset + 4] = hasFence ? 1 : Math.min(1, codeWords / 4);
  out[offset + 5] = Math.min(1, 4 * nonAscii * perPoint);
  out[offset + 6] = cjk * perPoint;
  out[offset + 7] = isQuestionMark(lastCode) ? 1 : 0;
  out[offset + 8] = opening === 'question' ? 1 : 0;
  out[offset + 9] = Math.log(1 + lineFeeds) / 5;
  out[offset + 10] = letters === 0 ? 0 : Math.min(1, (4 * kinds[UPPER]) / letters);
}

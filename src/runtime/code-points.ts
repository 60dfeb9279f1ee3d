/**
 * What a code point is to the encoder: part of a word, a word by itself, a separator, or white space. The lists are
 * explicit and never follow a runtime's Unicode version, so that every language classifies alike.
 *
 * - white space and separators end a word and belong to none;
 * - each ideograph and each kana is a word by itself (Chinese and Japanese are written without spaces);
 * - everything else, assigned or not, is part of a word.
 */
export const LETTER = 0;
export const SEPARATOR = 1;
export const IDEOGRAPH = 2;
export const WHITE_SPACE = 3;

export type CodePointClass = typeof LETTER | typeof SEPARATOR | typeof IDEOGRAPH | typeof WHITE_SPACE;

/** Inclusive ranges, as flat pairs. */
type Ranges = readonly number[];

const WHITE_SPACES: Ranges = [
  0x0009, 0x000d, 0x0020, 0x0020, 0x0085, 0x0085, 0x00a0, 0x00a0, 0x1680, 0x1680, 0x2000, 0x200b, 0x2028,
  0x2029, 0x202f, 0x202f, 0x205f, 0x205f, 0x3000, 0x3000, 0xfeff, 0xfeff,
];

const SEPARATORS: Ranges = [
  // ASCII and Latin-1: everything but letters and digits
  0x0000, 0x002f, 0x003a, 0x0040, 0x005b, 0x0060, 0x007b, 0x00bf, 0x00d7, 0x00d7, 0x00f7, 0x00f7,
  // Greek, Armenian, Hebrew, Arabic, Syriac
  0x037e, 0x037e, 0x0387, 0x0387, 0x055a, 0x055f, 0x0589, 0x058a, 0x05be, 0x05be, 0x05c0, 0x05c0, 0x05c3,
  0x05c3, 0x05c6, 0x05c6, 0x05f3, 0x05f4, 0x0609, 0x060d, 0x061b, 0x061f, 0x066a, 0x066d, 0x06d4, 0x06d4,
  0x0700, 0x070d,
  // Indic scripts, Thai, Tibetan, Myanmar, Georgian, Ethiopic, Ogham, runes, Khmer, Mongolian
  0x0964, 0x0965, 0x0970, 0x0970, 0x0e4f, 0x0e4f, 0x0e5a, 0x0e5b, 0x0f04, 0x0f14, 0x0f3a, 0x0f3d, 0x104a,
  0x104f, 0x10fb, 0x10fb, 0x1360, 0x1368, 0x166d, 0x166e, 0x169b, 0x169c, 0x16eb, 0x16ed, 0x17d4, 0x17da,
  0x1800, 0x180a,
  // general punctuation; signs of super- and subscripts; currency
  0x2000, 0x206f, 0x207a, 0x207e, 0x208a, 0x208e, 0x20a0, 0x20cf,
  // arrows, mathematics, technical, boxes, dingbats; Coptic; supplemental punctuation
  0x2190, 0x2bff, 0x2cf9, 0x2cff, 0x2e00, 0x2e7f,
  // CJK punctuation, between the ideographic marks; katakana signs; Lisu, Vai, Phags-pa, Arabic ornaments
  0x3000, 0x3004, 0x3008, 0x3020, 0x3030, 0x3030, 0x303d, 0x303f, 0x30a0, 0x30a0, 0x30fb, 0x30fb, 0xa4fe,
  0xa4ff, 0xa60d, 0xa60f, 0xa874, 0xa877, 0xfd3e, 0xfd3f,
  // variation selectors and vertical forms; small and full-width forms; specials
  0xfe00, 0xfe1f, 0xfe30, 0xfe6f, 0xfeff, 0xfeff, 0xff00, 0xff0f, 0xff1a, 0xff20, 0xff3b, 0xff40, 0xff5b,
  0xff65, 0xffe0, 0xffff,
];

const IDEOGRAPHS: Ranges = [
  0x3005, 0x3007, 0x3021, 0x3029, 0x3031, 0x3035, 0x3038, 0x303c, 0x3041, 0x309f, 0x30a1, 0x30fa, 0x30fc,
  0x30ff, 0x31f0, 0x31ff, 0x3400, 0x4dbf, 0x4e00, 0x9fff, 0xf900, 0xfaff,
];

function paint(classes: Uint8Array, ranges: Ranges, value: CodePointClass): void {
  for (let i = 0; i < ranges.length; i += 2) classes.fill(value, ranges[i], ranges[i + 1] + 1);
}

/** The classes of the code points below 0x10000. White space is painted last: it wins. */
function basicPlane(): Uint8Array {
  const classes = new Uint8Array(0x10000);
  paint(classes, SEPARATORS, SEPARATOR);
  paint(classes, IDEOGRAPHS, IDEOGRAPH);
  paint(classes, WHITE_SPACES, WHITE_SPACE);
  return classes;
}

/** CLASS_OF[code] for code < 0x10000; beyond that use `classOf`. */
export const CLASS_OF: Readonly<Uint8Array> = basicPlane();

/** The class of any code point: emoji and tags separate words, the supplementary ideographic planes are ideographs. */
export function classOf(code: number): number {
  if (code < 0x10000) return CLASS_OF[code];
  if (code >= 0x20000 && code <= 0x3ffff) return IDEOGRAPH;
  return (code >= 0x1f000 && code <= 0x1fbff) || (code >= 0xe0000 && code <= 0xe01ff) ? SEPARATOR : LETTER;
}

/**
 * The code point at a UTF-16 position, a lone surrogate as it is; `text.codePointAt` in plain arithmetic. V8 13.6 (Node 24)
 * answers wrongly for some strings once its Maglev tier has compiled the caller, and a wrong answer here is a wrong route.
 */
export function codePointAt(text: string, at: number): number {
  const high = text.charCodeAt(at);
  if ((high & 0xfc00) !== 0xd800) return high;
  const low = text.charCodeAt(at + 1);
  return (low & 0xfc00) === 0xdc00 ? (high << 10) + low - 0x35fdc00 : high;
}

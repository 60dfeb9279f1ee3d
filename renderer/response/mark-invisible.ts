/**
 * Text of a model is hostile: characters that cannot be seen, or that turn the direction of what follows, are shown as marks.
 */

export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'mark'; readonly code: string; readonly name: string; readonly count: number };

const NAMES: ReadonlyMap<number, string> = new Map([
  [0x00ad, 'soft hyphen'],
  [0x034f, 'combining grapheme joiner'],
  [0x061c, 'Arabic letter mark'],
  [0x115f, 'Hangul filler'],
  [0x1160, 'Hangul filler'],
  [0x17b4, 'Khmer inherent vowel'],
  [0x17b5, 'Khmer inherent vowel'],
  [0x180e, 'Mongolian vowel separator'],
  [0x200b, 'zero width space'],
  [0x200c, 'zero width non-joiner'],
  [0x200d, 'zero width joiner'],
  [0x200e, 'left-to-right mark'],
  [0x200f, 'right-to-left mark'],
  [0x2028, 'line separator'],
  [0x2029, 'paragraph separator'],
  [0x202a, 'left-to-right embedding'],
  [0x202b, 'right-to-left embedding'],
  [0x202c, 'end of direction'],
  [0x202d, 'left-to-right override'],
  [0x202e, 'right-to-left override'],
  [0x2066, 'left-to-right isolate'],
  [0x2067, 'right-to-left isolate'],
  [0x2068, 'first strong isolate'],
  [0x2069, 'end of isolate'],
  [0x3164, 'Hangul filler'],
  [0xfeff, 'zero width no-break space'],
  [0xffa0, 'Hangul filler'],
]);

/** Everything that may have to be marked: a quick way past ordinary text. */
const SUSPICIOUS =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff]/;

/** What a joiner may stand behind: a picture, or a letter of a script that joins. */
const JOINS =
  /[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f]|(?!\p{Script=Latin}|\p{Script=Greek}|\p{Script=Cyrillic})[\p{L}\p{M}]/u;
const BLACK_FLAG = 0x1f3f4;

/** Cuts a text into what can be shown and marks for what cannot. Equal marks in a row become one with a count. */
export function markInvisible(text: string): readonly Piece[] {
  if (!SUSPICIOUS.test(text)) return text === '' ? [] : [{ kind: 'text', text }];
  const pieces: Piece[] = [];
  let shownFrom = 0;
  let at = 0;
  let before = 0;
  /** Inside the sequence of a flag such as 🏴󠁧󠁢󠁷󠁬󠁳󠁿. */
  let isInFlag = false;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    isInFlag = code === BLACK_FLAG || (isInFlag && isTag(code));
    const name = isInFlag ? null : nameHidden(code, before);
    if (name !== null) {
      if (shownFrom < at) pieces.push({ kind: 'text', text: text.slice(shownFrom, at) });
      pushMark(pieces, code, name);
      shownFrom = at + character.length;
    }
    at += character.length;
    before = code;
  }
  if (shownFrom < at) pieces.push({ kind: 'text', text: text.slice(shownFrom) });
  return pieces;
}

/** The same in one line of plain text, where no element can stand: a title, a label, a tooltip. */
export function showInvisible(text: string): string {
  return markInvisible(text)
    .map((piece) => (piece.kind === 'text' ? piece.text : `⟨${piece.code}⟩`))
    .join('');
}

function pushMark(pieces: Piece[], code: number, name: string): void {
  const hex = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  const last = pieces.at(-1);
  if (last?.kind === 'mark' && last.code === hex) {
    pieces[pieces.length - 1] = { ...last, count: last.count + 1 };
  } else {
    pieces.push({ kind: 'mark', code: hex, name, count: 1 });
  }
}

function nameHidden(code: number, before: number): string | null {
  if (code < 0x20) return code === 0x09 || code === 0x0a || code === 0x0d ? null : 'control character';
  if (code >= 0x7f && code <= 0x9f) return 'control character';
  if (code === 0x200c || code === 0x200d) {
    return before !== 0 && JOINS.test(String.fromCodePoint(before)) ? null : (NAMES.get(code) ?? null);
  }
  const name = NAMES.get(code);
  if (name !== undefined) return name;
  if (code >= 0x180b && code <= 0x180d) return 'variation selector';
  if (code >= 0x2060 && code <= 0x206f) return 'invisible format character';
  if (code >= 0xd800 && code <= 0xdfff) return 'half of a surrogate pair';
  if (code >= 0xfe00 && code <= 0xfe0d) return 'variation selector';
  if (code >= 0xfff9 && code <= 0xfffb) return 'annotation character';
  if (code >= 0x1d173 && code <= 0x1d17a) return 'invisible musical sign';
  if (isTag(code)) return 'tag character';
  if (code >= 0xe0100 && code <= 0xe01ef) return 'variation selector';
  return null;
}

function isTag(code: number): boolean {
  return code >= 0xe0000 && code <= 0xe007f;
}

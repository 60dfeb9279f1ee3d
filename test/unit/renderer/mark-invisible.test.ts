import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { markInvisible, showInvisible } from '../../../renderer/response/mark-invisible.ts';

describe('text that hides something', () => {
  test.each([
    ['an override of direction', 'invoice\u202Efdp.exe', 'invoice⟨U+202E⟩fdp.exe'],
    ['isolates', '\u2066a\u2069', '⟨U+2066⟩a⟨U+2069⟩'],
    ['zero width space', 'a\u200Bb', 'a⟨U+200B⟩b'],
    ['a joiner between Latin letters', 'a\u200Db', 'a⟨U+200D⟩b'],
    ['a byte order mark inside', 'a\uFEFFb', 'a⟨U+FEFF⟩b'],
    ['letters of the tag block', 'hi\u{E0061}\u{E0062}', 'hi⟨U+E0061⟩⟨U+E0062⟩'],
    ['variation selectors that carry data', 'a\u{E0100}\u{E0101}', 'a⟨U+E0100⟩⟨U+E0101⟩'],
    ['control characters', 'a\u0007\u0008b\u009b', 'a⟨U+0007⟩⟨U+0008⟩b⟨U+009B⟩'],
    ['half a surrogate pair', 'a\ud800b', 'a⟨U+D800⟩b'],
    ['Hangul fillers', '\u3164x', '⟨U+3164⟩x'],
  ])('shows %s', (_, text, shown) => {
    expect(showInvisible(text)).toBe(shown);
  });

  test('counts equal marks in a row', () => {
    expect(markInvisible(`a${'\u200B'.repeat(1000)}b`)).toEqual([
      { kind: 'text', text: 'a' },
      { kind: 'mark', code: 'U+200B', name: 'zero width space', count: 1000 },
      { kind: 'text', text: 'b' },
    ]);
  });
});

describe('text that only looks unusual', () => {
  test.each([
    ['tabs and newlines', 'a\tb\r\nc'],
    ['a family', '👨‍👩‍👧'],
    ['a heart with its selector', '❤️'],
    ['a skin tone', '👩🏽‍🔬'],
    ['the flag of Wales', '🏴\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073}\u{E007F}'],
    ['Persian with its non-joiner', 'می\u200Cخواهم'],
    ['Hindi with its joiner', 'क्\u200Dष'],
    ['Arabic and Hebrew', 'مرحبا שלום'],
    ['Chinese', '你好，世界'],
    ['combining accents', 'e\u0301'],
  ])('keeps %s as it is', (_, text) => {
    expect(markInvisible(text)).toEqual([{ kind: 'text', text }]);
  });
});

test('nothing is lost: text and marks together are the text again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const again = markInvisible(text)
        .map((piece) =>
          piece.kind === 'text'
            ? piece.text
            : String.fromCodePoint(Number.parseInt(piece.code.slice(2), 16)).repeat(piece.count),
        )
        .join('');
      expect(again).toBe(text);
    }),
  );
});

// Would take minutes in quadratic time; what it does take is measured in test/bench/hostile-text.ts.
test('a megabyte comes to an end, with every mark', () => {
  expect(markInvisible('\u202Ea'.repeat(500_000))).toHaveLength(1_000_000);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseInline, type Inline } from '../../../renderer/response/markdown-inline.ts';
import { parseMarkdown, type Block } from '../../../renderer/response/markdown.ts';
import { repeatTo, slowMarkdown } from '../../support/slow-texts.ts';

const words = (text: string): Inline => ({ kind: 'text', text });
const paragraph = (...inlines: Inline[]): Block => ({ kind: 'paragraph', inlines });

describe('inside a paragraph', () => {
  test.each<[string, string, Inline[]]>([
    ['strong', 'a **b** c', [words('a '), { kind: 'strong', inlines: [words('b')] }, words(' c')]],
    [
      'emphasis',
      '*a* _b_',
      [{ kind: 'emphasis', inlines: [words('a')] }, words(' '), { kind: 'emphasis', inlines: [words('b')] }],
    ],
    [
      'emphasis inside strong',
      '**a *b***',
      [{ kind: 'strong', inlines: [words('a '), { kind: 'emphasis', inlines: [words('b')] }] }],
    ],
    ['code, with nothing read in it', '`a **b** <i>`', [{ kind: 'code', text: 'a **b** <i>' }]],
    ['code with a backtick', '`` a`b ``', [{ kind: 'code', text: 'a`b' }]],
    ['a multiplication', '2 * 3 * 4', [words('2 * 3 * 4')]],
    ['a name with underscores', 'snake_case_name', [words('snake_case_name')]],
    ['an escaped star', String.raw`\*a\*`, [words('*a*')]],
    ['marks without a partner', '**a _b `c', [words('**a _b `c')]],
    ['a line break', 'a\nb', [words('a'), { kind: 'break' }, words('b')]],
    ['HTML', '<b onclick="x()">a</b>', [words('<b onclick="x()">a</b>')]],
  ])('reads %s', (_, text, inlines) => {
    expect(parseInline(text)).toEqual(inlines);
  });

  test('a link keeps its words and its address, and is nothing to click', () => {
    expect(parseInline('see [here](javascript:alert(1)).')).toEqual([
      words('see '),
      { kind: 'link', label: 'here', address: 'javascript:alert(1' },
      words(').'),
    ]);
    expect(parseInline('![x](https://evil.example/x.png)')).toEqual([
      { kind: 'image', label: 'x', address: 'https://evil.example/x.png' },
    ]);
  });
});

describe('blocks', () => {
  test('are read: heading, list in a list, code, table, quote, rule', () => {
    const text = [
      '## Title ##',
      'First',
      'line',
      '',
      '- one',
      '- two',
      '  - inner',
      '',
      '3. three',
      '4. four',
      '',
      '```js',
      '<script>',
      '',
      '# no heading',
      '```',
      '| a | b |',
      '|---|:-:|',
      '| 1 | **2** |',
      '',
      '> said',
      '',
      '---',
    ].join('\n');
    expect(parseMarkdown(text)).toEqual([
      { kind: 'heading', level: 2, inlines: [words('Title')] },
      paragraph(words('First'), { kind: 'break' }, words('line')),
      {
        kind: 'list',
        isOrdered: false,
        start: 1,
        items: [
          [paragraph(words('one'))],
          [
            paragraph(words('two')),
            { kind: 'list', isOrdered: false, start: 1, items: [[paragraph(words('inner'))]] },
          ],
        ],
      },
      {
        kind: 'list',
        isOrdered: true,
        start: 3,
        items: [[paragraph(words('three'))], [paragraph(words('four'))]],
      },
      { kind: 'code', language: 'js', text: '<script>\n\n# no heading' },
      {
        kind: 'table',
        header: [[words('a')], [words('b')]],
        rows: [[[words('1')], [{ kind: 'strong', inlines: [words('2')] }]]],
      },
      { kind: 'quote', blocks: [paragraph(words('said'))] },
      { kind: 'rule' },
    ]);
  });

  test('code that is never closed goes on to the end', () => {
    expect(parseMarkdown('```\na\n\nb')).toEqual([{ kind: 'code', language: '', text: 'a\n\nb' }]);
  });

  test('a hash without a space is text, and so is a long run of stars', () => {
    expect(parseMarkdown('#tag')).toEqual([paragraph(words('#tag'))]);
    expect(parseMarkdown('*'.repeat(500))).toEqual([paragraph(words('*'.repeat(500)))]);
  });
});

describe('hostile Markdown', () => {
  const letters = fc.constantFrom(
    '*',
    '_',
    '`',
    '[',
    ']',
    '(',
    ')',
    '#',
    '>',
    '-',
    '|',
    '\n',
    ' ',
    '1.',
    '~',
    '!',
    '\\',
    'a',
  );

  test('keeps every letter of what is written', () => {
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 200 }), (parts) => {
        const text = parts.join('');
        const shown = textOf(parseMarkdown(text));
        expect(shown.replaceAll(/[^a]/g, '')).toBe(text.replaceAll(/[^a]/g, ''));
      }),
      { numRuns: 500 },
    );
  });

  // Would take minutes if any part of it were quadratic; what it does take is measured in test/bench/hostile-text.ts.
  test.each(slowMarkdown)('of a million letters of %s comes to an end, with every letter', (_, unit) => {
    const text = repeatTo(unit, 1_000_000);
    const letters = (shown: string): number => shown.replaceAll(/[^abcx]/g, '').length;
    for (const each of [`${text}\n\nx`, `# ${text}x`])
      expect(letters(textOf(parseMarkdown(each)))).toBe(letters(each));
    parseMarkdown(`\`\`\`${text}\``);
  });
});

function textOf(blocks: readonly Block[]): string {
  return blocks
    .map((block) => {
      switch (block.kind) {
        case 'code':
          return block.language + block.text;
        case 'quote':
          return textOf(block.blocks);
        case 'list':
          return block.items.map(textOf).join('');
        case 'table':
          return [...block.header, ...block.rows.flat()].map(inlineText).join('');
        case 'rule':
          return '';
        case 'paragraph':
        case 'heading':
          return inlineText(block.inlines);
      }
    })
    .join('');
}

function inlineText(inlines: readonly Inline[]): string {
  return inlines
    .map((inline) => {
      switch (inline.kind) {
        case 'text':
        case 'code':
          return inline.text;
        case 'link':
        case 'image':
          return inline.label + inline.address;
        case 'math':
          return inline.tex;
        case 'break':
          return '';
        case 'strong':
        case 'emphasis':
        case 'strike':
          return inlineText(inline.inlines);
      }
    })
    .join('');
}

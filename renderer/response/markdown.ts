import { parseInline, type Inline } from './markdown-inline.ts';

/**
 * The Markdown that models write, as data: never HTML, never a live link or a picture. What is not understood stays text. Time
 * is linear in the text, and nesting is limited.
 */

export type Block =
  | { readonly kind: 'paragraph'; readonly inlines: readonly Inline[] }
  | { readonly kind: 'heading'; readonly level: number; readonly inlines: readonly Inline[] }
  | { readonly kind: 'code'; readonly language: string; readonly text: string }
  | { readonly kind: 'quote'; readonly blocks: readonly Block[] }
  | {
      readonly kind: 'list';
      readonly isOrdered: boolean;
      readonly start: number;
      readonly items: readonly (readonly Block[])[];
    }
  | {
      readonly kind: 'table';
      readonly header: readonly (readonly Inline[])[];
      readonly rows: readonly (readonly (readonly Inline[])[])[];
    }
  | { readonly kind: 'rule' };

const DEEPEST = 6;
// Each of these takes linear time on any line: no part can give back what the next one takes.
const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const HEADING = /^ {0,3}(#{1,6})(?=\s|$)/;
const RULE = /^ {0,3}(?:(?:\* ?){3,80}|(?:- ?){3,80}|(?:_ ?){3,80})$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^( {0,3})(?:([-*+])|(\d{1,9})[.)])(?: {1,4}(?=\S)|$)/;
const DIVIDER_CELL = /^:?-+:?$/;

export function parseMarkdown(text: string): readonly Block[] {
  return parseBlocks(text.replaceAll('\r\n', '\n').split('\n'), 0);
}

function parseBlocks(lines: readonly string[], depth: number): readonly Block[] {
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at];
    if (line.trim() === '') {
      at += 1;
      continue;
    }
    const taken =
      takeCode(lines, at) ??
      takeHeading(line, at) ??
      (RULE.test(line) ? { block: { kind: 'rule' } as const, next: at + 1 } : null) ??
      (depth < DEEPEST ? (takeQuote(lines, at, depth) ?? takeList(lines, at, depth)) : null) ??
      takeTable(lines, at) ??
      takeParagraph(lines, at);
    blocks.push(taken.block);
    at = taken.next;
  }
  return blocks;
}

interface Taken {
  readonly block: Block;
  /** The line after it. */
  readonly next: number;
}

function takeCode(lines: readonly string[], at: number): Taken | null {
  const fence = openingFence(lines[at]);
  if (fence === null) return null;
  const [language = ''] = lines[at].trim().slice(fence.length).trim().split(/\s/, 1);
  let end = at + 1;
  while (end < lines.length && !closes(lines[end], fence)) end += 1;
  const text = lines.slice(at + 1, end).join('\n');
  return { block: { kind: 'code', language: language.slice(0, 40), text }, next: end + 1 };
}

/** The fence that a line opens a block of code with: what follows it holds no backtick. */
function openingFence(line: string): string | null {
  const match = FENCE.exec(line);
  if (match === null || line.includes('`', match[0].length)) return null;
  return match.at(1) ?? null;
}

function closes(line: string, fence: string): boolean {
  const trimmed = line.trim();
  return trimmed.length >= fence.length && trimmed === fence.charAt(0).repeat(trimmed.length);
}

function takeHeading(line: string, at: number): Taken | null {
  const match = HEADING.exec(line);
  if (match === null) return null;
  const marks = match.at(1) ?? '';
  const text = withoutClosing(line.slice(match[0].length).trim());
  return { block: { kind: 'heading', level: marks.length, inlines: parseInline(text) }, next: at + 1 };
}

/** `# Title ##` is closed by marks after a space. */
function withoutClosing(title: string): string {
  let end = title.length;
  while (end > 0 && title.charAt(end - 1) === '#') end -= 1;
  return end === 0 || /\s/.test(title.charAt(end - 1)) ? title.slice(0, end).trimEnd() : title;
}

function takeQuote(lines: readonly string[], at: number, depth: number): Taken | null {
  let end = at;
  while (end < lines.length && QUOTE.test(lines[end])) end += 1;
  if (end === at) return null;
  const inner = lines.slice(at, end).map((line) => line.replace(QUOTE, ''));
  return { block: { kind: 'quote', blocks: parseBlocks(inner, depth + 1) }, next: end };
}

function takeList(lines: readonly string[], at: number, depth: number): Taken | null {
  const first = ITEM.exec(lines[at]);
  if (first === null) return null;
  const isOrdered = first.at(3) !== undefined;
  const items: string[][] = [];
  let indent = 0;
  let end = at;
  let isAfterBlank = false;
  for (; end < lines.length; end++) {
    const line = lines[end];
    const item = ITEM.exec(line);
    if (line.trim() === '') {
      isAfterBlank = true;
      items.at(-1)?.push('');
    } else if (items.length > 0 && indentOf(line) >= indent) {
      items.at(-1)?.push(line.slice(indent));
      isAfterBlank = false;
    } else if (item !== null && (item.at(3) !== undefined) === isOrdered && !RULE.test(line)) {
      indent = item[0].length;
      items.push([line.slice(indent)]);
      isAfterBlank = false;
    } else if (isAfterBlank || item !== null || startsBlock(line)) {
      break;
    } else {
      items.at(-1)?.push(line.trimStart());
    }
  }
  return {
    block: {
      kind: 'list',
      isOrdered,
      start: isOrdered ? Number(first[3]) : 1,
      items: items.map((item) => parseBlocks(item, depth + 1)),
    },
    next: end,
  };
}

function takeTable(lines: readonly string[], at: number): Taken | null {
  if (at + 1 >= lines.length || !lines[at].includes('|') || !lines[at + 1].includes('|')) return null;
  const header = cells(lines[at]);
  const divider = cells(lines[at + 1]);
  if (header.length < 2 || divider.length !== header.length) return null;
  if (!divider.every((cell) => DIVIDER_CELL.test(cell))) return null;
  let end = at + 2;
  while (end < lines.length && lines[end].includes('|') && lines[end].trim() !== '') end += 1;
  const rows = lines.slice(at + 2, end).map((line) => {
    const row = cells(line);
    return header.map((_, i) => parseInline(row.at(i) ?? ''));
  });
  return { block: { kind: 'table', header: header.map((cell) => parseInline(cell)), rows }, next: end };
}

function cells(line: string): readonly string[] {
  const parts = line.trim().replace(/^\|/, '').replace(/\|$/, '').split('|');
  return parts.map((part) => part.trim());
}

function takeParagraph(lines: readonly string[], at: number): Taken {
  let end = at + 1;
  while (end < lines.length && lines[end].trim() !== '' && !startsBlock(lines[end])) end += 1;
  const text = lines.slice(at, end).join('\n');
  return { block: { kind: 'paragraph', inlines: parseInline(text) }, next: end };
}

function startsBlock(line: string): boolean {
  return (
    openingFence(line) !== null ||
    HEADING.test(line) ||
    QUOTE.test(line) ||
    ITEM.test(line) ||
    RULE.test(line)
  );
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

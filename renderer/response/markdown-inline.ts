/** What stands inside a paragraph. A link shows its address beside its words and leads nowhere. */
export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'strong' | 'emphasis' | 'strike'; readonly inlines: readonly Inline[] }
  | { readonly kind: 'link' | 'image'; readonly label: string; readonly address: string }
  | { readonly kind: 'math'; readonly tex: string; readonly isDisplay: boolean }
  | { readonly kind: 'break' };

const DEEPEST = 4;
const MARKS = [
  ['**', 'strong'],
  ['__', 'strong'],
  ['~~', 'strike'],
  ['*', 'emphasis'],
  ['_', 'emphasis'],
] as const;
/** Where anything but text may begin. */
const SPECIAL = /[\\`*_~[!$\n]/g;
const LONGEST_LINK = 1_000;
const LONGEST_MATH = 2_000;
const ESCAPABLE = /[!-/:-@[-`{-~]/;

export function parseInline(text: string): readonly Inline[] {
  return parse(text, 0);
}

function parse(text: string, depth: number): readonly Inline[] {
  const out: Inline[] = [];
  let pending = '';
  let at = 0;
  /** Marks that have no partner further on: asked for once, so that time stays linear. */
  const lonely = new Set<string>();
  const flush = (): void => {
    if (pending !== '') out.push({ kind: 'text', text: pending });
    pending = '';
  };
  while (at < text.length) {
    SPECIAL.lastIndex = at;
    const next = SPECIAL.exec(text)?.index ?? text.length;
    pending += text.slice(at, next);
    at = next;
    if (at >= text.length) break;
    const taken = takeAt(text, at, depth, lonely);
    if (taken === null) {
      pending += text.charAt(at);
      at += 1;
    } else {
      if (taken.inline.kind === 'text') pending += taken.inline.text;
      else {
        flush();
        out.push(taken.inline);
      }
      at = taken.next;
    }
  }
  flush();
  return out;
}

interface Taken {
  readonly inline: Inline;
  readonly next: number;
}

function takeAt(text: string, at: number, depth: number, lonely: Set<string>): Taken | null {
  switch (text.charAt(at)) {
    case '\n':
      return { inline: { kind: 'break' }, next: at + 1 };
    case '$':
      return text.startsWith('$$', at)
        ? takeMath(text, at, '$$', '$$', true)
        : takeMath(text, at, '$', '$', false);
    case '\\':
      if (text.startsWith('\\(', at)) return takeMath(text, at, '\\(', '\\)', false) ?? plain(text, at);
      if (text.startsWith('\\[', at)) return takeMath(text, at, '\\[', '\\]', true) ?? plain(text, at);
      return ESCAPABLE.test(text.charAt(at + 1))
        ? { inline: { kind: 'text', text: text.charAt(at + 1) }, next: at + 2 }
        : null;
    case '`':
      return takeCode(text, at, lonely);
    case '[':
      return takeLink(text, at, 'link');
    case '!':
      return text.charAt(at + 1) === '[' ? takeLink(text, at + 1, 'image') : null;
    default:
      return depth < DEEPEST ? takeMarked(text, at, depth, lonely) : null;
  }
}

/** What is escaped, as it is. */
function plain(text: string, at: number): Taken {
  return { inline: { kind: 'text', text: text.charAt(at + 1) }, next: at + 2 };
}

/**
 * A formula between its marks, on one paragraph. A single dollar opens before something that is not a space and closes
 * after such, not before a digit: `$5 and $10` are prices.
 */
function takeMath(text: string, at: number, open: string, close: string, isDisplay: boolean): Taken | null {
  const from = at + open.length;
  const near = text.slice(from, from + LONGEST_MATH);
  const end = near.indexOf(close);
  if (end <= 0) return null;
  const tex = near.slice(0, end);
  if (open === '$') {
    const isPrice =
      /^\s|\s$|\n/.test(tex) || /^\d/.test(near.charAt(end + 1)) || near.charAt(end + 1) === '$';
    if (isPrice) return null;
  }
  return { inline: { kind: 'math', tex, isDisplay }, next: from + end + close.length };
}

function takeCode(text: string, at: number, lonely: Set<string>): Taken | null {
  let width = 1;
  while (text.charAt(at + width) === '`') width += 1;
  const fence = '`'.repeat(width);
  const all: Taken = { inline: { kind: 'text', text: fence }, next: at + width };
  if (lonely.has(fence)) return all;
  let end = text.indexOf(fence, at + width);
  while (end !== -1 && text.charAt(end + width) === '`') {
    while (text.charAt(end) === '`') end += 1;
    end = text.indexOf(fence, end);
  }
  if (end === -1) {
    lonely.add(fence);
    return all;
  }
  const inner = text.slice(at + width, end).replaceAll('\n', ' ');
  const isPadded = inner.length > 2 && inner.startsWith(' ') && inner.endsWith(' ');
  return { inline: { kind: 'code', text: isPadded ? inner.slice(1, -1) : inner }, next: end + width };
}

function takeMarked(text: string, at: number, depth: number, lonely: Set<string>): Taken | null {
  const run = runLength(text, at);
  // A line of stars or underscores is what it is.
  if (run > 3) return { inline: { kind: 'text', text: text.slice(at, at + run) }, next: at + run };
  for (const [mark, kind] of MARKS) {
    if (!text.startsWith(mark, at) || lonely.has(mark)) continue;
    const from = at + mark.length;
    // Opens before a word, and an underscore not inside one.
    if (/^\s?$/.test(text.charAt(from)) || (mark.startsWith('_') && isWord(text.charAt(at - 1)))) continue;
    const end = closing(text, from, mark);
    if (end === null) {
      lonely.add(mark);
      continue;
    }
    return { inline: { kind, inlines: parse(text.slice(from, end), depth + 1) }, next: end + mark.length };
  }
  return null;
}

/** The place of the mark that ends what the one before `from` begins. */
function closing(text: string, from: number, mark: string): number | null {
  const isSingle = mark.length === 1;
  for (let end = text.indexOf(mark, from + 1); end !== -1; end = text.indexOf(mark, end + 1)) {
    if (isSingle && text.charAt(end + 1) === mark) {
      // A double mark inside: skip it whole.
      end += 1;
      continue;
    }
    if (/\s/.test(text.charAt(end - 1)) || text.charAt(end - 1) === '\\') continue;
    if (mark.startsWith('_') && isWord(text.charAt(end + mark.length))) continue;
    // `**a *b***`: the outer mark is the last of the run.
    return isSingle ? end : end + Math.max(0, runLength(text, end) - mark.length);
  }
  return null;
}

function runLength(text: string, at: number): number {
  let end = at + 1;
  while (end < text.length && text.charAt(end) === text.charAt(at)) end += 1;
  return end - at;
}

function takeLink(text: string, at: number, kind: 'link' | 'image'): Taken | null {
  // Looks only so far: a megabyte of brackets must not be searched from each of them.
  const near = text.slice(at, at + LONGEST_LINK);
  const close = near.indexOf('](');
  const label = near.slice(1, close);
  if (close === -1 || label.includes('[') || label.includes('\n')) return null;
  const end = near.indexOf(')', close);
  if (end === -1) return null;
  const address = near.slice(close + 2, end);
  if (/\s/.test(address.trim())) return null;
  return { inline: { kind, label, address: address.trim() }, next: at + end + 1 };
}

function isWord(character: string): boolean {
  return /[\p{L}\p{N}]/u.test(character);
}

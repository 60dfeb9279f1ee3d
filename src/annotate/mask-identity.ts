/**
 * Hides where a response says which model wrote it ("I am …", "as an AI language model developed by …"), so that grading
 * stays blind. The stored text is never changed: what is shown has a mark of fixed width in its place (a width would tell the
 * name) and the ranges lead back.
 */
export interface Mask {
  /** In the text that is shown; end exclusive. */
  readonly start: number;
  readonly end: number;
  /** In the text as it is stored. */
  readonly originalStart: number;
  readonly originalEnd: number;
}

export interface MaskedText {
  readonly text: string;
  /** Ascending, apart from each other. */
  readonly masks: readonly Mask[];
}

/** How far back a sentence is read. */
const SENTENCE = 300;

/** What stands for a hidden name. */
export const MASK = '█████';

/** Masks one response; the names that its prompt speaks of are its subject and stay, except where the model names itself. */
export type Masker = (text: string, prompt: string) => MaskedText;

/** Hidden wherever they stand: they name models and their makers, and nothing else. */
const DISTINCT =
  'ChatGPT|OpenAI|Open Assistant|OpenAssistant|Anthropic|DeepMind|Vicuna|LMSYS|Mixtral|Mistral AI|DeepSeek|WizardLM|ChatGLM|Qwen|' +
  'Tongyi Qianwen|Baichuan|InternLM|Zhipu AI|Moonshot AI|MiniMax AI|StableLM|Stability AI|MosaicML|GPT4All|Guanaco|Nous Hermes|' +
  'OpenChat|OpenHermes|xAI|Hugging ?Face|HuggingChat|Nvidia Nemotron|Nemotron|Inflection AI|AI21 Labs|01\\.AI|Yi-\\d+B|' +
  'text-davinci-\\d+|GPT[- ]?\\d[\\w.]*(?:-\\w+){0,4}|Claude[- ](?:v?\\d[\\w.]*|instant|haiku|sonnet|opus)(?:-\\w+){0,4}|' +
  'Llama[- ]?\\d[\\w.]*(?:-\\w+){0,4}|PaLM[- ]?\\d[\\w.]*|Gemini[- ](?:\\d[\\w.]*|pro|ultra|nano|flash)(?:-\\w+){0,4}|' +
  'Gemma[- ]?\\d[\\w.]*|Phi-\\d[\\w.]*|Command[- ]R\\+?';

/** Words that are also names of models or makers: hidden only where a model speaks of itself. */
const AMBIGUOUS =
  'GPT|Claude|Bard|Gemini|Gemma|Llama|Alpaca|Koala|Dolly|Falcon|Mistral|PaLM|LaMDA|Command|Cohere|Grok|Bing|Copilot|Sydney|' +
  'Titan|Nova|Orca|Zephyr|Phi|Jamba|Kimi|Ernie|Yi|Aya|OLMo|Tulu|Solar|Granite|Pi|Perplexity|Google(?: AI| Research)?|Microsoft|Meta(?: AI)?|' +
  'Amazon|Apple|IBM|Nvidia|Baidu|Alibaba(?: Cloud)?|Tencent|Databricks|Snowflake|the Technology Innovation Institute|TII|LAION';

/** Between the word that a model means itself by and its name. */
const BETWEEN =
  'an?|the|called|named|known|as|AI|artificial|intelligence|large|small|language|conversational|virtual|helpful|chat|chatbot|chat-?bot|bot|' +
  'assistant|model|models|version|of|based|on|powered|by|from|at|trained|developed|created|made|built|designed|provided|and|also|just|simply|' +
  'multimodal|generative|open-?source|digital|machine|learning|program|system|not|here|help|to';

const SELF =
  "\\bI am|\\bI[’']m|\\bI was|\\bI have been|\\bmy name is|\\bmy name[’']s|\\bcall me|\\bthis is|(?<!\\bsuch )\\bas|\\bpowered by|" +
  '\\b(?:developed|created|trained|built|designed|made|fine-?tuned|maintained|released) (?:and \\w+ )?(?:by|at)|\\bmy (?:creators?|developers?|makers?)(?: at| are| is|,)?';

/** @param modelNames those of the project, as they are named there. */
export function createMasker(modelNames: readonly string[]): Masker {
  const own = modelNames.map((name) => name.trim()).filter((name) => name.length >= 2);
  const distinctOwn = own.filter(
    (name) => /\d|[-_/].*[-_/]|[a-z][-_/][a-z]/iu.test(name) && name.length >= 4,
  );
  const stems = own.flatMap((name) => name.split(/[-_/ .]/u).slice(0, 1)).filter((stem) => stem.length >= 3);
  // A mark that is there already, as in a pack, is one too.
  const anywhere = wholeWords(alternatives(`${MASK}|${DISTINCT}`, distinctOwn));
  const anyName = alternatives(`${DISTINCT}|${AMBIGUOUS}`, [...own, ...stems]);
  const ofItself = new RegExp(
    `(?:${SELF})((?:[\\s,:*"“_]+(?:${BETWEEN})(?![\\p{L}\\p{N}])){0,12}[\\s,:*"“_]+)(${anyName})(?![\\p{L}\\p{N}])`,
    'giu',
  );
  return (text, prompt) => {
    const ranges = [
      ...Array.from(text.matchAll(anywhere), (match): Range => [
        match.index,
        match.index + match[0].length,
      ]).filter(([start, end]) => !mentions(prompt, text.slice(start, end))),
      ...Array.from(text.matchAll(ofItself))
        .filter((match) => !isComparison(match[0], match[2]) && !isOfAnother(match, text))
        .map((match): Range => {
          const end = match.index + match[0].length;
          return [end - match[2].length, end];
        }),
    ];
    return hide(text, merge(ranges));
  };
}

type Range = readonly [start: number, end: number];

/** Where a place in the shown text is in the stored one; inside a mark, `side` says which end of the hidden name. */
export function toOriginal(masked: MaskedText, offset: number, side: 'start' | 'end'): number {
  let shift = 0;
  for (const mask of masked.masks) {
    if (offset <= mask.start && !(side === 'end' && offset > mask.start)) break;
    if (offset < mask.end) return side === 'start' ? mask.originalStart : mask.originalEnd;
    shift = mask.originalEnd - mask.end;
  }
  return offset + shift;
}

/** The way back: where a place of the stored text is in what is shown. */
export function toShown(masked: MaskedText, offset: number, side: 'start' | 'end'): number {
  let shift = 0;
  for (const mask of masked.masks) {
    if (offset <= mask.originalStart) break;
    if (offset < mask.originalEnd) return side === 'start' ? mask.start : mask.end;
    shift = mask.end - mask.originalEnd;
  }
  return offset + shift;
}

/** "a tool created by …": of something else, unless the sentence speaks of a model. */
function isOfAnother(match: RegExpExecArray, text: string): boolean {
  if (!/^(?:developed|created|trained|built|designed|made|fine|maintained|released|powered)/iu.test(match[0]))
    return false;
  const before = text.slice(Math.max(0, match.index - SENTENCE), match.index);
  const sentence = before.split(/[.!?\n]/u).at(-1) ?? '';
  return !/\b(?:I|I['’]m|my|me|AI|model|assistant|chatbot)\b|█/u.test(sentence);
}

/** "as the falcon flies": nobody's name. */
function isComparison(said: string, name: string): boolean {
  return /^as\b/iu.test(said) && name === name.toLowerCase() && !/\d/u.test(name);
}

function hide(text: string, ranges: readonly Range[]): MaskedText {
  let shown = '';
  let from = 0;
  const masks: Mask[] = [];
  for (const [originalStart, originalEnd] of ranges) {
    shown += text.slice(from, originalStart);
    masks.push({ start: shown.length, end: shown.length + MASK.length, originalStart, originalEnd });
    shown += MASK;
    from = originalEnd;
  }
  return { text: shown + text.slice(from), masks };
}

function merge(ranges: readonly Range[]): readonly Range[] {
  const merged: Range[] = [];
  for (const [start, end] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last === undefined || start > last[1]) merged.push([start, end]);
    else merged[merged.length - 1] = [last[0], Math.max(last[1], end)];
  }
  return merged;
}

function mentions(prompt: string, name: string): boolean {
  return prompt.toLowerCase().includes(name.toLowerCase());
}

function wholeWords(names: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${names})(?![\\p{L}\\p{N}])`, 'giu');
}

/** Longer names first, so that the whole of a name is hidden. */
function alternatives(patterns: string, names: readonly string[]): string {
  const escaped = [...names]
    .sort((a, b) => b.length - a.length)
    .map((name) => name.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, '\\$&'));
  return [...escaped, patterns].join('|');
}

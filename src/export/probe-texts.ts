/** Generated texts that put every path of the encoder to the test. Nothing here comes from anybody's data. */
import type { Rng } from '../core/rng.ts';

const OPENERS = [
  'Explain', 'Prove that', 'Translate into French:', 'What is', 'Why does', 'How would you debug', 'Summarise',
  'Write a short poem about', 'Compare', 'List three facts about', 'Fix the grammar:', 'Could you estimate',
]; // prettier-ignore
const TOPICS = [
  'the tides', 'a red–black tree', 'photosynthesis', 'an unpaid invoice', 'the square root of two', 'two chess openings',
  'a leap year', 'the cache of a web server', 'a sonnet', 'inflation in 1923', 'the human heart', 'a race condition',
  'sourdough bread', 'the offside rule', 'quantum tunnelling', 'a rental contract',
]; // prettier-ignore
const TAILS = [
  '?', '.', ' in one sentence.', ' for a child of 7.', ' step by step, then give the answer as a number.', '!',
  ' and cite your sources…', ' (at most 120 words)', ' – without using the letter “e”.', '\n\nAnswer in Markdown.',
]; // prettier-ignore
const OTHER_SCRIPTS = [
  '请用三句话解释量子纠缠，并举一个例子。', '東京タワーの高さは何メートルですか？', '오늘 날씨에 어울리는 노래를 추천해 주세요.',
  'Почему небо голубое? Объясни за 3 шага.', 'اشرح نظرية فيثاغورس بمثال بسيط.', 'मुझे पाइथागोरस प्रमेय समझाइए।',
  'Ποιος έγραψε την Οδύσσεια; ΟΔΥΣΣΕΥΣ', 'İstanbul’da IŞIK nasıl yazılır?', 'Größe, Straße und ẞ: welche Regel gilt?',
  'ทำไมท้องฟ้าจึงเป็นสีฟ้า', 'שלום, מה השעה בניו יורק?', '混合 mixed テキスト text 123 １２３ ＡＢＣ',
]; // prettier-ignore
const CODE = [
  'def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\n\nWhat is f(10)?',
  '```js\nconst xs = [3, 1, 2].sort((a, b) => a - b);\n```\nWhy does this mutate?',
  'SELECT name, COUNT(*) FROM users WHERE id > 10 GROUP BY name;',
  '{"a": [1, 2.5e-3, null], "b": "\\u00e9"}',
  '\\int_0^1 x^2 \\, dx = \\frac{1}{3}',
  'curl -s https://example.org/?q=a%20b | sed -e "s/x/y/g"',
];
/** Blank and tiny texts, compatibility forms, combining marks, emoji, unassigned and private code points, controls. */
const EDGES = [
  '', ' ', '\n\t \u3000', 'a', '7', '?', '字', 'かな', 'ﬁﬂ ① ² ｶﾞ ㍿ Å', 'e\u0301le\u0300ve vs élève', 'A\u030a\u0323 Ṩ',
  '👩‍👩‍👧‍👦 🇫🇷 👍🏽 😀😀😀', '\u0378\u0379 \u{1fae9} \u{323b0}', '\ue000\u{f0000} private', 'a\u200bb\ufeffc\u00add\u2060e',
  '\u202eright to left\u202c', '\u0000\u0001\u007f', 'x'.repeat(400), '好'.repeat(60), 'na '.repeat(300), '.'.repeat(50),
  'WHY IS THIS ALL CAPITALS', 'MiXeD CaSe ΣΑΣ ß ŉ ǰ', '\r\n\r\nline one\r\nline two\u2028line three', '    indented\n\tcode',
]; // prettier-ignore

function pick<T>(rng: Rng, choices: readonly T[]): T {
  return choices[Math.floor(rng.uniform() * choices.length)];
}

function sentence(rng: Rng): string {
  const core = `${pick(rng, OPENERS)} ${pick(rng, TOPICS)}${pick(rng, TAILS)}`;
  return rng.uniform() < 0.3 ? `${core} ${Math.floor(rng.uniform() * 10000)}` : core;
}

function paragraph(rng: Rng, sentences: number): string {
  return Array.from({ length: sentences }, () => sentence(rng)).join(' ');
}

/**
 * At least `count` texts: each edge case, script and piece of code once, then sentences and paragraphs of a small grammar,
 * the longest beyond what an encoder with a limit of a few thousand code points reads.
 */
export function probeTexts(rng: Rng, count: number): string[] {
  const texts = [...EDGES, ...OTHER_SCRIPTS, ...CODE, paragraph(rng, 12), paragraph(rng, 120)];
  while (texts.length < count) texts.push(rng.uniform() < 0.7 ? sentence(rng) : paragraph(rng, 5));
  return texts;
}

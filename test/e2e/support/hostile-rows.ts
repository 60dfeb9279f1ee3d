/** Prompts and responses that try to be more than text. */
const texts = [
  '<script>window.__pwned = 1</script><img src=x onerror="window.__pwned = 2"><iframe src="javascript:alert(1)"></iframe>',
  '[click](javascript:alert(1)) ![picture](https://evil.example/x.png) <a href="https://evil.example">link</a> https://evil.example/auto',
  'pay\u202Egnp.exe\u202C zero\u200Bwidth \u2066isolated\u2069 tags\u{E0041}\u{E0042} bell\u0007',
  '{@html "<b>x</b>"} {{constructor.constructor("alert(1)")()}} </textarea><style>*{display:none}</style><svg onload=alert(1)>',
  `${'*'.repeat(20_000)}${'['.repeat(20_000)}${'`'.repeat(999)}`,
  `${'> '.repeat(5_000)}deep ${'- '.repeat(5_000)}deeper`,
  'x'.repeat(1_000_000),
  'line\n'.repeat(30_000),
  '```\nnever closed <script>window.__pwned = 3</script>',
  '\u202E'.repeat(3_000),
];

export const hostileRows = texts.map((text, i) => ({
  prompt_id: `h${i} <b>`,
  source: 'hostile <i>set</i>',
  split: 'train',
  category: i % 2 === 0 ? '<u>category</u>' : '\u202Eyrogetac',
  prompt: `Prompt ${i}: ${text.slice(0, 4_000)}`,
  models: ['<b>model</b>', 'other\u202Eledom'],
  responses: { '<b>model</b>': text, 'other\u202Eledom': texts.at(i - 3) ?? '' },
}));

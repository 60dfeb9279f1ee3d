/** Rows as files hold them, written for the tests. */

export const pairsRow = {
  prompt_id: 'p/1',
  source: 'kitchen',
  split: 'train',
  category: 'cooking',
  lang: 'en',
  prompt: 'How long does rice take?',
  reference: null,
  model_a: 'large',
  model_b: 'small',
  response_a: 'Eighteen minutes.',
  response_b: 'An hour.',
  len_a: 17,
  len_b: 8,
  gold: { kind: 'human_expert', scale: [0, 10], score_a: 9, score_b: 2, pref: 'a' },
  judges: [
    { judge: 'referee', type: 'pairwise', score_a: null, score_b: null, verdict: 'a', order: 'ab' },
    { judge: 'referee', type: 'pairwise', score_a: null, score_b: null, verdict: 'b', order: 'ba' },
  ],
};

export const wideRow = {
  prompt_id: 'w/1',
  source: 'quiz',
  split: 'test',
  category: null,
  lang: 'en',
  prompt: 'Which river is longest?',
  reference: 'The Nile',
  models: ['large', 'small', 'silent'],
  responses: { large: 'The Nile.', small: 'The Danube.' },
  len: { large: 9, small: 11 },
  truncated: ['small'],
  gold_kind: 'human_annotators',
  gold_scale: [0, 1],
  gold: { large: 1, small: 0 },
  judges: {
    overlap: { type: 'rule', scale: [0, 1], scores: { large: 0.5, small: 0 } },
    reader: { type: 'pointwise', scale: [1, 5], scores: { large: 5, small: null } },
  },
};

export const swapRow = {
  prompt_id: 's/1',
  source: 'chat',
  split: 'dev',
  category: null,
  lang: 'de',
  prompt: 'Erzähl einen Witz',
  judge: 'referee',
  pairs: [
    ['large', 'small', 'a', 'tie'],
    ['large', 'tiny', 'b', null],
  ],
};

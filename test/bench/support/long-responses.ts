import type { WritableDb } from '../../../db/sqlite.ts';
import { createRng } from '../../../src/core/rng.ts';

const POOL = 64;
const LEAST_CHARACTERS = 2_000;
const MOST_CHARACTERS = 10_000;

const PARAGRAPH =
  'The **first** thing to look at is how often each branch is taken: with `n` items and a hash of *good* quality the ' +
  'expected cost is constant, while in the worst case it grows with $n$. See [the notes](https://example.org/notes) for why.';
const PARTS: readonly string[] = [
  `## What happens here\n\n${PARAGRAPH}\n`,
  `${PARAGRAPH} ${PARAGRAPH}\n`,
  '- one reason, with `code` in it\n- another\n  - and one below it\n- a **third** one that goes on for a while so that it wraps\n',
  '1. Sort by key.\n2. Walk once over the pairs.\n3. Keep the smaller of the two.\n',
  '```python\ndef merge(left, right):\n    """Two sorted lists into one."""\n    out = []\n    while left and right:\n' +
    '        out.append((left if left[0] <= right[0] else right).pop(0))\n    return out + left + right\n```\n',
  '```sql\nSELECT p.id, count(*) AS votes\nFROM prompt p JOIN vote v ON v.prompt_id = p.id\nGROUP BY p.id\nHAVING votes > 3;\n```\n',
  '| method | time | space | note |\n| --- | ---: | ---: | --- |\n| sort | n log n | n | stable |\n| hash | n | n | *no* order |\n| scan | n^2 | 1 | `simple` |\n',
  '> It is never faster than reading the input once.\n>\n> That is the bound.\n',
  'The sum is $$\\sum_{i=1}^{n} i = \\frac{n(n+1)}{2}$$ and therefore quadratic.\n',
];

/** So many texts of 2 to 10 kB as models write them: headings, lists, code, tables, formulas. */
export function longResponses(seed = 1): readonly string[] {
  const rng = createRng(seed);
  return Array.from({ length: POOL }, (_, i) => {
    const characters = LEAST_CHARACTERS + ((MOST_CHARACTERS - LEAST_CHARACTERS) * i) / (POOL - 1);
    let text = '';
    while (text.length < characters) text += `${PARTS[Math.floor(rng.uniform() * PARTS.length)] ?? ''}\n`;
    return text;
  });
}

/** Gives every other prompt of these long responses; the rest stay short. Not for rows that are indexed already. */
export function lengthenResponses(db: WritableDb, promptIds: readonly number[]): void {
  const texts = longResponses();
  const update = db.prepare<[string, number, number]>(
    'UPDATE response SET text = ?, chars = length(text) WHERE prompt_id = ? AND model_id = ?',
  );
  db.transaction(() => {
    promptIds.forEach((id, i) => {
      if (i % 2 === 1) return;
      for (const model of [1, 2]) update.run(texts[(i / 2 + model * 31) % POOL] ?? '', id, model);
    });
  })();
}

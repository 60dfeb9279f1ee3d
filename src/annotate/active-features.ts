import type { Matrix } from '../core/matrix.ts';

/** What is known of an item before anybody grades it. */
export interface ActiveRow {
  readonly text: string;
  readonly category: string | null;
  readonly language: string | null;
  /** NaN where the source says nothing. */
  readonly preference: number;
}

const MAX_CATEGORIES = 10;
const MAX_LANGUAGES = 5;

/** A handful of features of the prompt: category, language, length, code, digits, question; with `looksAtVerdict` also y. */
export function activeFeatures(rows: readonly ActiveRow[], looksAtVerdict: boolean): Matrix {
  const categories = mostFrequent(
    rows.map((row) => row.category),
    MAX_CATEGORIES,
  );
  const languages = mostFrequent(
    rows.map((row) => row.language),
    MAX_LANGUAGES,
  );
  const cols = categories.length + languages.length + 4 + (looksAtVerdict ? 3 : 0);
  const data = new Float64Array(rows.length * cols);
  rows.forEach(({ text, category, language, preference }, row) => {
    let at = row * cols;
    const put = (value: number): number => (data[at++] = value);
    for (const each of categories) put(Number(category === each));
    for (const each of languages) put(Number(language === each));
    put(Math.log1p(text.length));
    put(Number(/```|[{};]\s*$/mu.test(text)));
    put(Number(/\d/u.test(text)));
    put(Number(text.includes('?')));
    if (!looksAtVerdict) return;
    const isAbsent = Number.isNaN(preference);
    put(isAbsent ? 0 : preference);
    put(isAbsent ? 0 : Math.abs(preference));
    put(Number(isAbsent));
  });
  return { rows: rows.length, cols, data };
}

function mostFrequent(values: readonly (string | null)[], limit: number): readonly string[] {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, limit)
    .map(([value]) => value);
}

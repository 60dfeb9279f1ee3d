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
  const lines = rows.map(({ text, category, language, preference }) => [
    ...categories.map((each) => Number(category === each)),
    ...languages.map((each) => Number(language === each)),
    Math.log1p(text.length),
    Number(/```|[{};]\s*$/mu.test(text)),
    Number(/\d/u.test(text)),
    Number(text.includes('?')),
    ...(looksAtVerdict
      ? [
          Number.isNaN(preference) ? 0 : preference,
          Number.isNaN(preference) ? 0 : Math.abs(preference),
          Number(Number.isNaN(preference)),
        ]
      : []),
  ]);
  const cols = lines[0]?.length ?? 0;
  return { rows: rows.length, cols, data: Float64Array.from(lines.flat()) };
}

function mostFrequent(values: readonly (string | null)[], limit: number): readonly string[] {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, limit)
    .map(([value]) => value);
}

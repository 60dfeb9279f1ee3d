import { describeGrade } from '../grade/describe-grade.ts';
import type { Disagreement } from './item-key.ts';

type Given = Disagreement['grades'][number];

/** What was said and how often, the most often first: `Left better 2 · Equal 1`. A decision stands in front. Pure. */
export function describeInBrief(grades: readonly Given[]): string {
  const counts = new Map<string, number>();
  const decisions: string[] = [];
  for (const { action, grade } of grades) {
    if (grade === null) continue;
    const { strength: _, ...plain } = { strength: undefined, ...grade };
    const said = describeGrade(plain);
    if (action === 'adjudicate') decisions.push(said);
    else counts.set(said, (counts.get(said) ?? 0) + 1);
  }
  const given = [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([said, count]) => (count === 1 ? said : `${said} ×${count}`))
    .join(' · ');
  const decision = decisions.at(-1);
  return decision === undefined ? given : `→ ${decision} (${given})`;
}

import type { Warning } from '../../src/core/warning.ts';
import { SPLIT } from '../../src/routing/snapshot.ts';
import type { GoldGrades } from './gold.ts';

/**
 * Prompts that the draw left out and that somebody graded all the same. Whether a prompt was sent to experts is then no longer
 * what was drawn, and its logged π is false: such gold trains nothing (ADR "One draw in an item's life"). It is counted here.
 *
 * @param gold of every model against the anchor.
 * @param ids prompt ids, row by row, and the split of each.
 */
export function leftOutGold(
  gold: readonly GoldGrades[],
  { ids, split }: { readonly ids: readonly number[]; readonly split: Uint8Array },
): readonly Warning[] {
  const isGradedAnyway = ({ byPrompt }: GoldGrades, id: number): boolean =>
    (byPrompt.get(id) ?? []).some((grade) => grade.isPerson === 1 && grade.isDrawn === 0);
  const count = ids.filter(
    (id, row) => split[row] !== SPLIT.test && gold.some((each) => isGradedAnyway(each, id)),
  ).length;
  if (count === 0) return [];
  return [
    {
      code: 'graded-outside-the-draw',
      message:
        `${count === 1 ? 'One prompt was' : `${count} prompts were`} graded although the draw had left ` +
        `${count === 1 ? 'it' : 'them'} out. The grades are kept and shown, and train nothing: with them the logged ` +
        'probabilities would be false, and every mean off. Grade from a queue, which offers what was drawn.',
    },
  ];
}

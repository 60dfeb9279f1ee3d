import type { Warning } from '../core/warning.ts';
import { groupNearDuplicates } from '../features/near-duplicates.ts';
import { SPLIT, type Snapshot } from './snapshot.ts';

type Grouped = Pick<Snapshot, 'prompts' | 'group' | 'split'>;

/**
 * The snapshot with prompts that are nearly the same in one group, so that no fold is predicted by its own copy. The splits of
 * the data stay as they are; where such prompts stand on both sides of the test split, a warning counts them.
 */
export function withNearDuplicates<S extends Grouped>(
  snapshot: S,
): { readonly snapshot: S; readonly warnings: readonly Warning[] } {
  const { prompts, split } = snapshot;
  const { group, inTemplates } = groupNearDuplicates(prompts, snapshot.group);
  const warnings: Warning[] = [];
  const trained = new Set(group.filter((_, i) => split[i] !== SPLIT.test));
  const straddling = group.filter((number, i) => split[i] === SPLIT.test && trained.has(number)).length;
  if (straddling > 0) {
    warnings.push({
      code: 'near-duplicates-across-splits',
      message:
        `${straddling} test prompts are nearly the same as a training prompt. The split is the data's and stays; figures on ` +
        'such prompts are better than on new ones.',
    });
  }
  if (inTemplates > 0) {
    warnings.push({
      code: 'prompts-from-template',
      message:
        `${inTemplates} prompts are most alike in many copies: a template with other contents. They are treated as ` +
        'different prompts.',
    });
  }
  return { snapshot: { ...snapshot, group }, warnings };
}

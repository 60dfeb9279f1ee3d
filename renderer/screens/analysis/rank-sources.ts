import type { MethodOutput } from '../../../src/contract/methods.ts';

type Source = MethodOutput<'project.status'>['sources'][number];

/** People before judges before rules before simulations. */
const KINDS: readonly Source['kind'][] = ['crowd', 'judge', 'reward-model', 'rule', 'simulated'];

/** Sources with the likeliest choice first: by kind, then by how much they say, then by how well they agree with gold. */
export function rankSources(sources: readonly Source[]): readonly Source[] {
  return [...sources].sort(
    (a, b) =>
      KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) ||
      b.prompts - a.prompts ||
      (b.agreement.value ?? 0) - (a.agreement.value ?? 0),
  );
}

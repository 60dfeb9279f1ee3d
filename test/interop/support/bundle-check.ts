/** Comparing the gains of a foreign program with ours. */
import type { Bundle } from '../../../src/export/bundle.ts';
import { createChooser, ruleOf } from '../../../src/runtime/decide.ts';
import type { Manifest } from '../../../src/runtime/manifest.ts';

export type { Bundle };

/** The largest difference, and whether every row further than 1e-5 from another decision is decided alike. */
export function agreesWithin(
  manifest: Manifest,
  expected: readonly (readonly number[])[],
  given: readonly (readonly number[])[],
): { readonly difference: number; readonly isSame: boolean } {
  const choose = createChooser(manifest);
  const rule = ruleOf(manifest, {});
  const columns = manifest.heads.map(({ model }) => manifest.models.findIndex(({ name }) => name === model));
  const heads = (row: readonly number[]): number[] =>
    row.length === 1 ? [...row] : columns.map((k) => row[k]);
  let difference = given.length === expected.length ? 0 : NaN;
  let isSame = given.length === expected.length;
  expected.forEach((row, i) => {
    row.forEach((value, k) => {
      difference = Math.max(difference, Math.abs(value - (given[i]?.[k] ?? NaN)));
    });
    const ours = choose(heads(row), rule);
    if (ours.margin > 1e-5 && choose(heads(given[i]), rule).model !== ours.model) isSame = false;
  });
  return { difference, isSame };
}

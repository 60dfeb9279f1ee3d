import { wilsonInterval } from '../../src/stats/clustered-share.ts';
import type { Source } from '../repositories/sources.ts';
import type { ReadableDb } from '../sqlite.ts';
import type { GoldGrades, Grade } from './gold.ts';
import { pairGold } from './gold.ts';
import { loadPreferences, pairPreference } from './preferences.ts';

/** How often a source and gold say the same, over pairs of models that both judged at a prompt. */
export interface Agreement {
  readonly n: number;
  /** Null where n is 0. */
  readonly agreementRate: number | null;
  /** Wilson's interval. It takes pairs for independent, which the pairs of one prompt are not quite. */
  readonly ci95: readonly [number, number] | null;
}

export interface SourceAgreement {
  /** Same sign of the gain: a tie agrees with a tie only. */
  readonly agreement: Agreement;
  /** Among the pairs that neither calls a tie. */
  readonly agreementWithoutTies: Agreement;
}

/** What visible gold says about the pairs of models of a prompt: 1 for the first, −1 for the second, 0 for a tie. */
export type GoldSigns = ReadonlyMap<
  number,
  readonly { readonly a: number; readonly b: number; readonly sign: number }[]
>;

/** The signs of gold on the given prompts: the same for every source they are compared with. */
export function goldSigns(gold: GoldGrades, promptIds: readonly number[]): GoldSigns {
  const signs = promptIds.map((id) => {
    const grades = gold.byPrompt.get(id) ?? [];
    const pairs = Array.from(gradedPairs(grades), ([a, b]) => ({
      a,
      b,
      sign: signOf(pairGold(grades, a, b, gold.undeclaredRange).gain),
    }));
    return [id, pairs.filter((pair) => !Number.isNaN(pair.sign))] as const;
  });
  return new Map(signs);
}

/** Compares a source with visible gold, over all pairs of models. */
export function sourceAgreements(db: ReadableDb, source: Source, gold: GoldSigns): SourceAgreement {
  const preferences = loadPreferences(db, source, { promptIds: [...gold.keys()] });
  const all = { n: 0, same: 0 };
  const decided = { n: 0, same: 0 };
  for (const [id, pairs] of gold) {
    for (const { a, b, sign } of pairs) {
      const theirs = signOf(pairPreference(preferences, id, a, b).gain);
      if (Number.isNaN(theirs)) continue;
      all.n++;
      if (sign === theirs) all.same++;
      if (sign === 0 || theirs === 0) continue;
      decided.n++;
      if (sign === theirs) decided.same++;
    }
  }
  return {
    agreement: toAgreement(all.same, all.n),
    agreementWithoutTies: toAgreement(decided.same, decided.n),
  };
}

/** The pairs of models that gold may say something about: two scored one by one, or graded as a pair. Smaller id first. */
function gradedPairs(grades: readonly Grade[]): Iterable<readonly [number, number]> {
  const pairs = new Map<string, readonly [number, number]>();
  const add = (a: number, b: number): void => void pairs.set(`${a}:${b}`, [a, b]);
  const single = new Set<number>();
  for (const grade of grades) {
    if (grade.modelBId === null) single.add(grade.modelAId);
    else add(grade.modelAId, grade.modelBId);
  }
  const models = [...single].sort((x, y) => x - y);
  models.forEach((a, i) => {
    for (const b of models.slice(i + 1)) add(a, b);
  });
  return pairs.values();
}

/** The sign of a gain. Averages of votes that cancel out may miss 0 by a rounding error. */
export function signOf(gain: number): number {
  return Math.abs(gain) < 1e-12 ? 0 : Math.sign(gain);
}

function toAgreement(same: number, n: number): Agreement {
  if (n === 0) return { n, agreementRate: null, ci95: null };
  return { n, agreementRate: same / n, ci95: wilsonInterval(same / n, n) };
}

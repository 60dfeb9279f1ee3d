import { listModels } from '../../../db/repositories/models.ts';
import { loadVisibleGrades, pairGold } from '../../../db/snapshot/gold.ts';
import type { ReadableDb } from '../../../db/sqlite.ts';
import { suggestPair, type PairOfModels, type SuggestedPair } from '../../routing/default-pair.ts';

/** More models than this are not compared two by two. */
const MOST_MODELS = 8;

/** Looks at visible gold only. */
export function suggestPairOf(db: ReadableDb): SuggestedPair | null {
  const { byPrompt, undeclaredRange } = loadVisibleGrades(db);
  const counts = new Map<number, number>();
  for (const grades of byPrompt.values()) {
    const graded = new Set(grades.flatMap((grade) => [grade.modelAId, grade.modelBId]));
    for (const id of graded) if (id !== null) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  const models = listModels(db)
    .filter((model) => counts.has(model.id))
    .sort((x, y) => (counts.get(y.id) ?? 0) - (counts.get(x.id) ?? 0))
    .slice(0, MOST_MODELS)
    .sort((x, y) => x.id - y.id);
  const pairs = models.flatMap((a, i) =>
    models.slice(i + 1).map((b): PairOfModels => ({
      a: a.name,
      b: b.name,
      gains: [...byPrompt.values()]
        .map((grades) => pairGold(grades, a.id, b.id, undeclaredRange).gain)
        .filter(Number.isFinite),
      extraPrice: priceOf(a) === null || priceOf(b) === null ? null : (priceOf(a) ?? 0) - (priceOf(b) ?? 0),
    })),
  );
  return suggestPair(pairs);
}

type Model = ReturnType<typeof listModels>[number];

function priceOf({ inputUsdPerMillion, outputUsdPerMillion }: Model): number | null {
  return inputUsdPerMillion === null || outputUsdPerMillion === null
    ? null
    : inputUsdPerMillion + outputUsdPerMillion;
}

import type { Candidate } from '../../db/repositories/draw-candidates.ts';
import type { NewQueueItem } from '../../db/repositories/queue-items.ts';
import type { AttentionCheck } from '../../db/repositories/attention-checks.ts';
import { createRng, deriveSeed } from '../core/rng.ts';
import type { ItemReason } from './why-item.ts';

/** A prompt of a queue, and why it is in it. */
export interface Chosen {
  readonly candidate: Candidate;
  readonly reason: ItemReason;
}

/**
 * Items in an order by chance, so that whoever stops half way has graded a random part. The responses to one prompt stay
 * together: a gain needs both.
 */
export function inRandomOrder(
  chosen: readonly Chosen[],
  { modelIds, isPair }: { readonly modelIds: readonly number[]; readonly isPair: boolean },
  { seed, overlap }: { readonly seed: number; readonly overlap: number },
): readonly NewQueueItem[] {
  const order = createRng(deriveSeed(seed, 'order')).permutation(chosen.length);
  return Array.from(order).flatMap((at): readonly NewQueueItem[] => {
    const each = chosen.at(at);
    if (each === undefined) return [];
    const { promptId, modelIds: present } = each.candidate;
    const base = { promptId, checkId: null, reason: each.reason, wanted: overlap };
    if (isPair) return [{ ...base, modelAId: modelIds[0] ?? 0, modelBId: modelIds[1] ?? 0 }];
    const rng = createRng(deriveSeed(seed, 'responses', promptId));
    return Array.from(rng.permutation(present.length)).map((i) => ({
      ...base,
      modelAId: present[i] ?? 0,
      modelBId: null,
    }));
  });
}

const EVERY_RATER = 1_000_000;

/** Checks at places by chance: they look like any other item, and every rater gets them. */
export function* withChecks(
  items: readonly NewQueueItem[],
  checks: readonly AttentionCheck[],
  seed: number,
): Generator<NewQueueItem> {
  const rng = createRng(deriveSeed(seed, 'checks'));
  const places = checks.map(() => Math.floor(rng.uniform() * (items.length + 1))).sort((a, b) => a - b);
  let next = 0;
  for (let i = 0; i <= items.length; i++) {
    for (; places[next] === i; next++) {
      const check = checks.at(next);
      if (check === undefined) continue;
      const { promptId, modelAId, modelBId, id } = check;
      yield { promptId, modelAId, modelBId, checkId: id, reason: null, wanted: EVERY_RATER };
    }
    const item = items.at(i);
    if (i < items.length && item !== undefined) yield item;
  }
}

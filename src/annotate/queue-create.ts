import { insertGoldDraws, type DrawnPrompt } from '../../db/repositories/gold-draw.ts';
import { insertQueueItems } from '../../db/repositories/queue-items.ts';
import { insertQueue, setQueueRaters } from '../../db/repositories/queues.ts';
import { ensureRater } from '../../db/repositories/raters.ts';
import { inTransaction } from '../../db/sqlite.ts';
import type { GradingDeps } from './grading-deps.ts';
import { queueInfo, type QueueInfo } from './queue-info.ts';
import type { NewQueueInput } from './queue-input.ts';
import { planQueue, type QueuePlan } from './queue-plan.ts';

/**
 * Stores a queue as it was planned, in one transaction: the draw of every prompt with its probability, and the items. Errors:
 * `already-exists` where the name is taken, `conflict` where another draw of these prompts came between.
 */
export function storeQueue(deps: GradingDeps, input: NewQueueInput, plan: QueuePlan): QueueInfo {
  const { db } = deps;
  const { draws, items, record } = plan;
  return inTransaction(db, () => {
    const queueId = insertQueue(db, {
      name: input.name,
      taskId: input.taskId,
      kind: input.design.kind,
      overlap: input.overlap,
      seed: input.seed,
      design: record,
      createdMs: deps.clock(),
    });
    insertGoldDraws(
      db,
      {
        lookedAt: draws.lookedAt,
        method: `queue-${input.design.kind}`,
        seed: input.seed,
        createdMs: deps.clock(),
      },
      drawnPrompts(draws),
    );
    insertQueueItems(db, queueId, items);
    setQueueRaters(
      db,
      queueId,
      input.raters.map((name) => ensureRater(db, name, 'person')),
    );
    return queueInfo(db, queueId);
  });
}

function* drawnPrompts({ promptIds, isDrawn, propensities }: QueuePlan['draws']): Generator<DrawnPrompt> {
  for (const [i, promptId] of promptIds.entries()) {
    yield { promptId, isRevealed: isDrawn[i] === 1, propensity: propensities[i] };
  }
}

/** Plans and stores a queue at once: where there are few prompts. */
export function createQueue(deps: GradingDeps, input: NewQueueInput): QueueInfo {
  return inTransaction(deps.db, () => storeQueue(deps, input, planQueue(deps.db, input)));
}

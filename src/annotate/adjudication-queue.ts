import { disagreedItems, itemsToBeDecided } from '../../db/repositories/disagreements.ts';
import type { GradingItem } from '../../db/repositories/grading.ts';
import { insertQueueItems } from '../../db/repositories/queue-items.ts';
import { insertQueue, setQueueRaters } from '../../db/repositories/queues.ts';
import { ensureRater } from '../../db/repositories/raters.ts';
import { inTransaction, type ReadableDb } from '../../db/sqlite.ts';
import { AppError } from '../core/errors.ts';
import type { GradingDeps } from './grading-deps.ts';
import { queueInfo, type QueueDesignRecord, type QueueInfo } from './queue-info.ts';
import { itemKey } from './review-table.ts';
import { getTask } from './tasks.ts';
import type { ItemReason } from './why-item.ts';

/**
 * Queues what raters disagree on, the furthest apart first, and what no open queue for decisions holds already. Whoever
 * decides sees their grades and comments.
 * @throws AppError `not-enough-data` where raters agree, `conflict` where everything is queued already.
 */
export function createAdjudication(
  deps: GradingDeps,
  input: { readonly name: string; readonly taskId: string; readonly raters: readonly string[] },
): QueueInfo {
  return inTransaction(deps.db, () => {
    const { db } = deps;
    getTask(db, input.taskId);
    const items = itemsToQueue(db, input.taskId);
    const record: QueueDesignRecord = {
      models: [],
      design: null,
      split: 'train',
      budget: null,
      eligible: 0,
      drawn: 0,
      warnings: [],
    };
    const queueId = insertQueue(db, {
      name: input.name,
      taskId: input.taskId,
      kind: 'adjudication',
      overlap: 1,
      seed: 0,
      design: record,
      createdMs: deps.clock(),
    });
    const reason: ItemReason = { propensity: null, lookedAt: null, why: 'disagreement' };
    insertQueueItems(
      db,
      queueId,
      items.map(({ promptId, modelAId, modelBId }) => ({
        promptId,
        modelAId,
        modelBId,
        checkId: null,
        reason,
        wanted: 1,
      })),
    );
    setQueueRaters(
      db,
      queueId,
      input.raters.map((name) => ensureRater(db, name, 'person')),
    );
    return queueInfo(db, queueId);
  });
}

function itemsToQueue(db: ReadableDb, taskId: string): readonly GradingItem[] {
  const disagreed = disagreedItems(db, taskId);
  if (disagreed.length === 0) {
    throw new AppError(
      'not-enough-data',
      'No item of this task has grades of two raters that differ and were not decided yet.',
    );
  }
  const queued = itemsToBeDecided(db, taskId);
  const known = new Set(queued.map(itemKey));
  const items = disagreed.filter((item) => !known.has(itemKey(item)));
  if (items.length === 0) {
    const names = [...new Set(queued.map(({ queue }) => `“${queue}”`))].join(', ');
    throw new AppError(
      'conflict',
      `Everything that raters disagree on is queued already, in ${names}. Close that queue to queue it again.`,
    );
  }
  return items;
}

import { disagreedItems } from '../../db/repositories/disagreements.ts';
import { insertQueueItems } from '../../db/repositories/queue-items.ts';
import { insertQueue, setQueueRaters } from '../../db/repositories/queues.ts';
import { ensureRater } from '../../db/repositories/raters.ts';
import { inTransaction } from '../../db/sqlite.ts';
import { AppError } from '../core/errors.ts';
import type { GradingDeps } from './grading-deps.ts';
import { queueInfo, type QueueDesignRecord, type QueueInfo } from './queue-info.ts';
import { getTask } from './tasks.ts';
import type { ItemReason } from './why-item.ts';

/** Queues what raters disagree on, the furthest apart first. Whoever decides sees their grades and comments. */
export function createAdjudication(
  deps: GradingDeps,
  input: { readonly name: string; readonly taskId: string; readonly raters: readonly string[] },
): QueueInfo {
  return inTransaction(deps.db, () => {
    const { db } = deps;
    getTask(db, input.taskId);
    const items = disagreedItems(db, input.taskId);
    if (items.length === 0) {
      throw new AppError(
        'not-enough-data',
        'No item of this task has grades of two raters that differ and were not decided yet.',
      );
    }
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

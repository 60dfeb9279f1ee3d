import { findQueueItem, type QueueItem } from '../../db/repositories/queue-items.ts';
import { getQueue, servesRater, type Queue } from '../../db/repositories/queues.ts';
import type { GradingItem } from '../../db/repositories/grading.ts';
import { getRater } from '../../db/repositories/raters.ts';
import type { ReadableDb } from '../../db/sqlite.ts';
import { AppError } from '../core/errors.ts';

/** A queue and the place of an item in it. */
export interface QueuePlace {
  readonly queue: Queue;
  readonly item: QueueItem;
}

/** `conflict` where the queue is closed, not this rater's, or for seniors only. */
export function requireServed(db: ReadableDb, queueId: number, raterId: number): Queue {
  const queue = getQueue(db, queueId);
  if (!queue.isOpen) {
    throw new AppError('conflict', `The queue “${queue.name}” is closed. Open it again, or grade another.`);
  }
  if (!servesRater(db, queueId, raterId)) {
    throw new AppError('conflict', `The queue “${queue.name}” is for other raters.`);
  }
  if (queue.kind === 'adjudication' && getRater(db, raterId).role !== 'senior') {
    throw new AppError(
      'conflict',
      'Where raters disagree a senior rater decides: change the role of this rater first.',
    );
  }
  return queue;
}

/** Where an item is in a queue that this rater may grade from. */
export function requirePlace(
  db: ReadableDb,
  queueId: number,
  raterId: number,
  graded: GradingItem,
): QueuePlace {
  const queue = requireServed(db, queueId, raterId);
  const item = findQueueItem(db, queueId, graded);
  if (item !== null) return { queue, item };
  throw new AppError('usage', `These responses are not in the queue “${queue.name}”.`);
}

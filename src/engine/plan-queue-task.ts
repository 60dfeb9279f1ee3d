import { openReadable } from '../../db/sqlite.ts';
import type { NewQueueInput } from '../annotate/queue-input.ts';
import { planQueue, type QueuePlan } from '../annotate/queue-plan.ts';
import type { JobControl } from '../core/progress.ts';

/** In a worker: reads the project through a connection of its own, as it is at this moment. */
export function planQueueOf(
  { projectPath, input }: { readonly projectPath: string; readonly input: NewQueueInput },
  control: JobControl,
): QueuePlan {
  const db = openReadable(projectPath);
  try {
    return db.transaction(() => planQueue(db, input, control))();
  } finally {
    db.close();
  }
}

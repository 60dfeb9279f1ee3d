import type { Frozen } from '../contract/method.ts';
import type { queueDesign } from '../contract/queues.ts';
import type { z } from '../contract/zod.ts';

/** What is asked of a queue before it is drawn. */
export type QueueDesign = Frozen<z.output<typeof queueDesign>>;

export interface NewQueueInput {
  readonly name: string;
  readonly taskId: string;
  readonly models: readonly string[];
  readonly design: QueueDesign;
  readonly budget?: number | undefined;
  readonly overlap: number;
  readonly raters: readonly string[];
  readonly split: 'train' | 'test';
  readonly checks: number;
  readonly seed: number;
}

import type { MethodOutput } from '../../../src/contract/methods.ts';

/** The task whose grades are reviewed. */
export type ReviewTask = MethodOutput<'task.list'>['tasks'][number];

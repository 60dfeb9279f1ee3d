import { AppError } from '../../../src/core/errors.ts';
import type { Tasks } from '../../../src/engine/task-protocol.ts';

/** Tasks that behave, and ones that do not. */
// A type and not an interface, so that it counts as a record of tasks.
export type ProbeTasks = {
  /** Computes for so long, reports at every step, looks at the cancel flag. */
  readonly count: {
    readonly input: { readonly steps: number; readonly stepMs: number };
    readonly result: number;
  };
  /** Computes and never looks. */
  readonly deaf: { readonly input: { readonly ms: number }; readonly result: null };
  readonly fail: {
    readonly input: { readonly how: 'explained' | 'bug' | 'exit' | 'throw-later' };
    readonly result: null;
  };
};

function busy(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

export const probeTasks: Tasks<ProbeTasks> = {
  count: ({ steps, stepMs }, control) => {
    for (let i = 0; i < steps; i++) {
      control.throwIfCancelled();
      busy(stepMs);
      control.report({
        stage: 'counting',
        fraction: (i + 1) / steps,
        done: i + 1,
        total: steps,
        unit: 'steps',
      });
    }
    return steps;
  },
  deaf: ({ ms }) => {
    busy(ms);
    return null;
  },
  fail: ({ how }) => {
    switch (how) {
      case 'explained':
        throw new AppError('not-enough-data', 'There is no gold.', { details: { nGold: 0 } });
      case 'bug':
        throw new TypeError('x is not a function');
      case 'exit':
        process.exit(3);
        break;
      case 'throw-later':
        setTimeout(() => {
          throw new Error('outside of any promise');
        }, 1);
        return new Promise(() => undefined);
    }
    return null;
  },
};

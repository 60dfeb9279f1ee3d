import type { z } from './zod.ts';

/** A question with an answer. */
export interface QueryMethod<I extends z.ZodType, O extends z.ZodType> {
  readonly kind: 'query';
  readonly input: I;
  readonly output: O;
}

/** A long piece of work: the answer is a job id, `result` is what `job.result` answers once the job has succeeded. */
export interface JobMethod<I extends z.ZodType, R extends z.ZodType, O extends z.ZodType> {
  readonly kind: 'job';
  readonly input: I;
  readonly output: O;
  readonly result: R;
}

/** Arrays and objects readonly all the way down: what crosses the contract is never changed. */
export type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;

export function query<I extends z.ZodType, O extends z.ZodType>(input: I, output: O): QueryMethod<I, O> {
  return { kind: 'query', input, output };
}

export function job<I extends z.ZodType, R extends z.ZodType, O extends z.ZodType>(
  input: I,
  result: R,
  output: O,
): JobMethod<I, R, O> {
  return { kind: 'job', input, output, result };
}

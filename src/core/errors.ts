/** The closed set of reasons for which the product refuses something. Hosts map them to exit codes and screens. */
export type ErrorCode =
  | 'usage' // the caller asked for something that does not exist or does not fit together
  | 'not-found' // a file, project, run or item is not there
  | 'already-exists'
  | 'invalid-input' // data that cannot be read: a broken line, a wrong type, NaN
  | 'not-enough-data' // zero gold, no overlap, too few prompts
  | 'newer-format' // written by a newer version of the product
  | 'damaged' // a file that fails its integrity check
  | 'locked' // another process has the project open
  | 'conflict' // the request does not fit the present state (undo of an undone grade, …)
  | 'parity-failed' // an export that does not decide as it was evaluated
  | 'cancelled'
  | 'io' // the disk refused
  | 'internal'; // a bug of ours

/** What crosses a process or network boundary instead of an exception. */
export interface ErrorPayload {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * An error the product explains. The message says what happened, what was expected and what to do, without any prompt or
 * response text.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options?: { details?: Readonly<Record<string, unknown>>; cause?: unknown },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.details = options?.details;
  }

  toPayload(): ErrorPayload {
    return {
      code: this.code,
      message: this.message,
      ...(this.details === undefined ? {} : { details: this.details }),
    };
  }
}

/** Turns anything thrown into a payload; what is not an AppError is a bug and is named so. */
export function toErrorPayload(error: unknown): ErrorPayload {
  if (error instanceof AppError) return error.toPayload();
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'internal', message: `Unexpected error: ${message}` };
}

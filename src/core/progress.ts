/** Where a long computation is. `fraction` runs from 0 to 1 over the whole job. */
export interface Progress {
  readonly stage: string;
  readonly fraction: number;
  /** Units done and in all (rows, rounds, bytes), where they are known; `unit` names them. */
  readonly done?: number;
  readonly total?: number;
  readonly unit?: string;
}

/** What every long computation accepts: where to report, and how to learn that it is no longer wanted. */
export interface JobControl {
  readonly report: (progress: Progress) => void;
  /** Throws AppError `cancelled` once the job has been cancelled. Cheap: call it often. */
  readonly throwIfCancelled: () => void;
}

export const uncontrolled: JobControl = { report: () => undefined, throwIfCancelled: () => undefined };

/** A part of a job that covers [from, to] of its progress bar. */
export function subProgress(control: JobControl, from: number, to: number): JobControl {
  return {
    throwIfCancelled: control.throwIfCancelled,
    report: (p) => {
      control.report({ ...p, fraction: from + (to - from) * p.fraction });
    },
  };
}

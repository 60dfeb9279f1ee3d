/**
 * Runs `work` on every item, at most `limit` at a time, and answers the results in the order of the items: the result
 * does not depend on how many run at once. The first failure aborts the signal given to the others, and is thrown once
 * all have stopped.
 */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  limit: number,
  signal: AbortSignal,
  work: (item: T, index: number, signal: AbortSignal) => Promise<R>,
): Promise<R[]> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const results = new Map<number, R>();
  let firstError: { readonly error: unknown } | null = null;
  const queue = items.entries();

  const lane = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (either.aborted) return;
      try {
        results.set(index, await work(item, index, either));
      } catch (error) {
        firstError ??= { error };
        failed.abort();
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
  const failure = firstOf(firstError);
  if (failure !== null) throw failure.error;
  signal.throwIfAborted();
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
}

/** The compiler does not see that a lane has set it. */
function firstOf(error: { readonly error: unknown } | null): { readonly error: unknown } | null {
  return error;
}

/** 0 … n-1 in at most `parts` runs of neighbours, each [from, to). */
export function splitRange(n: number, parts: number): readonly (readonly [from: number, to: number])[] {
  const count = Math.min(n, Math.max(1, parts));
  return Array.from({ length: count }, (_, i) => [
    Math.floor((i * n) / count),
    Math.floor(((i + 1) * n) / count),
  ]);
}

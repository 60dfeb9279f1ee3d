import { addAbortSignal, type Readable } from 'node:stream';
import { AppError } from '../core/errors.ts';

export interface NumberedLine {
  readonly number: number;
  readonly text: string;
}

/** So many lines go to the engine at once. */
const CHUNK_LINES = 500;

/** The lines of a stream that are not blank, in chunks as they arrive: a slow stream is answered line by line. */
export async function* chunksOfLines(
  stream: Readable,
  signal: AbortSignal,
): AsyncGenerator<readonly NumberedLine[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let number = 0;
  let rest = '';
  const take = (text: string): NumberedLine[] => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    return parts.map((line) => ({ number: ++number, text: line })).filter((line) => line.text.trim() !== '');
  };
  const decode = (bytes: Buffer | string | null): string => {
    if (typeof bytes === 'string') return bytes;
    try {
      return bytes === null ? decoder.decode() : decoder.decode(bytes, { stream: true });
    } catch (error) {
      throw new AppError('invalid-input', `The input is not UTF-8 (near line ${number + 1}).`, {
        cause: error,
      });
    }
  };
  for await (const bytes of untilAborted(stream, signal)) {
    const lines = take(decode(bytes));
    for (let i = 0; i < lines.length; i += CHUNK_LINES) yield lines.slice(i, i + CHUNK_LINES);
  }
  const last = take(`${decode(null)}\n`);
  if (last.length > 0) yield last;
}

/** A stream that waits for its next line must not outlive Ctrl-C. */
async function* untilAborted(stream: Readable, signal: AbortSignal): AsyncGenerator<Buffer | string> {
  const chunks: AsyncIterable<Buffer | string> = addAbortSignal(signal, stream);
  try {
    yield* chunks;
  } catch (error) {
    if (signal.aborted) throw new AppError('cancelled', 'Cancelled.', { cause: error });
    throw error;
  }
}

/** What a model has answered, read from bytes that are kept as they are. */
import { textOfContent } from './scored-text.ts';

export interface Usage {
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
}

export const UNKNOWN_USAGE: Usage = { inputTokens: null, outputTokens: null };

export interface AnswerText {
  /** Of the first choice. Null where it has none: a tool call, or an answer that cannot be read. */
  readonly text: string | null;
  readonly usage: Usage;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function usageOf(document: unknown): Usage | null {
  if (!isRecord(document) || !isRecord(document.usage)) return null;
  const { prompt_tokens: input, completion_tokens: output } = document.usage;
  return { inputTokens: count(input), outputTokens: count(output) };
}

/** The choice with index 0, or the first that names no index. */
function firstChoice(document: unknown): Readonly<Record<string, unknown>> | null {
  if (!isRecord(document) || !Array.isArray(document.choices)) return null;
  const choices: readonly unknown[] = document.choices;
  const found = choices.find((choice) => isRecord(choice) && (choice.index === 0 || !('index' in choice)));
  return isRecord(found) ? found : null;
}

/** The `data:` fields of server-sent events. */
function eventData(stream: string): readonly string[] {
  return stream
    .split(/\r\n|\n|\r/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).trimStart());
}

/** Text and usage of a whole answer: one JSON document, or a stream of chunks. */
export function readAnswer(body: Buffer, isEventStream: boolean): AnswerText {
  const text = body.toString('utf8');
  if (!isEventStream) {
    const document = parseJson(text);
    const message = firstChoice(document)?.message;
    return {
      text: isRecord(message) ? textOfContent(message.content) : null,
      usage: usageOf(document) ?? UNKNOWN_USAGE,
    };
  }
  let answer: string | null = null;
  let usage = UNKNOWN_USAGE;
  for (const data of eventData(text)) {
    const document = parseJson(data);
    usage = usageOf(document) ?? usage;
    const delta = firstChoice(document)?.delta;
    const piece = isRecord(delta) ? textOfContent(delta.content) : null;
    if (piece !== null) answer = (answer ?? '') + piece;
  }
  return { text: answer === '' ? null : answer, usage };
}

/** The last event of a stream carries the usage, a document anywhere: so much of the end is looked at. */
const KEPT_OF_STREAM = 64 * 1024;
const KEPT_OF_DOCUMENT = 4 * 2 ** 20;

/** Sees the bytes of an answer pass and reads its usage at the end; null where it was not told. */
export interface UsageTap {
  readonly see: (chunk: Buffer) => void;
  readonly usage: () => Usage;
}

export function createUsageTap(isEventStream: boolean): UsageTap {
  const limit = isEventStream ? KEPT_OF_STREAM : KEPT_OF_DOCUMENT;
  let kept: Buffer[] = [];
  let bytes = 0;
  let isWhole = true;
  return {
    see: (chunk) => {
      if (!isWhole && !isEventStream) return;
      kept.push(chunk);
      bytes += chunk.length;
      if (bytes <= limit) return;
      isWhole = false;
      if (!isEventStream) {
        kept = [];
        return;
      }
      while (kept.length > 1 && bytes - kept[0].length >= limit) bytes -= kept.shift()?.length ?? 0;
    },
    usage: () => {
      if (!isEventStream && !isWhole) return UNKNOWN_USAGE;
      return readAnswer(Buffer.concat(kept), isEventStream).usage;
    },
  };
}

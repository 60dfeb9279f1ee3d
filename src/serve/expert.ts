/** The third action of a cascade: a person is asked, and somebody answers meanwhile. */
import type { LineFile } from './line-file.ts';

export interface ExpertQueue {
  readonly file: (item: ExpertItem) => void;
}

export interface ExpertItem {
  readonly id: string;
  readonly prompt: string;
  readonly models: readonly string[];
  /** What has been answered, by model. */
  readonly responses: Readonly<Record<string, string>>;
}

/** Lines in the format `wide` (docs/import.md), so that the file is imported as prompts to grade. */
export function createExpertQueue(file: LineFile, routerName: string): ExpertQueue {
  return {
    file: ({ id, prompt, models, responses }) => {
      file.append({ source: `expert-queue ${routerName}`, prompt_id: id, prompt, models, responses });
    },
  };
}

/** A fixed text as an upstream would have sent it: one document, or a stream of events. */
export function messageAnswer(
  text: string,
  facts: {
    readonly id: string;
    readonly model: string;
    readonly createdMs: number;
    readonly isStream: boolean;
  },
): { readonly type: string; readonly body: string } {
  const base = {
    id: `chatcmpl-${facts.id}`,
    created: Math.floor(facts.createdMs / 1000),
    model: facts.model,
  };
  if (!facts.isStream) {
    const choice = { index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' };
    const usage = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
    const document = { ...base, object: 'chat.completion', choices: [choice], usage };
    return { type: 'application/json', body: JSON.stringify(document) };
  }
  const chunk = (delta: unknown, finish: string | null): string => {
    const choice = { index: 0, delta, finish_reason: finish };
    const document = { ...base, object: 'chat.completion.chunk', choices: [choice] };
    return `data: ${JSON.stringify(document)}\n\n`;
  };
  const body = `${chunk({ role: 'assistant', content: text }, null)}${chunk({}, 'stop')}data: [DONE]\n\n`;
  return { type: 'text/event-stream', body };
}

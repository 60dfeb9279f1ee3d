/** Which text of a request is scored. */

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text of a message: its string, or its text parts with a line feed between them. Null where there is none. */
export function textOfContent(content: unknown): string | null {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return null;
  const parts = content.flatMap((part: unknown) =>
    isRecord(part) && part.type === 'text' && typeof part.text === 'string' ? [part.text] : [],
  );
  return parts.length === 0 ? null : parts.join('\n');
}

/**
 * The text that the router scores: that of the last message with the role `user` (RouteLLM takes the last message whatever
 * its role, which in a conversation with tools is a tool's output). Images, sounds and files are not read. Null where no
 * user has written a text.
 */
export function scoredText(messages: readonly unknown[]): string | null {
  for (let i = messages.length - 1; i >= 0; i--) {
    const message = messages[i];
    if (!isRecord(message) || message.role !== 'user') continue;
    const text = textOfContent(message.content);
    if (text !== null) return text;
  }
  return null;
}

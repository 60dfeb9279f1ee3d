import { hash } from 'node:crypto';

/** The text by which prompts are compared: NFKC, lower case, white space folded to single spaces, trimmed. */
export function normalisePrompt(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim();
}

/**
 * The first 16 hexadecimal digits of the SHA-256 of the normalised prompt: equal for what counts as the same prompt.
 *
 * A prompt without text (files that bring vectors only) is the same as no other: its hash is of its dataset and id.
 */
export function normHash(prompt: {
  readonly text: string;
  readonly dataset: string;
  readonly externalId: string;
}): string {
  const normalised = normalisePrompt(prompt.text);
  return shortHash(
    normalised === '' ? `\u0000no text\u0000${prompt.dataset}\u0000${prompt.externalId}` : normalised,
  );
}

/** The id of a prompt whose row has none: the same text gets the same one. */
export function idFromText(text: string): string {
  return `text-${shortHash(text)}`;
}

function shortHash(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 16);
}

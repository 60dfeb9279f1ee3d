/** Warnings that question the run as a whole: they stand above its figures, not in the list below. */
export const WORTH_CODES = ['do-not-route', 'correction-hurts', 'correction-does-not-help'] as const;

/** What a warning says below its title: a message that begins with the title does not say it twice. */
export function bodyOf(title: string, message: string): string {
  if (!message.startsWith(`${title}: `)) return message;
  const body = message.slice(title.length + 2);
  return body.charAt(0).toUpperCase() + body.slice(1);
}

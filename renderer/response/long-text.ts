/** Beyond this a text is cut until it is asked for. */
export const COLLAPSED_CHARACTERS = 6_000;
/** Beyond this it is shown as plain text: Markdown of a megabyte would be a hundred thousand elements. */
export const PLAIN_CHARACTERS = 60_000;
const CHUNK_CHARACTERS = 4_096;

/** The beginning of a text, cut between characters and, where there is one near, at the end of a line or word. */
export function beginning(text: string, most: number): string {
  if (text.length <= most) return text;
  const window = text.slice(most - Math.min(400, most), most);
  const place = Math.max(window.lastIndexOf('\n'), window.lastIndexOf(' '));
  const end = place === -1 ? most : most - window.length + place;
  const isHalf = end > 0 && /[\ud800-\udbff]/.test(text.charAt(end - 1));
  return text.slice(0, isHalf ? end - 1 : end);
}

/** Parts that a browser can lay out one by one, never between the halves of a character. */
export function chunks(text: string): readonly string[] {
  const parts: string[] = [];
  for (let at = 0; at < text.length;) {
    let end = Math.min(text.length, at + CHUNK_CHARACTERS);
    const newline = text.lastIndexOf('\n', end - 1);
    if (end < text.length && newline > at) end = newline + 1;
    else if (end < text.length && /[\ud800-\udbff]/.test(text.charAt(end - 1))) end -= 1;
    parts.push(text.slice(at, end));
    at = end;
  }
  return parts;
}

/** About what a letter of a chart's text takes, in pixels. */
const LETTER = 6.6;

/** As much of a name as fits; the middle goes first, because names of one family differ at their ends. */
export function fitLabel(text: string, width: number): string {
  const most = Math.max(4, Math.floor(width / LETTER));
  const letters = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
  if (letters.length <= most) return text;
  const tail = Math.floor((most - 1) / 2);
  return `${letters.slice(0, most - 1 - tail).join('')}…${letters.slice(letters.length - tail).join('')}`;
}

/** How well typed words fit a command: every word must begin a word of it, or occur in it. Null where one does not. */
export function matchScore(title: string, query: string): number | null {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const target = title.toLowerCase();
  let score = 0;
  for (const word of words) {
    const at = target.indexOf(word);
    if (at === -1) return null;
    const beginsWord = at === 0 || /[\s(]/.test(target.charAt(at - 1)) || target.includes(` ${word}`);
    score += beginsWord ? 2 : 1;
    if (at === 0) score += 1;
  }
  return score;
}

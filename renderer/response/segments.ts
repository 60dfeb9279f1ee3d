/** A sentence, or what stands on a line of its own: what can be marked as a whole. */
export interface Segment {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Cuts a text where sentences and lines end; the pieces put together are the text. */
export function segmentsOf(text: string): readonly Segment[] {
  const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });
  const segments: Segment[] = [];
  for (const { segment, index } of segmenter.segment(text)) {
    let start = index;
    for (const line of segment.split(/(?<=\n)/)) {
      if (line === '') continue;
      const isBlank = line.trim() === '';
      const last = segments.at(-1);
      // White space belongs to what it follows.
      if (isBlank && last !== undefined)
        segments[segments.length - 1] = { ...last, text: last.text + line, end: start + line.length };
      else segments.push({ text: line, start, end: start + line.length });
      start += line.length;
    }
  }
  return segments;
}

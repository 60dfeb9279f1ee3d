/** What is repeated to make a text that a careless reader takes quadratic time for. */
export const slowMarkdown = [
  ['stars', '*'],
  ['brackets', '['],
  ['links begun', '[a]('],
  ['quotes', '> '],
  ['list items', '- '],
  ['open emphasis', '*a '],
  ['backticks and words', '`a``b```c'],
  ['spaces after a hash', '# '],
  ['table cells', '| a '],
  ['tildes and a backtick', '~~~~`'],
  ['new lines', '-\n  '],
  ['underscores', '_a_'],
] as const;

export const slowIdentities = [
  ['openings of a name', 'I am a the AI language model a an '],
  ['articles', 'as an '],
  ['one letter', 'I'],
] as const;

/** So many letters of it, or a few more. */
export function repeatTo(unit: string, letters: number): string {
  return unit.repeat(Math.ceil(letters / unit.length));
}

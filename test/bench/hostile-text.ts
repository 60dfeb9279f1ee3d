/** Texts that are made to be slow to read, of a million letters: one that took quadratic time would need minutes. */
import { markInvisible } from '../../renderer/response/mark-invisible.ts';
import { parseMarkdown } from '../../renderer/response/markdown.ts';
import { createMasker } from '../../src/annotate/mask-identity.ts';
import { repeatTo, slowIdentities, slowMarkdown } from '../support/slow-texts.ts';
import { print, timed } from './support/figures.ts';

const LETTERS = 1_000_000;
const LIMIT_MS = 1000;

const mask = createMasker(['gpt-4', 'claude-v1', 'vicuna-13b-v1.2', 'house_model_7']);

for (const [name, unit] of slowMarkdown) {
  const text = repeatTo(unit, LETTERS);
  print(`markdown, ${name}`, await timed(() => parseMarkdown(text)), 'ms', LIMIT_MS);
  print(`markdown, ${name}, heading`, await timed(() => parseMarkdown(`# ${text}x`)), 'ms', LIMIT_MS);
  print(`markdown, ${name}, code`, await timed(() => parseMarkdown(`\`\`\`${text}\``)), 'ms', LIMIT_MS);
}
const invisible = repeatTo('\u202Ea', LETTERS);
print('invisible characters', await timed(() => markInvisible(invisible)), 'ms', LIMIT_MS);
for (const [name, unit] of slowIdentities) {
  const text = repeatTo(unit, LETTERS);
  print(`identity, ${name}`, await timed(() => mask(text, '')), 'ms', LIMIT_MS);
}

import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { normalisePrompt, normHash } from '../../../src/dataset/normalise.ts';

const prompt = { dataset: 'd', externalId: 'e' };

test('case, white space and compatible characters do not make another prompt', () => {
  expect(normalisePrompt('  Was\tist\n\u00a0ﬁne\u3000 ＡＢＣ? ')).toBe('was ist fine abc?');
});

test('the hash is the first 16 hexadecimal digits of the SHA-256 of the normalised text', () => {
  const expected = createHash('sha256').update('what is it?').digest('hex').slice(0, 16);
  expect(normHash({ ...prompt, text: ' What  IS it?' })).toBe(expected);
});

test('prompts without text are the same as no other prompt', () => {
  const first = normHash({ ...prompt, text: '' });
  expect(normHash({ ...prompt, text: ' \n' })).toBe(first);
  expect(normHash({ ...prompt, externalId: 'f', text: '' })).not.toBe(first);
  expect(normHash({ ...prompt, dataset: 'f', text: '' })).not.toBe(first);
});

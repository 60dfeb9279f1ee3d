import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMasker, MASK, toOriginal, toShown } from '../../../src/annotate/mask-identity.ts';
import { repeatTo, slowIdentities } from '../../support/slow-texts.ts';

const mask = createMasker(['gpt-4', 'claude-v1', 'vicuna-13b-v1.2', 'house_model_7', 'cheap', 'A']);
const shown = (text: string, prompt = 'A question?'): string => mask(text, prompt).text;

describe('what names a model is hidden', () => {
  it.each([
    [
      'As an AI language model developed by OpenAI, I cannot.',
      `As an AI language model developed by ${MASK}, I cannot.`,
    ],
    ["I'm Claude, an AI assistant created by Anthropic.", `I'm ${MASK}, an AI assistant created by ${MASK}.`],
    ['I am a large language model, trained by Google.', `I am a large language model, trained by ${MASK}.`],
    ['My name is Bard.', `My name is ${MASK}.`],
    ['Hello, this is Bing. It rains.', `Hello, this is ${MASK}. It rains.`],
    ['You can call me Vicuna', `You can call me ${MASK}`],
    ['GPT-3.5-turbo-0613 was asked', `${MASK} was asked`],
    ['says house_model_7, the router', `says ${MASK}, the router`],
    ['I am cheap, as Vicuna-13b-v1.2 said', `I am ${MASK}, as ${MASK} said`],
    ['I am ChatGPT by OpenAI', `I am ${MASK} by ${MASK}`],
  ])('%s', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it.each([
    'Claude Monet painted water lilies.',
    'Gemini is a sign of the zodiac, and I am sure that Meta is a word.',
    'As the falcon flies, a cheap room.',
    'PCmover is a tool created by Microsoft’s partner.',
    'You can buy it in stores such as Amazon.',
    'Llamas live in Peru; A is a letter.',
    'I am an AI assistant and have no name.',
  ])('and nothing else is: %s', (text) => {
    expect(mask(text, 'A question?')).toEqual({ text, masks: [] });
  });

  it('unless the prompt speaks of it; where the model names itself it is hidden all the same', () => {
    expect(shown('OpenAI was founded in 2015.', 'When was OpenAI founded?')).toBe(
      'OpenAI was founded in 2015.',
    );
    expect(shown('Yes, I am Claude.', 'Are you Claude?')).toBe(`Yes, I am ${MASK}.`);
  });

  it('does not say by its width which name it was', () => {
    expect(shown('I am GPT-4.').length).toBe(shown('I am claude-v1.').length);
  });

  it('a text that was masked is marked in the same places again', () => {
    const once = mask('I am Claude, made by Anthropic.', '');
    const again = mask(once.text, '');
    expect(again.text).toBe(once.text);
    expect(again.masks.map(({ start, end }) => [start, end])).toEqual(
      once.masks.map(({ start, end }) => [start, end]),
    );
  });

  // Would take minutes in quadratic time; what it does take is measured in test/bench/hostile-text.ts.
  it.each(slowIdentities)('a megabyte of %s comes to an end, as long as it was', (_, unit) => {
    const text = repeatTo(unit, 1_000_000);
    const masked = mask(text, '');
    expect(toOriginal(masked, masked.text.length, 'end')).toBe(text.length);
  });
});

it('every place in the shown text leads to the stored one and back, and only names differ', () => {
  const pieces = fc.constantFrom(
    'I am Claude',
    ' and ',
    'OpenAI',
    'made by Anthropic',
    '. ',
    'hello',
    'é😀',
    '\n',
    ' as GPT-4 ',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      const text = parts.join('');
      const masked = mask(text, '');
      let rebuilt = '';
      let from = 0;
      for (const { start, end, originalStart, originalEnd } of masked.masks) {
        expect(masked.text.slice(start, end)).toBe(MASK);
        rebuilt += masked.text.slice(from, start) + text.slice(originalStart, originalEnd);
        from = end;
      }
      expect(rebuilt + masked.text.slice(from)).toBe(text);
      const isInside = (offset: number): boolean =>
        masked.masks.some(({ start, end }) => offset > start && offset < end);
      for (let offset = 0; offset <= masked.text.length; offset++) {
        for (const side of ['start', 'end'] as const) {
          const original = toOriginal(masked, offset, side);
          expect(original).toBeGreaterThanOrEqual(0);
          expect(original).toBeLessThanOrEqual(text.length);
          if (!isInside(offset)) expect(toShown(masked, original, side)).toBe(offset);
        }
      }
    }),
  );
});

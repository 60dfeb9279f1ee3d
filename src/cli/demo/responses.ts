import type { Rng } from '../../core/rng.ts';
import { pick } from './pick.ts';

/** Sentences of a good answer, of a weak one, and padding that a judge mistakes for care. */
const GOOD = [
  'First, here is what follows directly from the question.',
  'The result can be checked by working backwards.',
  'This holds because each step uses only what is given.',
  'In this case the usual rule applies without exception.',
  'To be precise, the relevant part is the second one.',
  'A quick test confirms it.',
  'The shortest correct way is shown below.',
];
const WEAK = [
  'It depends, and it is hard to say in general.',
  'I am not sure, but it is probably something like that.',
  'You may want to ask somebody who knows more about it.',
  'There are many possibilities here.',
  'Roughly speaking, it should work out somehow.',
  'I cannot verify this, so please look it up.',
  'Perhaps the question is about something else.',
];
const PADDING = [
  'Great question, and thank you for asking it!',
  'Let me go through this carefully and in full detail for you.',
  'As many experts agree, this is an important and much discussed topic.',
  'I hope that this comprehensive overview is helpful.',
  'Please let me know if anything else comes to mind at any time.',
  'There is, of course, a long and interesting history behind it.',
];

/** An answer whose wording shows its quality (0 to 1), imperfectly; `padding` sentences make it long. */
export function writeResponse(rng: Rng, topic: string, quality: number, padding: number): string {
  const body = Array.from({ length: 4 }, () => pick(rng, rng.uniform() < quality ? GOOD : WEAK));
  const filler = Array.from({ length: padding }, () => pick(rng, PADDING));
  return [`About ${topic}:`, ...filler, ...body].join(' ');
}

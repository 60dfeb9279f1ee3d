import type { MethodInput } from '../../../src/contract/methods.ts';

type Request = MethodInput<'bias.items'>;

/** Which prompts are asked for, and what they are called. */
export interface ItemChoice extends Pick<Request, 'slice' | 'cell'> {
  readonly title: string;
}

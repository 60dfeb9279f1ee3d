import type { Client } from '../../../src/contract/client.ts';
import type { MethodOutput } from '../../../src/contract/methods.ts';
import type { ServedItem } from './choice.ts';

export type Task = MethodOutput<'queue.task'>;
type Form = Pick<Task, 'name' | 'form' | 'guidelines' | 'categories' | 'spanTags' | 'skipReasons'>;

/** An item with its place in what it comes from: what comes after it is asked for by that. */
export interface GradeItem extends Omit<ServedItem, 'queueId' | 'position' | 'why'> {
  readonly place: number;
  /** Why this item; null where nothing was drawn. */
  readonly why: string | null;
  /** The draw left its prompt out: a grade is kept and shown, and trains nothing. */
  readonly isLeftOut: boolean;
}

export interface Fetched {
  readonly item: GradeItem | null;
  readonly remaining: number | null;
}

/** Where items come from: a queue that was drawn, or simply what is ungraded, in the order of import. */
export interface GradeSource {
  readonly queueId: number | null;
  readonly task: Form;
  readonly next: (after: number, countsRemaining: boolean) => Promise<Fetched>;
  /** The item again that an event is about; null where it is of another queue. */
  readonly itemOf: (event: MethodOutput<'grade.submit'>) => Promise<GradeItem | null>;
}

export function queueSource(
  client: Client,
  queue: { readonly id: number; readonly task: Task },
  rater: string,
): GradeSource {
  const ask = { queueId: queue.id, rater };
  return {
    queueId: queue.id,
    task: queue.task,
    next: async (after, countsRemaining) => {
      const { item, remaining } = await client.call('queue.next', {
        ...ask,
        afterPosition: after,
        countsRemaining,
      });
      return { item: item === null ? null : placed(item), remaining };
    },
    itemOf: async (event) => {
      if (event.queueId !== queue.id || event.position === null) return null;
      return placed((await client.call('queue.item', { ...ask, position: event.position })).item);
    },
  };
}

function placed({ queueId: _queueId, position, why, ...item }: ServedItem): GradeItem {
  return { ...item, place: position, why: why.sentence, isLeftOut: false };
}

/** Pairs without a queue: a verdict with three strengths. */
export function pairSource(
  client: Client,
  pair: {
    readonly models: readonly [string, string];
    readonly seed: number;
    /** Also what the draw of a queue left out. */
    readonly includesLeftOut: boolean;
  },
  rater: string,
  words: Omit<Form, 'form'>,
): GradeSource {
  const next: GradeSource['next'] = async (after, countsRemaining) => {
    const { item, remaining } = await client.call('grade.next', {
      ...pair,
      rater,
      afterPromptId: after,
      countsRemaining,
    });
    return { item: item === null ? null : toItem(item), remaining };
  };
  return {
    queueId: null,
    task: {
      ...words,
      form: {
        kind: 'verdict',
        allowsTie: true,
        strengths: [
          { label: 'Slightly', value: 1 / 3 },
          { label: 'Clearly', value: 2 / 3 },
          { label: 'By far', value: 1 },
        ],
      },
    },
    next,
    itemOf: async (event) => {
      if (event.queueId !== null) return null;
      const { item } = await next(event.promptId - 1, false);
      return item?.promptId === event.promptId ? item : null;
    },
  };
}

type PairItem = NonNullable<MethodOutput<'grade.next'>['item']>;

function toItem({ promptId, prompt, left, right, draft, isLeftOut }: PairItem): GradeItem {
  const shown = (side: PairItem['left']) => ({ ...side, masks: [], previous: null });
  return {
    place: promptId,
    promptId,
    prompt,
    category: null,
    language: null,
    reference: null,
    item: { kind: 'pair', leftId: left.responseId, rightId: right.responseId },
    left: shown(left),
    right: shown(right),
    criteria: [],
    why: null,
    isLeftOut,
    draft,
    current: null,
    grades: [],
  };
}

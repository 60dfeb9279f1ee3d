import type { MethodOutput } from '../../../src/contract/methods.ts';
import { formatNumber, formatPercent } from '../../app/format.ts';
import { showInvisible } from '../../response/mark-invisible.ts';
import { text } from '../../text.ts';
import type { IconName } from '../../ui/icons.ts';
import type { GradedItem } from './item-key.ts';

/** The history of an item as a list of what happened, oldest first. Pure. */

export type History = MethodOutput<'review.item'>;
export type GradingEvent = History['events'][number];
type Grade = NonNullable<GradingEvent['grade']>;

/** How a response is called: its side where the reader is blind, its model elsewhere. */
export type ResponseNames = (responseId: number) => string;

export interface Step {
  readonly key: string;
  /** Null where it is not known when. */
  readonly atMs: number | null;
  readonly icon: IconName;
  readonly title: string;
  /** What was said, in bold. */
  readonly said: string | null;
  readonly lines: readonly string[];
  readonly comment: string | null;
  readonly marks: GradingEvent['spans'];
  /** A grade that was revised or taken back since. */
  readonly isReplaced: boolean;
  readonly isDecision: boolean;
  readonly event: GradingEvent | null;
}

const words = text.review.history;

/** Left and right as the item is reviewed; any other response of the prompt by its number. */
export function blindNames(item: GradedItem): ResponseNames {
  return (id) => {
    if (item.kind === 'single') return id === item.responseId ? words.response : words.other(String(id));
    return id === item.leftId ? words.left : id === item.rightId ? words.right : words.other(String(id));
  };
}

/** A grade with its responses by name: `Left better, 67 %`, `gpt-4: 0.8 (0–1)`. */
export function describeNamed(grade: Grade, names: ResponseNames): string {
  switch (grade.kind) {
    case 'verdict': {
      if (grade.verdict === 'tie') return words.equal;
      const better = words.better(names(grade.verdict === 'left' ? grade.leftId : grade.rightId));
      return grade.strength === undefined ? better : better + words.strength(formatPercent(grade.strength));
    }
    case 'score':
      return scored(grade.responseId, grade.score, grade.scale, names);
    case 'scores':
      return [
        scored(grade.leftId, grade.leftScore, grade.scale, names),
        scored(grade.rightId, grade.rightScore, grade.scale, names),
      ].join(' · ');
    case 'correctness':
      return words.said(names(grade.responseId), text.grade.correctness[grade.correctness]);
    case 'rubric':
      return words.said(
        names(grade.responseId),
        text.grade.criteriaMet(
          grade.metIds.length,
          grade.score === undefined ? null : formatNumber(grade.score, 2),
        ),
      );
  }
}

function scored(
  id: number,
  score: number,
  [lo, hi]: readonly [number, number],
  names: ResponseNames,
): string {
  return words.scored(names(id), formatNumber(score, 2), String(lo), String(hi));
}

/** Draw, queues and events in the order in which they happened. */
export function stepsOf(history: History, names: ResponseNames): readonly Step[] {
  const { draw, queues, events } = history;
  const nothing = { said: null, comment: null, marks: [], isReplaced: false, isDecision: false, event: null };
  const queueNames = new Map(queues.map((queue) => [queue.queueId, showInvisible(queue.name)]));
  const steps: readonly Step[] = [
    ...(draw === null
      ? []
      : [
          {
            ...nothing,
            key: 'draw',
            atMs: draw.createdMs,
            icon: 'spark' as const,
            title: (draw.isRevealed ? words.drawn : words.notDrawn)(
              formatPercent(draw.propensity, draw.propensity < 0.1 ? 1 : 0),
            ),
            lines: [words.lookedAt[draw.lookedAt], words.method(draw.method)],
          },
        ]),
    ...queues.map((queue): Step => ({
      ...nothing,
      key: `queue ${queue.queueId} ${queue.position}`,
      atMs: queue.createdMs,
      icon: queue.kind === 'adjudication' ? 'review' : 'filter',
      title: words.queue(showInvisible(queue.name), String(queue.position)),
      lines: [queue.why],
    })),
    ...events.map((event) => stepOf(event, events, queueNames, names)),
  ];
  // Stable: what happened in the same millisecond stays as it is: drawn, queued, graded.
  return [...steps].sort((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0));
}

const ICONS: Readonly<Record<GradingEvent['action'], IconName>> = {
  submit: 'grade',
  revise: 'refresh',
  undo: 'undo',
  skip: 'skip',
  flag: 'flag',
  adjudicate: 'review',
};

function stepOf(
  event: GradingEvent,
  events: readonly GradingEvent[],
  queueNames: ReadonlyMap<number, string>,
  names: ResponseNames,
): Step {
  const { action, grade, queueId } = event;
  const target = events.find((each) => each.eventId === event.targetId);
  const queue = queueId === null ? undefined : queueNames.get(queueId);
  const lines = [
    ...(event.reason === null ? [] : [showInvisible(event.reason)]),
    ...(event.basedOn.length === 0 ? [] : [text.grade.decidedBetween(event.basedOn.length)]),
    ...(target === undefined ? [] : [targetLine(action, target, names)]),
    ...(event.categories.length === 0
      ? []
      : [words.categories(event.categories.map(showInvisible).join(', '))]),
    ...(action === 'undo' ? [] : [queue === undefined ? words.outside : words.inQueue(queue)]),
  ];
  return {
    key: event.eventId,
    atMs: event.createdMs,
    icon: ICONS[action],
    title: words.event(showInvisible(event.rater), words.actions[action]),
    said: grade === null || action === 'undo' ? null : describeNamed(grade, names),
    lines,
    comment: event.comment,
    marks: event.spans,
    isReplaced: grade !== null && action !== 'undo' && !event.isCurrent,
    isDecision: action === 'adjudicate',
    event,
  };
}

function targetLine(action: GradingEvent['action'], target: GradingEvent, names: ResponseNames): string {
  const what =
    target.grade === null
      ? words.event(showInvisible(target.rater), words.actions[target.action])
      : describeNamed(target.grade, names);
  return action === 'undo' ? words.undoes(what) : words.revises(what);
}

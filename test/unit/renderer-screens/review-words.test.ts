import { describe, expect, test } from 'vitest';
import {
  krippendorff,
  landisKoch,
  readAgreement,
  type AgreementReport,
} from '../../../renderer/screens/review/agreement-words.ts';
import { freeName } from '../../../renderer/screens/review/free-name.ts';
import { describeInBrief } from '../../../renderer/screens/review/grades-in-brief.ts';
import { blindNames, stepsOf, type GradingEvent } from '../../../renderer/screens/review/history-words.ts';
import { itemKey, readItemKey } from '../../../renderer/screens/review/item-key.ts';
import {
  driftOf,
  standingOut,
  trendOf,
  type RaterReport,
} from '../../../renderer/screens/review/rater-words.ts';

type Overall = AgreementReport['overall'];
const figure = (value: number | null, ci95: [number, number] | null, reason?: string) => ({
  value,
  ci95,
  ...(reason === undefined ? {} : { reason }),
});
const overall = (changed: Partial<Overall> = {}): Overall => ({
  percent: figure(0.82, [0.78, 0.86]),
  fleissKappa: figure(0.63, [0.55, 0.71]),
  krippendorffNominal: figure(0.63, [0.55, 0.71]),
  krippendorffOrdinal: figure(0.7, [0.6, 0.8]),
  krippendorffInterval: figure(0.71, [0.62, 0.81]),
  gwetAc1: figure(0.74, [0.68, 0.8]),
  ...changed,
});

describe('agreement in words', () => {
  test('the bands of Landis and Koch are closed above, as published', () => {
    expect([-0.1, 0, 0.2, 0.21, 0.4, 0.6, 0.8, 0.81, 1].map(landisKoch)).toEqual([
      'poor',
      'slight',
      'slight',
      'fair',
      'fair',
      'moderate',
      'substantial',
      'almost perfect',
      'almost perfect',
    ]);
    expect([0.66, 0.667, 0.79, 0.8].map(krippendorff)).toEqual([
      'too low to rely on',
      'good enough for tentative conclusions',
      'good enough for tentative conclusions',
      'reliable',
    ]);
  });

  test('an interval over several bands is read from one to the other, never by its middle alone', () => {
    expect(readAgreement({ overall: overall(), shared: 120 }, 'verdict')).toBe(
      'On 120 items with grades of two raters or more, two raters say the same 82 % of the time (78 % to 86 %). ' +
        'Beyond chance that is 0.63 (0.55 to 0.71) by Fleiss’ kappa: from moderate to substantial on the scale of ' +
        'Landis and Koch (1977, doi 10.2307/2529310).',
    );
    expect(readAgreement({ overall: overall(), shared: 120 }, 'score')).toContain(
      '0.71 (0.62 to 0.81) by Krippendorff’s alpha, interval: from too low to rely on to reliable by the limits of Krippendorff',
    );
  });

  test('few items say that there is no interval, and one kind of grade that there is no kappa', () => {
    const few = overall({
      percent: figure(0.75, null, 'an interval needs 5 items with two grades, and there are 4'),
      fleissKappa: figure(0.5, null, 'an interval needs 5 items with two grades, and there are 4'),
    });
    expect(readAgreement({ overall: few, shared: 4 }, 'verdict')).toMatch(
      /0\.50 by Fleiss’ kappa: moderate on .* There is no interval: an interval needs 5 items with two grades, and there are 4\.$/,
    );
    const same = overall({
      percent: figure(1, [1, 1]),
      fleissKappa: figure(null, null, 'all grades are the same'),
    });
    expect(readAgreement({ overall: same, shared: 30 }, 'verdict')).toContain(
      'There is no Fleiss’ kappa: all grades are the same.',
    );
  });

  test('a low kappa where nearly all grades are the same is not left to be misread', () => {
    const skewed = overall({
      percent: figure(0.95, [0.92, 0.98]),
      fleissKappa: figure(0.1, [-0.02, 0.3]),
      gwetAc1: figure(0.94, [0.9, 0.97]),
    });
    expect(readAgreement({ overall: skewed, shared: 200 }, 'verdict')).toContain(
      'Nearly all grades are the same, which pulls kappa down; Gwet’s AC1, which that does not move, is 0.94 (0.90 to 0.97).',
    );
    expect(readAgreement({ overall: overall(), shared: 200 }, 'verdict')).not.toContain('pulls kappa down');
  });
});

const none = { value: null, ci95: null, reason: 'none' };
const report = (changed: Partial<RaterReport>): RaterReport => ({
  rater: 'ada',
  role: 'rater',
  grades: 40,
  skips: 0,
  flags: 0,
  revisions: 0,
  undone: 0,
  medianLatencyMs: 1000,
  latencyTrendMs: [2000, 1500],
  consensus: none,
  checks: { ...none, answered: 0 },
  drift: none,
  leftShare: none,
  longerShare: none,
  longerShareOfOthers: none,
  tieShare: none,
  firstMs: null,
  lastMs: null,
  ...changed,
});

describe('a rater in words', () => {
  test('only what chance does not explain stands out', () => {
    const usual = report({
      leftShare: { value: 0.6, ci95: [0.45, 0.73] },
      drift: { value: -0.1, ci95: [-0.3, 0.1] },
    });
    expect(standingOut([usual])).toEqual([]);
    const odd = report({
      leftShare: { value: 0.2, ci95: [0.1, 0.35] },
      drift: { value: -0.4, ci95: [-0.6, -0.1] },
      longerShare: { value: 0.9, ci95: [0.8, 0.95] },
      longerShareOfOthers: { value: 0.5, ci95: [0.4, 0.6] },
    });
    expect(standingOut([odd])).toEqual([
      'ada chooses the right side more often than chance would: 80 % (65 to 90 %).',
      'ada agrees less with the others in the second half: −40 points (−60 to −10).',
      'ada chooses the longer response at 90 % (80 to 95 %), the others on the same items at 50 % (40 to 60 %), and the intervals do not meet.',
    ]);
  });

  test('pace and drift say their direction, and what is missing is a dash', () => {
    expect(trendOf({ latencyTrendMs: [2000, 1500] })).toBe('25 % faster');
    expect(trendOf({ latencyTrendMs: [1500, 2000] })).toBe('33 % slower');
    expect(trendOf({ latencyTrendMs: [2000, 1950] })).toBe('steady');
    expect(trendOf({ latencyTrendMs: null })).toBe('');
    expect(driftOf({ value: 0.13, ci95: [-0.24, 0.48] })).toBe('+13 points (−24 to +48)');
    expect(driftOf(none)).toBe('–');
  });
});

const event = (changed: Partial<GradingEvent>): GradingEvent => ({
  eventId: 'e1',
  createdMs: 10,
  rater: 'ada',
  promptId: 1,
  action: 'submit',
  targetId: null,
  grade: null,
  isCurrent: true,
  reason: null,
  taskId: 't',
  queueId: 1,
  position: 1,
  latencyMs: null,
  comment: null,
  spans: [],
  categories: [],
  basedOn: [],
  ...changed,
});
const pair = { kind: 'pair', leftId: 7, rightId: 4 } as const;
const said = (verdict: 'left' | 'right' | 'tie', leftId = 7, rightId = 4) =>
  ({ kind: 'verdict', leftId, rightId, verdict }) as const;

describe('the history of an item', () => {
  test('is in the order in which it happened, on the sides of the review whatever side a rater saw', () => {
    const steps = stepsOf(
      {
        promptId: 1,
        draw: {
          isRevealed: true,
          propensity: 0.042,
          lookedAt: 'prompt',
          method: 'queue-active',
          createdMs: 1,
        },
        queues: [
          { queueId: 1, name: 'First', kind: 'active', createdMs: 1, position: 3, why: 'It teaches much.' },
          {
            queueId: 2,
            name: 'Decide',
            kind: 'adjudication',
            createdMs: 30,
            position: 1,
            why: 'They differ.',
          },
        ],
        events: [
          event({ eventId: 'a', createdMs: 10, grade: said('left'), isCurrent: false }),
          // The same pair the other way round: left there is right here.
          event({ eventId: 'b', createdMs: 20, rater: 'grace', grade: said('left', 4, 7) }),
          event({ eventId: 'c', createdMs: 25, action: 'revise', targetId: 'a', grade: said('tie') }),
          event({
            eventId: 'd',
            createdMs: 40,
            rater: 'mary',
            action: 'adjudicate',
            queueId: 2,
            grade: said('right'),
            basedOn: ['b', 'c'],
          }),
        ],
      },
      blindNames(pair),
    );
    expect(steps.map((step) => [step.title, step.said, step.isReplaced])).toEqual([
      ['Drawn to be graded, with probability 4.2 %', null, false],
      ['In the queue “First”, place 3', null, false],
      ['ada graded', 'Left better', true],
      ['grace graded', 'Right better', false],
      ['ada revised', 'Equal', false],
      ['In the queue “Decide”, place 1', null, false],
      ['mary decided', 'Right better', false],
    ]);
    expect(steps[4].lines).toEqual(['Instead of: Left better', 'from “First”']);
    expect(steps[6].lines).toEqual(['Decided between 2 grades', 'from “Decide”']);
  });
});

test('grades in brief count what was said, and put a decision in front', () => {
  let strength = 0;
  const given = (verdict: 'left' | 'right' | 'tie', action = 'submit') => ({
    eventId: verdict,
    rater: 'ada',
    createdMs: 1,
    action,
    grade: { ...said(verdict), strength: (strength += 0.1) },
    comment: null,
    spans: [],
    basedOn: [],
  });
  expect(describeInBrief([given('tie'), given('left'), given('left')])).toBe('Left better ×2 · Equal');
  expect(describeInBrief([given('tie'), given('left'), given('left', 'adjudicate')])).toBe(
    '→ Left better (Equal · Left better)',
  );
});

test('the address of an item names it whatever the sides, and nothing else is one', () => {
  expect(itemKey(pair)).toBe('4-7');
  expect(readItemKey('4-7')).toEqual({ kind: 'pair', leftId: 4, rightId: 7 });
  expect(readItemKey('12')).toEqual({ kind: 'single', responseId: 12 });
  for (const wrong of [undefined, '', '0', '4-', '-4', '4-0', 'x', '1e3', '4-7-9', '9'.repeat(20)]) {
    expect(readItemKey(wrong)).toBeNull();
  }
});

test('a second queue of the same name gets a number', () => {
  expect(freeName('Decide', [])).toBe('Decide');
  expect(freeName('Decide', ['Decide', 'Decide (2)'])).toBe('Decide (3)');
});

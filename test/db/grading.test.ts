import { beforeEach, describe, expect, test } from 'vitest';
import {
  appendGradingEvent,
  currentGrades,
  getGradingEvent,
  listGradingEvents,
} from '../../db/repositories/grading.ts';
import type { NewGradingEvent } from '../../db/repositories/grading.ts';
import { deleteDraft, getDraft, listDrafts, saveDraft } from '../../db/repositories/drafts.ts';
import { countUngraded, nextUngraded } from '../../db/repositories/grading-queue.ts';
import { inModelOrder } from '../../db/repositories/model-order.ts';
import { insertGoldDraws } from '../../db/repositories/gold-draw.ts';
import { ensureModel } from '../../db/repositories/models.ts';
import { ensureDataset } from '../../db/repositories/prompts.ts';
import { ensureRater } from '../../db/repositories/raters.ts';
import type { WritableDb } from '../../db/sqlite.ts';
import { newProject, refusalOf } from './temporary-project.ts';

let db: WritableDb;
let ada: number;
let bob: number;
let clock = 0;

beforeEach(() => {
  db = newProject().db;
  ensureDataset(db, 'd');
  ensureModel(db, 'A');
  ensureModel(db, 'B');
  ada = ensureRater(db, 'Ada', 'person');
  bob = ensureRater(db, 'Bob', 'person');
  clock = 0;
  const prompt = db.prepare(
    'INSERT INTO prompt (dataset_id, external_id, text, norm_hash) VALUES (1, ?, ?, ?)',
  );
  const response = db.prepare("INSERT INTO response (prompt_id, model_id, text) VALUES (?, ?, 'text')");
  for (const id of [1, 2, 3]) {
    prompt.run(`p${id}`, `prompt ${id}`, `0${id}`);
    for (const model of [1, 2]) response.run(id, model);
  }
});

const pair = { promptId: 1, modelAId: 1, modelBId: 2 };

/** Adds an event on the pair of prompt 1; the fields of `event` win. */
function add(id: string, event: Partial<NewGradingEvent> & Pick<NewGradingEvent, 'action'>): void {
  appendGradingEvent(db, { id, createdMs: ++clock, raterId: ada, ...pair, verdict: 'a', ...event });
}

function inForce(): readonly string[] {
  return currentGrades(db, pair).map((event) => event.id);
}

type Step = [id: string, action: NewGradingEvent['action'], target?: string];

describe('the grades in force', () => {
  const chains: [what: string, steps: Step[], expected: string[]][] = [
    ['a submitted grade', [['s', 'submit']], ['s']],
    [
      'a revision instead of what it revises',
      [
        ['s', 'submit'],
        ['r', 'revise', 's'],
      ],
      ['r'],
    ],
    [
      'the last of two revisions',
      [
        ['s', 'submit'],
        ['r', 'revise', 's'],
        ['q', 'revise', 'r'],
      ],
      ['q'],
    ],
    [
      'nothing after an undo',
      [
        ['s', 'submit'],
        ['u', 'undo', 's'],
      ],
      [],
    ],
    [
      'the original after its revision is undone',
      [
        ['s', 'submit'],
        ['r', 'revise', 's'],
        ['u', 'undo', 'r'],
      ],
      ['s'],
    ],
    [
      'the first revision after the second is undone',
      [
        ['s', 'submit'],
        ['r', 'revise', 's'],
        ['q', 'revise', 'r'],
        ['u', 'undo', 'q'],
      ],
      ['r'],
    ],
    [
      'nothing after revision and original are undone',
      [
        ['s', 'submit'],
        ['r', 'revise', 's'],
        ['u', 'undo', 'r'],
        ['v', 'undo', 's'],
      ],
      [],
    ],
    [
      'a second revision after the first was undone',
      [
        ['s', 'submit'],
        ['r', 'revise', 's'],
        ['u', 'undo', 'r'],
        ['q', 'revise', 's'],
      ],
      ['q'],
    ],
    [
      'a grade given again after an undo',
      [
        ['s', 'submit'],
        ['u', 'undo', 's'],
        ['t', 'submit'],
      ],
      ['t'],
    ],
    [
      'two raters side by side',
      [
        ['s', 'submit'],
        ['t', 'submit'],
      ],
      ['s', 't'],
    ],
    [
      'an adjudication beside what it decides',
      [
        ['s', 'submit'],
        ['j', 'adjudicate'],
      ],
      ['s', 'j'],
    ],
    [
      'no undone adjudication',
      [
        ['s', 'submit'],
        ['j', 'adjudicate'],
        ['u', 'undo', 'j'],
      ],
      ['s'],
    ],
    [
      'no skip and no flag',
      [
        ['k', 'skip'],
        ['f', 'flag'],
      ],
      [],
    ],
  ];
  test.each(chains)('are %s', (_, steps, expected) => {
    for (const [id, action, targetId] of steps) add(id, { action, targetId: targetId ?? null });
    expect(inForce()).toEqual(expected);
    for (const [id] of steps) {
      const event = getGradingEvent(db, id);
      const isGrade = event !== null && ['submit', 'revise', 'adjudicate'].includes(event.action);
      expect(event?.isCurrent).toBe(isGrade && expected.includes(id));
    }
  });
});

describe('a grading event', () => {
  const impossible: [what: string, steps: Step[], last: Step][] = [
    [
      'undo what is undone',
      [
        ['s', 'submit'],
        ['u', 'undo', 's'],
      ],
      ['v', 'undo', 's'],
    ],
    [
      'undo what is revised',
      [
        ['s', 'submit'],
        ['r', 'revise', 's'],
      ],
      ['u', 'undo', 's'],
    ],
    [
      'revise what is revised',
      [
        ['s', 'submit'],
        ['r', 'revise', 's'],
      ],
      ['q', 'revise', 's'],
    ],
    [
      'revise what is undone',
      [
        ['s', 'submit'],
        ['u', 'undo', 's'],
      ],
      ['r', 'revise', 's'],
    ],
    [
      'undo an undo',
      [
        ['s', 'submit'],
        ['u', 'undo', 's'],
      ],
      ['v', 'undo', 'u'],
    ],
    ['revise an adjudication', [['j', 'adjudicate']], ['r', 'revise', 'j']],
    ['revise a skip', [['k', 'skip']], ['r', 'revise', 'k']],
    [
      'undo a skip twice',
      [
        ['k', 'skip'],
        ['u', 'undo', 'k'],
      ],
      ['v', 'undo', 'k'],
    ],
  ];
  test.each(impossible)('cannot %s', (_, steps, [id, action, targetId]) => {
    for (const [step, stepAction, target] of steps)
      add(step, { action: stepAction, targetId: target ?? null });
    expect(
      refusalOf(() => {
        add(id, { action, targetId: targetId ?? null });
      }).code,
    ).toBe('conflict');
    expect(getGradingEvent(db, id)).toBeNull();
  });

  test('about an event that is not there is refused', () => {
    expect(
      refusalOf(() => {
        add('u', { action: 'undo', targetId: 'nothing' });
      }).code,
    ).toBe('not-found');
  });

  test('about an event of another prompt is refused', () => {
    add('s', { action: 'submit' });
    expect(
      refusalOf(() => {
        add('u', { action: 'undo', targetId: 's', promptId: 2 });
      }).code,
    ).toBe('usage');
  });

  test('names the smaller model id first, and a grade can be turned that way', () => {
    const turned = { modelAId: 2, modelBId: 1, scoreA: 3, scoreB: 5, verdict: 'b' } as const;
    expect(
      refusalOf(() => {
        add('s', { action: 'submit', ...turned });
      }).code,
    ).toBe('usage');
    expect(inModelOrder(turned)).toEqual({ modelAId: 1, modelBId: 2, scoreA: 5, scoreB: 3, verdict: 'a' });
    expect(inModelOrder({ modelAId: 2, modelBId: 1, verdict: 'tie' })).toMatchObject({ verdict: 'tie' });
  });

  test('is never changed or deleted, not even by hand', () => {
    add('s', { action: 'submit' });
    expect(() => db.exec("UPDATE grading_event SET verdict = 'b'")).toThrow('append-only');
    expect(() => db.exec('DELETE FROM grading_event')).toThrow('append-only');
    expect(() =>
      db.exec(
        "INSERT OR REPLACE INTO grading_event (id, created_ms, rater_id, prompt_id, action) VALUES ('s', 0, 1, 1, 'skip')",
      ),
    ).toThrow();
    expect(inForce()).toEqual(['s']);
  });

  test('keeps everything it was given', () => {
    const event: NewGradingEvent = {
      id: 'x',
      createdMs: 5,
      raterId: bob,
      promptId: 2,
      action: 'submit',
      targetId: null,
      modelAId: 1,
      modelBId: 2,
      scoreA: 0.25,
      scoreB: 4,
      verdict: 'b',
      strength: 0.5,
      scale: [0, 10],
      raterCount: 3,
      goldKind: 'human_expert',
      detail: { latencyMs: 12 },
      importId: null,
      importKey: 'k',
    };
    appendGradingEvent(db, event);
    expect(getGradingEvent(db, 'x')).toEqual({
      ...event,
      taskId: null,
      checkId: null,
      rater: 'Bob',
      raterKind: 'person',
      responseAId: 3,
      responseBId: 4,
      isCurrent: true,
    });
  });

  test('is listed newest first, by rater and by prompt', () => {
    add('s', { action: 'submit' });
    add('t', { action: 'submit', raterId: bob });
    add('k', { action: 'skip', raterId: bob, promptId: 2 });
    const ids = (filter: { rater?: string; promptId?: number }): readonly string[] =>
      listGradingEvents(db, { ...filter, limit: 10 }).map((event) => event.id);
    expect(ids({})).toEqual(['k', 't', 's']);
    expect(ids({ rater: 'Bob' })).toEqual(['k', 't']);
    expect(ids({ promptId: 1 })).toEqual(['t', 's']);
  });
});

describe('the queue of a pair', () => {
  const queue = (includesLeftOut = false): object => {
    const wanted = { ...pair, raterId: ada, includesLeftOut };
    return { next: nextUngraded(db, wanted)?.promptId ?? null, left: countUngraded(db, wanted) };
  };
  const leaveOut = (method: string): void => {
    const design = { lookedAt: 'nothing', method, seed: 1, createdMs: 1 } as const;
    insertGoldDraws(db, design, [{ promptId: 1, isRevealed: false, propensity: 0.5 }]);
  };

  test('leaves out what is graded as a pair or as both responses, and what the rater skipped', () => {
    expect(queue()).toEqual({ next: 1, left: 3 });
    add('s', { action: 'submit' });
    expect(queue()).toEqual({ next: 2, left: 2 });
    add('a', { action: 'submit', promptId: 2, modelAId: 1, modelBId: null, scoreA: 1 });
    expect(queue()).toEqual({ next: 2, left: 2 });
    add('b', { action: 'submit', promptId: 2, modelAId: 2, modelBId: null, scoreA: 0 });
    expect(queue()).toEqual({ next: 3, left: 1 });
    add('k', { action: 'skip', promptId: 3 });
    expect(queue()).toEqual({ next: null, left: 0 });
    add('u', { action: 'undo', promptId: 3, targetId: 'k' });
    expect(queue()).toEqual({ next: 3, left: 1 });
  });

  test('offers a prompt whose gold is masked as if it had none', () => {
    const file = ensureRater(db, 'graders of the file', 'imported');
    add('s', { action: 'submit', raterId: file });
    leaveOut('import-count');
    expect(queue()).toEqual({ next: 1, left: 3 });
  });

  test('offers what the draw of a queue left out only where that is asked for, and says so', () => {
    leaveOut('queue-random');
    expect(queue()).toEqual({ next: 2, left: 2 });
    expect(queue(true)).toEqual({ next: 1, left: 3 });
    const wanted = { ...pair, raterId: ada, includesLeftOut: true };
    expect(nextUngraded(db, wanted)?.isLeftOut).toBe(true);
    expect(nextUngraded(db, wanted, 1)?.isLeftOut).toBe(false);
  });
});

test('a draft is overwritten, listed newest first and removed', () => {
  const single = { promptId: 2, modelAId: 1, modelBId: null };
  saveDraft(db, ada, { ...pair, draft: { score: 1 }, updatedMs: 1 });
  saveDraft(db, ada, { ...pair, draft: { score: 2 }, updatedMs: 2 });
  saveDraft(db, ada, { ...single, draft: {}, updatedMs: 3 });
  expect(getDraft(db, ada, pair)).toEqual({
    ...pair,
    draft: { score: 2 },
    updatedMs: 2,
    responseAId: 1,
    responseBId: 2,
  });
  expect(listDrafts(db, ada).map((draft) => draft.updatedMs)).toEqual([3, 2]);
  expect(listDrafts(db, bob)).toEqual([]);
  deleteDraft(db, ada, single);
  deleteDraft(db, ada, single);
  expect(getDraft(db, ada, single)).toBeNull();
});

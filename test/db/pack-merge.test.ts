import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openProject, type ProjectFile } from '../../db/open.ts';
import { allEvents, currentGrades } from '../../db/repositories/grading.ts';
import { listQueueItems } from '../../db/repositories/queue-items.ts';
import type { Item } from '../../src/annotate/grade.ts';
import type { GradingDeps } from '../../src/annotate/grading-deps.ts';
import {
  flagItem,
  gradingHistory,
  reviseGrade,
  skipItem,
  submitGrade,
  undoGrade,
} from '../../src/annotate/grading.ts';
import { exportPack } from '../../src/annotate/pack-export.ts';
import { mergePack } from '../../src/annotate/pack-merge.ts';
import { createQueue } from '../../src/annotate/queue-create.ts';
import { itemInQueue } from '../../src/annotate/queue-serve.ts';
import { redoLast, undoLast } from '../../src/annotate/steps.ts';
import { saveTask } from '../../src/annotate/tasks.ts';
import { AppError } from '../../src/core/errors.ts';
import { newProject, options, temporaryFolder } from './temporary-project.ts';

const ITEMS = 4;
const RATERS = ['ada', 'grace'] as const;

/** One thing a rater does: what, at which item, with which answer. */
const step = fc.record({
  what: fc.constantFrom('submit', 'revise', 'undo', 'skip', 'flag', 'undoLast', 'redoLast'),
  position: fc.integer({ min: 1, max: ITEMS }),
  verdict: fc.constantFrom('left', 'right', 'tie'),
  pick: fc.nat(),
} as const);
type Step = (typeof step extends fc.Arbitrary<infer T> ? T : never) & { readonly what: string };

/** A clock of its own for each machine, with its own pace: events of two machines lie between each other. */
function depsOf(file: ProjectFile, startMs: number, paceMs: number): GradingDeps {
  let now = startMs;
  return { db: file.db, newId: options.newId, clock: () => (now += paceMs) };
}

function prepare(path: string): { readonly queueId: number } {
  const file = newProject(path);
  const deps = depsOf(file, 1000, 1);
  file.db.exec(`INSERT INTO dataset (id, name) VALUES (1, 'd');
    INSERT INTO model (id, name) VALUES (1, 'gpt-4'), (2, 'vicuna-13b');`);
  for (let id = 1; id <= ITEMS; id++) {
    file.db.exec(`INSERT INTO prompt (id, dataset_id, external_id, text, norm_hash, split)
        VALUES (${id}, 1, 'p${id}', 'question ${id}', 'ffffffff0000000${id}', 'train');
      INSERT INTO response (prompt_id, model_id, text) VALUES (${id}, 1, 'I am GPT-4. One.'), (${id}, 2, 'two');`);
  }
  const task = saveTask(deps, {
    name: 'Task',
    form: { kind: 'verdict', allowsTie: true, strengths: [] },
    guidelines: '',
    categories: [],
    spanTags: [],
    skipReasons: [],
    showsReference: true,
  });
  const queue = createQueue(deps, {
    name: 'Queue',
    taskId: task.id,
    models: ['gpt-4', 'vicuna-13b'],
    design: { kind: 'random', includesGraded: false },
    overlap: 2,
    raters: [],
    split: 'train',
    checks: 0,
    seed: 1,
  });
  for (const rater of RATERS) {
    exportPack(deps, { queueId: queue.id, rater, path: `${path}.${rater}.mrpack` });
  }
  file.close();
  return { queueId: queue.id };
}

/** Does what can be done; what cannot be is refused, as for a person. */
function act(deps: GradingDeps, rater: string, queueId: number, given: Step): void {
  const served = itemInQueue(deps, { queueId, rater, position: given.position });
  const item: Item = served.item;
  const grade = {
    kind: 'verdict' as const,
    leftId: served.left.responseId,
    rightId: served.right?.responseId ?? 0,
    verdict: given.verdict,
  };
  const events = gradingHistory(deps.db, { rater, limit: 1000 });
  const target = events.at(events.length === 0 ? 0 : given.pick % events.length)?.eventId ?? 'none';
  const spans = [{ side: 'left' as const, start: 0, end: 3 }];
  try {
    switch (given.what) {
      case 'submit':
        submitGrade(deps, { rater, grade, queueId, spans, comment: String(given.pick) });
        return;
      case 'revise':
        reviseGrade(deps, { rater, grade, queueId, targetId: served.current?.eventId ?? target });
        return;
      case 'undo':
        undoGrade(deps, { rater, targetId: target });
        return;
      case 'skip':
        skipItem(deps, { rater, item, queueId, reason: 'why' });
        return;
      case 'flag':
        flagItem(deps, { rater, item, queueId, reason: 'why' });
        return;
      case 'undoLast':
        undoLast(deps, rater);
        return;
      case 'redoLast':
        redoLast(deps, rater);
        return;
    }
  } catch (error) {
    if (!(error instanceof AppError) || (error.code !== 'conflict' && error.code !== 'not-found'))
      throw error;
  }
}

/** Everything that grading says, whatever the order in which it came. */
function contentOf(file: ProjectFile, queueId: number): unknown {
  const { db } = file;
  return {
    events: [...allEvents(db)].sort((a, b) => (a.id < b.id ? -1 : 1)),
    items: listQueueItems(db, queueId),
    grades: [1, 2, 3, 4].map((promptId) =>
      currentGrades(db, { promptId, modelAId: 1, modelBId: 2 }).map((grade) => grade.id),
    ),
    raters: db.prepare('SELECT * FROM rater ORDER BY id').all(),
    packs: db.prepare('SELECT id, rater_id, items FROM pack_export ORDER BY id').all(),
    cursors: db.prepare('SELECT * FROM queue_cursor WHERE queue_id = ? ORDER BY rater_id').all(queueId),
  };
}

describe('two packs graded apart', () => {
  test('merge to the same project whatever the order, however often, from whatever copy', () => {
    const histories = fc.record({
      ada: fc.array(step, { maxLength: 10 }),
      grace: fc.array(step, { maxLength: 10 }),
      // A second copy of ada's pack, graded on yet another machine.
      copy: fc.array(step, { maxLength: 6 }),
      order: fc.array(fc.constantFrom('ada', 'grace', 'copy'), { minLength: 0, maxLength: 4 }),
    });
    const folder = temporaryFolder();
    const original = join(folder, 'project.mrproj');
    const { queueId } = prepare(original);
    let run = 0;
    fc.assert(
      fc.property(histories, (given) => {
        const at = (name: string): string => join(folder, `${String(run)}-${name}`);
        run++;
        const packs = { ada: 'ada', grace: 'grace', copy: 'ada' } as const;
        for (const [name, rater] of Object.entries(packs)) {
          const path = at(`${name}.mrpack`);
          copyFileSync(`${original}.${rater}.mrpack`, path);
          const file = openProject(path, options);
          const deps = depsOf(file, name === 'copy' ? 5_000 : 3_000, name === 'grace' ? 7 : 10);
          for (const each of given[name as keyof typeof packs]) act(deps, rater, queueId, each);
          file.close();
        }
        const mergeAll = (name: string, order: readonly string[]): unknown => {
          copyFileSync(original, at(name));
          const file = openProject(at(name), options);
          try {
            for (const each of order) mergePack(depsOf(file, 9_000, 1), at(`${each}.mrpack`));
            return contentOf(file, queueId);
          } finally {
            file.close();
          }
        };
        const once = mergeAll('once.mrproj', ['ada', 'grace', 'copy']);
        const other = mergeAll('other.mrproj', [...given.order, 'copy', 'grace', 'ada', ...given.order]);
        expect(other).toEqual(once);
      }),
      {
        numRuns: 12,
        // Found by chance once: what one rater skips set back the cursor of another.
        examples: [
          [
            {
              ada: [],
              grace: [{ what: 'submit', position: 1, verdict: 'left', pick: 0 }],
              copy: [{ what: 'skip', position: 1, verdict: 'left', pick: 0 }],
              order: [],
            },
          ],
        ],
      },
    );
  }, 120_000);
});

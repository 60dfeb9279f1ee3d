import { promptsOfTask } from '../../db/repositories/tasks.ts';
import type { ReadableDb } from '../../db/sqlite.ts';
import type { RubricEntry } from '../dataset/wide-json.ts';
import { listTasks, rubricOf } from './tasks.ts';

/**
 * The rubrics of a prompt, one for each rubric task that it belongs to: by a rubric of its own, an item in a queue, or a
 * grade. What a form asks of every prompt is no reason to list a prompt that nobody means to grade.
 */
export function rubricReader(db: ReadableDb): (promptId: number) => readonly RubricEntry[] {
  const tasks = listTasks(db)
    .filter((task) => task.form.kind === 'rubric')
    .map((task) => ({ ...task, prompts: promptsOfTask(db, task.id) }));
  return (promptId) =>
    tasks.flatMap(({ id, name, form, prompts }) => {
      if (!prompts.has(promptId)) return [];
      const { criteria } = rubricOf(db, id, form, promptId);
      if (criteria.length === 0) return [];
      return [
        {
          task: name,
          criteria: criteria.map((each) => ({
            id: each.id,
            criterion: each.text,
            points: each.points,
            tags: each.tags,
          })),
        },
      ];
    });
}

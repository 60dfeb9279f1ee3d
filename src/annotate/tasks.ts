import {
  countTask,
  deleteRubric,
  findTask,
  listTasks as listStored,
  readRubric,
  writeRubric,
  writeTask,
  type NewTask,
} from '../../db/repositories/tasks.ts';
import { getPrompt } from '../../db/repositories/prompts.ts';
import { inTransaction, type ReadableDb } from '../../db/sqlite.ts';
import type { Frozen } from '../contract/method.ts';
import type { taskForm } from '../contract/tasks.ts';
import { criterion, task as taskSchema } from '../contract/tasks.ts';
import { z } from '../contract/zod.ts';
import { AppError } from '../core/errors.ts';
import type { GradingDeps } from './grading-deps.ts';
import { requireRubric, type Criterion } from './rubric.ts';

const askedSchema = taskSchema.omit({ rubrics: true, grades: true });

/** What is asked. */
export type Task = Frozen<z.output<typeof askedSchema>>;
/** The same with how much was done. */
export type CountedTask = Frozen<z.output<typeof taskSchema>>;
export type TaskForm = Frozen<z.output<typeof taskForm>>;
type TaskSettings = Omit<Task, 'id' | 'createdMs' | 'updatedMs'>;

const storedCriteria = z.array(criterion);

/** Oldest first. */
export function listTasks(db: ReadableDb): readonly CountedTask[] {
  return listStored(db).map((task) => ({ ...toTask(task), ...countTask(db, task.id) }));
}

export function getCountedTask(db: ReadableDb, id: string): CountedTask {
  return { ...getTask(db, id), ...countTask(db, id) };
}

/** `not-found` where there is none of that id. */
export function getTask(db: ReadableDb, id: string): Task {
  const found = findTask(db, id);
  if (found !== null) return toTask(found);
  throw new AppError('not-found', `There is no grading task ${id} in this project.`);
}

/** Makes a task, or changes the one of that id. What has been graded in it keeps the kind it was graded as. */
export function saveTask(
  deps: GradingDeps,
  input: TaskSettings & { readonly id?: string | undefined },
): CountedTask {
  const { id, name, form, ...settings } = input;
  requireForm(form);
  return inTransaction(deps.db, () => {
    const known = id === undefined ? null : getCountedTask(deps.db, id);
    const namesake = listStored(deps.db).find((task) => task.name === name);
    if (namesake !== undefined && namesake.id !== known?.id) {
      throw new AppError('already-exists', `There is a task “${name}” already: choose another name.`);
    }
    if (known !== null && known.form.kind !== form.kind && known.grades > 0) {
      throw new AppError(
        'conflict',
        `${known.grades} grades were given as ${known.form.kind}: make another task for ${form.kind}.`,
      );
    }
    const now = deps.clock();
    const taskId = known?.id ?? deps.newId();
    writeTask(deps.db, {
      id: taskId,
      name,
      kind: form.kind,
      form,
      settings,
      createdMs: known?.createdMs ?? now,
      updatedMs: now,
    });
    return getCountedTask(deps.db, taskId);
  });
}

/** The rubric of a prompt: its own, else the form's. Empty where neither says anything, or the task is no rubric. */
export function rubricOf(
  db: ReadableDb,
  taskId: string,
  form: TaskForm,
  promptId: number,
): { readonly criteria: readonly Criterion[]; readonly isOwn: boolean } {
  if (form.kind !== 'rubric') return { criteria: [], isOwn: false };
  const own = storedCriteria.nullable().parse(readRubric(db, taskId, promptId));
  return own === null ? { criteria: form.criteria, isOwn: false } : { criteria: own, isOwn: true };
}

/** Gives a prompt a rubric of its own, or with null takes it away. */
export function saveRubric(
  deps: GradingDeps,
  input: {
    readonly taskId: string;
    readonly promptId: number;
    readonly criteria: readonly Criterion[] | null;
  },
): readonly Criterion[] {
  return inTransaction(deps.db, () => {
    const { form } = getTask(deps.db, input.taskId);
    if (form.kind !== 'rubric') {
      throw new AppError('usage', `A task of the kind ${form.kind} has no rubrics.`);
    }
    if (getPrompt(deps.db, input.promptId) === null) {
      throw new AppError('not-found', `There is no prompt ${input.promptId} in this project.`);
    }
    if (input.criteria === null) deleteRubric(deps.db, input.taskId, input.promptId);
    else {
      requireRubric(input.criteria);
      writeRubric(deps.db, input.taskId, input.promptId, input.criteria);
    }
    return rubricOf(deps.db, input.taskId, form, input.promptId).criteria;
  });
}

function requireForm(form: TaskForm): void {
  if (form.kind === 'score') {
    const [lo, hi] = form.scale;
    if (!(lo < hi)) {
      throw new AppError(
        'invalid-input',
        `A scale runs from a lower to a higher number, not from ${lo} to ${hi}.`,
      );
    }
    if ((hi - lo) / form.step > 1000) {
      throw new AppError('invalid-input', 'A scale has at most 1,000 steps: choose a larger step.');
    }
  }
  if (form.kind === 'rubric' && form.criteria.length > 0) requireRubric(form.criteria);
}

function toTask(stored: NewTask): Task {
  const settings = z.record(z.string(), z.unknown()).parse(stored.settings);
  return askedSchema.parse({
    ...settings,
    id: stored.id,
    name: stored.name,
    form: stored.form,
    createdMs: stored.createdMs,
    updatedMs: stored.updatedMs,
  });
}

import { AppError } from '../core/errors.ts';
import type { Grade } from './grade.ts';
import type { GradedCriterion } from '../dataset/canonical.ts';
import { gradeCriteria, type Criterion } from './rubric.ts';
import type { Task, TaskForm } from './tasks.ts';

/**
 * Refuses a grade that the form of its task does not ask for. Answers the criteria of a rubric as graded, none for others.
 */
export function checkForm(
  form: TaskForm,
  grade: Grade,
  criteria: readonly Criterion[],
): readonly GradedCriterion[] {
  const isKind = form.kind === grade.kind || (form.kind === 'score' && grade.kind === 'scores');
  if (!isKind) {
    throw new AppError(
      'invalid-input',
      `This task asks for ${form.kind}, and the grade is of the kind ${grade.kind}.`,
    );
  }
  switch (grade.kind) {
    case 'verdict':
      if (form.kind === 'verdict' && grade.verdict === 'tie' && !form.allowsTie) {
        throw new AppError('invalid-input', 'This task has no ties: one of the two responses is better.');
      }
      return [];
    case 'score':
    case 'scores':
      if (form.kind === 'score' && (grade.scale[0] !== form.scale[0] || grade.scale[1] !== form.scale[1])) {
        throw new AppError(
          'invalid-input',
          `This task is scored from ${form.scale[0]} to ${form.scale[1]}, and the grade from ${grade.scale[0]} to ${grade.scale[1]}.`,
        );
      }
      return [];
    case 'correctness':
      if (form.kind === 'correctness' && grade.correctness === 'partly' && !form.allowsPartly) {
        throw new AppError('invalid-input', 'In this task a response is correct or incorrect.');
      }
      return [];
    case 'rubric':
      return gradeCriteria(criteria, grade.metIds);
  }
}

/** Categories and tags are those of the task. */
export function checkLabels(
  task: Pick<Task, 'categories' | 'spanTags'>,
  given: {
    readonly categories?: readonly string[] | undefined;
    readonly spans?: readonly { readonly tag?: string | undefined }[] | undefined;
  },
): void {
  const category = given.categories?.find((each) => !task.categories.includes(each));
  if (category !== undefined) {
    throw new AppError('invalid-input', 'The task does not have this category: load the task again.');
  }
  const tag = given.spans?.find((span) => span.tag !== undefined && !task.spanTags.includes(span.tag));
  if (tag !== undefined) {
    throw new AppError('invalid-input', 'The task does not have this tag: load the task again.');
  }
}

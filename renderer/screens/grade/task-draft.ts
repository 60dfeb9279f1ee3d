import type { MethodInput, MethodOutput } from '../../../src/contract/methods.ts';

type Task = MethodOutput<'task.list'>['tasks'][number];
type Form = MethodInput<'task.save'>['form'];

export interface Criterion {
  readonly id: string;
  readonly text: string;
  readonly points: number | null;
}

/** A task as its form shows it. */
export interface TaskDraft {
  name: string;
  kind: Task['form']['kind'];
  allowsTie: boolean;
  asksStrength: boolean;
  lo: number | null;
  hi: number | null;
  step: number | null;
  allowsPartly: boolean;
  criteria: readonly Criterion[];
  guidelines: string;
  categories: string;
  spanTags: string;
  skipReasons: string;
  showsReference: boolean;
}

const TAGS = ['first wrong claim', 'unsafe', 'unsupported', 'well put'];
const SKIPS = ['outside my field', 'cannot tell', 'broken item', 'should not be graded'];

export function draftOf(task: Task | null): TaskDraft {
  const form = task?.form;
  return {
    name: task?.name ?? '',
    kind: form?.kind ?? 'verdict',
    allowsTie: form?.kind === 'verdict' ? form.allowsTie : true,
    asksStrength: form?.kind === 'verdict' ? form.strengths.length > 0 : true,
    lo: form?.kind === 'score' ? form.scale[0] : 1,
    hi: form?.kind === 'score' ? form.scale[1] : 5,
    step: form?.kind === 'score' ? form.step : 1,
    allowsPartly: form?.kind === 'correctness' ? form.allowsPartly : false,
    criteria:
      form?.kind === 'rubric'
        ? form.criteria.map(({ id, text, points }) => ({ id, text, points }))
        : [{ id: 'c1', text: '', points: 1 }],
    guidelines: task?.guidelines ?? '',
    categories: (task?.categories ?? []).join('\n'),
    spanTags: (task?.spanTags ?? TAGS).join('\n'),
    skipReasons: (task?.skipReasons ?? SKIPS).join('\n'),
    showsReference: task?.showsReference ?? true,
  };
}

export function formOf(draft: TaskDraft): Form {
  switch (draft.kind) {
    case 'verdict':
      return {
        kind: 'verdict',
        allowsTie: draft.allowsTie,
        ...(draft.asksStrength ? {} : { strengths: [] }),
      };
    case 'score':
      return { kind: 'score', scale: [draft.lo ?? 0, draft.hi ?? 1], step: draft.step ?? 1 };
    case 'correctness':
      return { kind: 'correctness', allowsPartly: draft.allowsPartly };
    case 'rubric':
      return {
        kind: 'rubric',
        criteria: draft.criteria
          .filter(({ text }) => text.trim() !== '')
          .map(({ id, text, points }) => ({ id, text: text.trim(), points: points ?? 0 })),
      };
  }
}

/** One entry a line, blank ones left out. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

import type { Command } from '../../app/commands.svelte.ts';
import type { ActionName } from '../../app/keymap.ts';
import { text } from '../../text.ts';
import { scoreSteps } from './choice.ts';
import type { GradeSession } from './grade-session.svelte.ts';
import type { Marking } from './marking.svelte.ts';

/** What is open beside the item, and how it is shown. */
export interface Panels {
  readonly asking: 'skip' | 'flag' | null;
  readonly isCommenting: boolean;
  /** The comment was asked for: it has the focus. One that comes with a draft must not take the keys. */
  readonly isWriting: boolean;
  readonly isExpanded: boolean;
  readonly isComparing: boolean;
  readonly isMarking: boolean;
  readonly isScrollingTogether: boolean;
  readonly showsGuidelines: boolean;
  readonly showsHistory: boolean;
}

const OPTIONS = [
  'grade.option1',
  'grade.option2',
  'grade.option3',
  'grade.option4',
  'grade.option5',
  'grade.option6',
  'grade.option7',
  'grade.option8',
  'grade.option9',
] as const satisfies readonly ActionName[];

interface Bench {
  readonly session: GradeSession;
  readonly marking: Marking;
  readonly panels: () => Panels;
  readonly set: (change: Partial<Panels>) => void;
}

/** The keys of grading: those of the form, and those of the bench. */
export function gradeCommands(bench: Bench): readonly Command[] {
  const { session, marking, panels, set } = bench;
  const words = text.grade;
  if (panels().isMarking) return markingCommands(bench);
  return [
    ...formCommands(session),
    command('grade.submit', words.submit, () => session.submit(), 'check'),
    command('grade.skip', words.skip, () => set({ asking: 'skip' }), 'skip'),
    command('grade.flag', words.flag, () => set({ asking: 'flag' }), 'flag'),
    command('grade.undo', words.undo, () => void session.undo(), 'undo'),
    command('grade.redo', words.redo, () => void session.redo(), 'redo'),
    command('grade.comment', words.addComment, () => set({ isCommenting: true, isWriting: true }), 'comment'),
    command('grade.mark', words.mark, () => {
      if (session.item === null) return;
      marking.begin(session.item);
      set({ isMarking: true });
    }),
    command('grade.expand', words.expand, () => set({ isExpanded: !panels().isExpanded })),
    command('grade.compare', words.compare, () => set({ isComparing: !panels().isComparing })),
    command('grade.together', words.together, () =>
      set({ isScrollingTogether: !panels().isScrollingTogether }),
    ),
    command('grade.guidelines', words.guidelines, () => set({ showsGuidelines: !panels().showsGuidelines })),
    command('grade.history', words.history, () => set({ showsHistory: !panels().showsHistory })),
  ];
}

function markingCommands({ marking, set }: Bench): readonly Command[] {
  const words = text.grade;
  return [
    command('mark.next', words.markNext, () => marking.move(1, false)),
    command('mark.previous', words.markPrevious, () => marking.move(-1, false)),
    command('mark.extend', words.markExtend, () => marking.move(1, true)),
    command('mark.shrink', words.markShrink, () => marking.move(-1, true)),
    command('mark.turn', words.markTurn, () => marking.turn()),
    command('mark.done', words.markDo, () => marking.ask()),
    command('mark.leave', words.markLeave, () => set({ isMarking: false })),
  ];
}

function formCommands(session: GradeSession): readonly Command[] {
  const words = text.grade;
  const { form } = session.source.task;
  switch (form.kind) {
    case 'verdict': {
      const strengths = ['grade.slightly', 'grade.clearly', 'grade.far'] as const;
      return [
        command('grade.left', words.left, () => session.choose('left'), 'left'),
        ...(form.allowsTie ? [command('grade.tie', words.tie, () => session.choose('tie'))] : []),
        command('grade.right', words.right, () => session.choose('right'), 'right'),
        ...form.strengths
          .slice(0, strengths.length)
          .map(({ label, value }, i) => command(strengths[i], label, () => session.setStrength(value))),
      ];
    }
    case 'score': {
      const steps = scoreSteps(form);
      const [lo, hi] = form.scale;
      const move = (by: number): void => {
        const now = session.choice.score;
        session.change({ score: now === null ? lo : Math.min(hi, Math.max(lo, now + by)) });
      };
      return [
        ...steps
          .slice(0, OPTIONS.length)
          .map((score, i) => command(OPTIONS[i], words.scoreOf(score), () => session.setScore(score))),
        command('grade.more', words.more, () => move(form.step), 'up'),
        command('grade.less', words.less, () => move(-form.step), 'down'),
      ];
    }
    case 'correctness': {
      const said = form.allowsPartly
        ? (['correct', 'partly', 'incorrect'] as const)
        : (['correct', 'incorrect'] as const);
      return said.map((each, i) =>
        command(OPTIONS[i], words.correctness[each], () => session.setCorrectness(each)),
      );
    }
    case 'rubric':
      return OPTIONS.map((name, i) =>
        command(name, words.criterion(i + 1), () => {
          const criterion = session.item?.criteria.at(i);
          if (criterion !== undefined) session.toggleCriterion(criterion.id);
        }),
      );
  }
}

function command(name: ActionName, title: string, run: () => void, icon?: Command['icon']): Command {
  return { name, title, group: text.grade.group, ...(icon === undefined ? {} : { icon }), run };
}

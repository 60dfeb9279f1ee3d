import type { Command } from '../../app/commands.svelte.ts';
import { text } from '../../text.ts';
import { strengths, type GradeSession } from './grade-session.svelte.ts';

/** What is open beside the item. */
export interface Panels {
  readonly asking: 'skip' | 'flag' | null;
  readonly isCommenting: boolean;
  readonly isExpanded: boolean;
}

/** The keys of grading. */
export function gradeCommands(
  session: GradeSession,
  panels: () => Panels,
  setPanels: (panels: Panels) => void,
): readonly Command[] {
  const words = text.grade;
  const command = (
    name: Command['name'],
    title: string,
    run: () => void,
    icon?: Command['icon'],
  ): Command => ({
    name,
    title,
    group: words.group,
    ...(icon === undefined ? {} : { icon }),
    run,
  });
  return [
    command('grade.left', words.left, () => session.choose('left'), 'left'),
    command('grade.tie', words.tie, () => session.choose('tie')),
    command('grade.right', words.right, () => session.choose('right'), 'right'),
    command('grade.slightly', words.strengths.slightly, () => session.setStrength(strengths.slightly)),
    command('grade.clearly', words.strengths.clearly, () => session.setStrength(strengths.clearly)),
    command('grade.far', words.strengths.far, () => session.setStrength(strengths.far)),
    command('grade.submit', words.submit, () => session.submit(), 'check'),
    command('grade.skip', words.skip, () => setPanels({ ...panels(), asking: 'skip' }), 'skip'),
    command('grade.flag', words.flag, () => setPanels({ ...panels(), asking: 'flag' }), 'flag'),
    command('grade.undo', words.undo, () => void session.undo(), 'undo'),
    command('grade.redo', words.redo, () => session.redo(), 'redo'),
    command('grade.comment', words.addComment, () => setPanels({ ...panels(), isCommenting: true })),
    command('grade.expand', words.expand, () => setPanels({ ...panels(), isExpanded: !panels().isExpanded })),
  ];
}

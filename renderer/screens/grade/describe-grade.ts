import { formatNumber } from '../../app/format.ts';
import { text } from '../../text.ts';
import type { ServedItem, TaskForm } from './choice.ts';

type Given = ServedItem['grades'][number]['grade'];

/** A grade in a few words, as a grader would say it. @param form names strengths as the grader saw them: `Left better, clearly`. */
export function describeGrade(grade: Given, form?: TaskForm): string {
  const words = text.grade;
  switch (grade.kind) {
    case 'verdict': {
      const said = words[grade.verdict];
      return grade.strength === undefined ? said : `${said}, ${nameStrength(grade.strength, form)}`;
    }
    case 'score':
      return `${formatNumber(grade.score, 2)} (${grade.scale[0]}–${grade.scale[1]})`;
    case 'scores':
      return `${formatNumber(grade.leftScore, 2)} | ${formatNumber(grade.rightScore, 2)}`;
    case 'correctness':
      return words.correctness[grade.correctness];
    case 'rubric':
      return words.criteriaMet(
        grade.metIds.length,
        grade.score === undefined ? null : formatNumber(grade.score, 2),
      );
  }
}

function nameStrength(strength: number, form: TaskForm | undefined): string {
  const strengths = form?.kind === 'verdict' ? form.strengths : [];
  const named = strengths.find((each) => Math.abs(each.value - strength) < 1e-6);
  return named?.label.toLowerCase() ?? `${Math.round(strength * 100)} %`;
}

import { formatNumber } from '../../app/format.ts';
import { text } from '../../text.ts';
import type { ServedItem } from './choice.ts';

type Given = ServedItem['grades'][number]['grade'];

/** A grade in a few words, as a grader would say it. */
export function describeGrade(grade: Given): string {
  const words = text.grade;
  switch (grade.kind) {
    case 'verdict': {
      const said = words[grade.verdict];
      return grade.strength === undefined ? said : `${said}, ${Math.round(grade.strength * 100)} %`;
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

import type { MethodOutput } from '../../../src/contract/methods.ts';
import { text } from '../../text.ts';

export type GradeLine = MethodOutput<'data.item'>['gold'][number];
type Judged = Pick<GradeLine, 'modelA' | 'modelB' | 'scoreA' | 'scoreB' | 'verdict'>;

/** A judgement in a few words: `gpt-4 better`, `tie`, `0.8 : 0.4`, `gpt-4 0.8`. */
export function describeJudgement({ modelA, modelB, scoreA, scoreB, verdict }: Judged): string {
  if (modelB === null) return scoreA === null ? '' : `${modelA} ${short(scoreA)}`;
  if (scoreA !== null && scoreB !== null) return `${short(scoreA)} : ${short(scoreB)}`;
  if (verdict === null) return '';
  return verdict === 'tie' ? text.data.tie : text.data.better(verdict === 'a' ? modelA : modelB);
}

/** With the models named, for a tooltip. */
export function describeFully(judged: Judged): string {
  const { modelA, modelB, scoreA, scoreB } = judged;
  if (modelB === null || scoreA === null || scoreB === null) return describeJudgement(judged);
  return `${modelA} ${short(scoreA)} : ${modelB} ${short(scoreB)}`;
}

/** The grades of a prompt in one line: single scores side by side, else the newest grade. */
export function describeGold(grades: readonly Judged[]): string {
  const newest = grades.at(-1);
  if (newest === undefined) return text.data.noGold;
  const singles = grades.filter((grade) => grade.modelB === null && grade.scoreA !== null);
  if (singles.length === grades.length && singles.length > 1) {
    return singles.map((grade) => short(grade.scoreA ?? 0)).join(' : ');
  }
  return describeJudgement(newest);
}

function short(score: number): string {
  return String(Number(score.toPrecision(3))).replace('-', '−');
}

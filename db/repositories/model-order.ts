import type { Verdict } from './grading.ts';

interface PairGrade {
  readonly modelAId: number;
  readonly modelBId: number;
  readonly scoreA?: number | null;
  readonly scoreB?: number | null;
  readonly verdict?: Verdict | null;
}

/** The same grade of a pair with the smaller model id first, as events and verdicts are stored. */
export function inModelOrder<T extends PairGrade>(grade: T): T {
  if (grade.modelAId < grade.modelBId) return grade;
  const { verdict } = grade;
  return {
    ...grade,
    modelAId: grade.modelBId,
    modelBId: grade.modelAId,
    scoreA: grade.scoreB ?? null,
    scoreB: grade.scoreA ?? null,
    verdict: verdict === 'a' ? 'b' : verdict === 'b' ? 'a' : (verdict ?? null),
  };
}

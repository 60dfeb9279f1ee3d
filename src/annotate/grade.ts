import { AppError } from '../core/errors.ts';
import type { GradedCriterion } from '../dataset/canonical.ts';
import { rubricScore } from '../dataset/graded-detail.ts';

/**
 * A grade as a grader gives it (responses on a left and a right side) and as it is stored (models a and b in the order of
 * their ids, with the side that a was shown on). Grading is blind, so a grader's side never names a model.
 */
export type Scale = readonly [lo: number, hi: number];

export type Grade =
  | { readonly kind: 'score'; readonly responseId: number; readonly score: number; readonly scale: Scale }
  | {
      readonly kind: 'scores';
      readonly leftId: number;
      readonly rightId: number;
      readonly leftScore: number;
      readonly rightScore: number;
      readonly scale: Scale;
    }
  | {
      readonly kind: 'verdict';
      readonly leftId: number;
      readonly rightId: number;
      readonly verdict: 'left' | 'right' | 'tie';
      readonly strength?: number | undefined;
    }
  | { readonly kind: 'correctness'; readonly responseId: number; readonly correctness: Correctness }
  | {
      readonly kind: 'rubric';
      readonly responseId: number;
      readonly metIds: readonly string[];
      /** What the criteria come to: answered, never asked. */
      readonly score?: number | undefined;
    };

export type Correctness = 'correct' | 'partly' | 'incorrect';

const CORRECTNESS_SCORES: Readonly<Record<Correctness, number>> = { correct: 1, partly: 0.5, incorrect: 0 };

/** What is graded: one response, or two of the same prompt. */
export type Item =
  | { readonly kind: 'single'; readonly responseId: number }
  | { readonly kind: 'pair'; readonly leftId: number; readonly rightId: number };

export interface GradedResponse {
  readonly id: number;
  readonly promptId: number;
  readonly modelId: number;
}

/** An item in the order in which it is stored. */
export interface StoredItem {
  readonly promptId: number;
  readonly modelAId: number;
  readonly modelBId: number | null;
  /** Which of the two was shown on the left. */
  readonly shownLeft: 'a' | 'b' | null;
}

export interface StoredGrade {
  readonly scoreA: number | null;
  readonly scoreB: number | null;
  readonly verdict: 'a' | 'b' | 'tie' | null;
  readonly strength: number | null;
  readonly scale: Scale | null;
}

const NO_GRADE: StoredGrade = { scoreA: null, scoreB: null, verdict: null, strength: null, scale: null };

export function itemOf(grade: Grade): Item {
  return 'responseId' in grade
    ? { kind: 'single', responseId: grade.responseId }
    : { kind: 'pair', leftId: grade.leftId, rightId: grade.rightId };
}

/** Puts an item into the order of model ids; refuses a pair that is not two responses to one prompt. */
export function storeItem(item: Item, find: (responseId: number) => GradedResponse): StoredItem {
  if (item.kind === 'single') {
    const { promptId, modelId } = find(item.responseId);
    return { promptId, modelAId: modelId, modelBId: null, shownLeft: null };
  }
  const left = find(item.leftId);
  const right = find(item.rightId);
  if (left.id === right.id || left.promptId !== right.promptId) {
    throw new AppError('invalid-input', 'A pair is two different responses to the same prompt.', {
      details: { leftId: left.id, rightId: right.id },
    });
  }
  const isLeftA = left.modelId < right.modelId;
  return {
    promptId: left.promptId,
    modelAId: isLeftA ? left.modelId : right.modelId,
    modelBId: isLeftA ? right.modelId : left.modelId,
    shownLeft: isLeftA ? 'a' : 'b',
  };
}

/**
 * The columns of a grade; refuses scores outside their scale.
 * @param criteria of a rubric, as graded; its score may lie outside [0, 1] and is stored as it is.
 */
export function storeGrade(
  grade: Grade,
  shownLeft: StoredItem['shownLeft'],
  criteria: readonly GradedCriterion[] = [],
): StoredGrade {
  switch (grade.kind) {
    case 'score':
      return { ...NO_GRADE, scoreA: onScale(grade.score, grade.scale), scale: grade.scale };
    case 'scores': {
      const left = onScale(grade.leftScore, grade.scale);
      const right = onScale(grade.rightScore, grade.scale);
      const scores = shownLeft === 'a' ? { scoreA: left, scoreB: right } : { scoreA: right, scoreB: left };
      return { ...NO_GRADE, ...scores, scale: grade.scale };
    }
    case 'verdict':
      return {
        ...NO_GRADE,
        verdict:
          grade.verdict === 'tie' ? 'tie' : (grade.verdict === 'left') === (shownLeft === 'a') ? 'a' : 'b',
        strength: grade.strength ?? null,
      };
    case 'correctness':
      return { ...NO_GRADE, scoreA: CORRECTNESS_SCORES[grade.correctness], scale: [0, 1] };
    case 'rubric':
      return { ...NO_GRADE, scoreA: rubricScore(criteria), scale: [0, 1] };
  }
}

/** The way back, for showing a stored grade on the sides on which it was given; null where there is none to show. */
export function showGrade(
  stored: StoredGrade,
  shown: {
    readonly isPair: boolean;
    /** Their responses, where the project has them. */
    readonly a: number | null;
    readonly b: number | null;
    readonly shownLeft: 'a' | 'b';
    /** What the event says that the columns do not. */
    readonly correctness?: Correctness | undefined;
    readonly criteria?: readonly GradedCriterion[] | undefined;
  },
): Grade | null {
  const { isPair, a, b, shownLeft, correctness, criteria } = shown;
  const scale: Scale = stored.scale ?? [0, 1];
  if (a === null) return null;
  if (!isPair) {
    if (correctness !== undefined) return { kind: 'correctness', responseId: a, correctness };
    if (criteria !== undefined && stored.scoreA !== null) {
      const metIds = criteria.filter((each) => each.isMet).map((each) => each.id);
      return { kind: 'rubric', responseId: a, metIds, score: stored.scoreA };
    }
    return stored.scoreA === null ? null : { kind: 'score', responseId: a, score: stored.scoreA, scale };
  }
  if (b === null) return null;
  const isLeftA = shownLeft === 'a';
  const sides = { leftId: isLeftA ? a : b, rightId: isLeftA ? b : a };
  if (stored.scoreA !== null && stored.scoreB !== null) {
    const [leftScore, rightScore] = isLeftA ? [stored.scoreA, stored.scoreB] : [stored.scoreB, stored.scoreA];
    return { kind: 'scores', ...sides, leftScore, rightScore, scale };
  }
  if (stored.verdict === null) return null;
  return {
    kind: 'verdict',
    ...sides,
    verdict: stored.verdict === 'tie' ? 'tie' : (stored.verdict === 'a') === isLeftA ? 'left' : 'right',
    ...(stored.strength === null ? {} : { strength: stored.strength }),
  };
}

function onScale(score: number, [lo, hi]: Scale): number {
  if (!(lo < hi)) {
    throw new AppError(
      'invalid-input',
      `A scale runs from a lower to a higher number, not from ${lo} to ${hi}.`,
    );
  }
  if (score >= lo && score <= hi) return score;
  throw new AppError('invalid-input', `The score ${score} is outside its scale from ${lo} to ${hi}.`);
}

import { diffWordsWithSpace } from 'diff';

export interface DiffPiece {
  readonly text: string;
  readonly isOwn: boolean;
}

/** Texts longer than this together are not compared: it would take seconds, and nobody reads such a comparison. */
export const MOST_COMPARED = 40_000;

/** Each text in pieces, with what the other one does not have; null where they are too long. */
export function compareWords(
  left: string,
  right: string,
): { readonly left: readonly DiffPiece[]; readonly right: readonly DiffPiece[] } | null {
  if (left.length + right.length > MOST_COMPARED) return null;
  const changes = diffWordsWithSpace(left, right);
  return {
    left: changes
      .filter(({ added }) => !added)
      .map(({ value, removed }) => ({ text: value, isOwn: removed })),
    right: changes
      .filter(({ removed }) => !removed)
      .map(({ value, added }) => ({ text: value, isOwn: added })),
  };
}

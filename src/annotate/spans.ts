import { AppError } from '../core/errors.ts';
import type { StoredSpan } from './event-detail.ts';
import { toOriginal, toShown, type MaskedText } from './mask-identity.ts';

/** A marked part of a response as it is shown to a grader. */
export interface ShownSpan {
  readonly side: 'left' | 'right' | 'single';
  readonly start: number;
  readonly end: number;
  readonly tag?: string | undefined;
  readonly comment?: string | undefined;
}

/** The two responses as they are shown; `b` null for a single one. */
export interface ShownTexts {
  readonly a: MaskedText;
  readonly b: MaskedText | null;
  readonly shownLeft: 'a' | 'b' | null;
}

/** Puts spans into the stored order and text; refuses what is outside the response. */
export function storeSpans(spans: readonly ShownSpan[], shown: ShownTexts): readonly StoredSpan[] {
  return spans.map(({ side, start, end, ...rest }) => {
    const stored = side === 'single' ? 'a' : (side === 'left') === (shown.shownLeft === 'a') ? 'a' : 'b';
    const text = stored === 'a' ? shown.a : shown.b;
    if (text === null || (side === 'single') !== (shown.b === null)) {
      throw new AppError('invalid-input', 'A marked part names a side that this item does not have.');
    }
    if (!(start < end) || end > text.text.length) {
      throw new AppError(
        'invalid-input',
        `A marked part from ${start} to ${end} is outside its response of ${text.text.length} characters.`,
      );
    }
    return {
      side: stored,
      start: toOriginal(text, start, 'start'),
      end: toOriginal(text, end, 'end'),
      ...(rest.tag === undefined ? {} : { tag: rest.tag }),
      ...(rest.comment === undefined ? {} : { comment: rest.comment }),
    };
  });
}

/** The way back. */
export function showSpans(spans: readonly StoredSpan[], shown: ShownTexts): readonly ShownSpan[] {
  return spans.flatMap(({ side, start, end, ...rest }) => {
    const text = side === 'a' ? shown.a : shown.b;
    if (text === null) return [];
    const shownSide = shown.b === null ? 'single' : side === shown.shownLeft ? 'left' : 'right';
    return [
      { side: shownSide, start: toShown(text, start, 'start'), end: toShown(text, end, 'end'), ...rest },
    ];
  });
}

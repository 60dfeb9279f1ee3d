import { listModels } from '../../db/repositories/models.ts';
import { listResponses, type Response } from '../../db/repositories/responses.ts';
import { getPrompt } from '../../db/repositories/prompts.ts';
import type { ReadableDb } from '../../db/sqlite.ts';
import { createMasker, type MaskedText, type Masker } from './mask-identity.ts';
import type { ShownTexts } from './spans.ts';

const NOTHING: MaskedText = { text: '', masks: [] };

/** Hides what names the models of the project. The texts of a pack come with what was hidden already. */
export function projectMasker(db: ReadableDb): Masker {
  return createMasker(listModels(db).map((model) => model.name));
}

/** The texts of an item as a grader sees them. */
export function shownTexts(
  db: ReadableDb,
  item: { readonly promptId: number; readonly modelAId: number; readonly modelBId: number | null },
  shownLeft: 'a' | 'b' | null,
  mask: Masker = projectMasker(db),
): ShownTexts {
  const prompt = getPrompt(db, item.promptId)?.text ?? '';
  const responses = listResponses(db, item.promptId);
  const textOf = (modelId: number): MaskedText => {
    const text = responses.find((response: Response) => response.modelId === modelId)?.text ?? null;
    return text === null ? NOTHING : mask(text, prompt);
  };
  return {
    a: textOf(item.modelAId),
    b: item.modelBId === null ? null : textOf(item.modelBId),
    shownLeft,
  };
}

/** A masked text without what was hidden: what may be sent to whoever grades. */
export function visible({ text, masks }: MaskedText): {
  readonly text: string;
  readonly masks: readonly { readonly start: number; readonly end: number }[];
} {
  return { text, masks: masks.map(({ start, end }) => ({ start, end })) };
}

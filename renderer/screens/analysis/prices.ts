import type { MethodInput } from '../../../src/contract/methods.ts';
import type { ProjectStatus } from '../../app/project.svelte.ts';

/** Token prices as they are typed in. Pure. */

/** US dollars a million tokens; null where the field is empty. */
export interface PriceDraft {
  readonly model: string;
  readonly input: number | null;
  readonly output: number | null;
}

type Models = ProjectStatus['models'];

export function readPrices(models: Models): readonly PriceDraft[] {
  return models.map(({ name, inputUsdPerMillion, outputUsdPerMillion }) => ({
    model: name,
    input: inputUsdPerMillion,
    output: outputUsdPerMillion,
  }));
}

/** The prices that are whole and differ from those of the project. */
export function changedPrices(
  models: Models,
  drafts: readonly PriceDraft[],
): readonly MethodInput<'model.setPrice'>[] {
  const known = new Map(models.map((model) => [model.name, model]));
  return drafts.flatMap(({ model, input, output }) => {
    if (input === null || output === null || input < 0 || output < 0) return [];
    const before = known.get(model);
    if (before?.inputUsdPerMillion === input && before.outputUsdPerMillion === output) return [];
    return [{ model, inputUsdPerMillion: input, outputUsdPerMillion: output }];
  });
}

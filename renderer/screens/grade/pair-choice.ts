import type { ProjectStatus } from '../../app/project.svelte.ts';

type Models = ProjectStatus['models'];

/** The two models with most to grade, or null where there are no two with texts. */
export function defaultPair(models: Models): readonly [string, string] | null {
  const [first, second] = withTexts(models).sort(
    (a, b) => b.responsesWithText - a.responsesWithText || (a.name < b.name ? -1 : 1),
  );
  const found = [first, second].filter((model) => (model as Models[number] | undefined) !== undefined);
  return found.length === 2 ? [first.name, second.name] : null;
}

export function withTexts(models: Models): Models[number][] {
  return models.filter((model) => model.responsesWithText > 0);
}

/** FNV-1a of a text, as a seed: the sides of a grader in a project stay the same when they come back. */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

import { text } from '../../text.ts';

/** An estimator or a baseline as people call it. */
export function estimatorName(name: string): string {
  if (Object.hasOwn(text.analysis.estimators, name)) return text.analysis.estimators[name];
  // Of more than two models each has a fixed policy of its own.
  return name.startsWith('always-') ? `always ${name.slice('always-'.length)}` : name;
}

export function learnerName(name: string): string {
  return text.analysis.learners[name] ?? name;
}

/** "A or B", "A, B or C". */
export function eitherOf(models: readonly string[]): string {
  return models.length < 2 ? models.join('') : `${models.slice(0, -1).join(', ')} or ${models.at(-1) ?? ''}`;
}

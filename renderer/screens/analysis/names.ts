import { text } from '../../text.ts';

/** An estimator or a baseline as people call it. */
export function estimatorName(name: string): string {
  return text.analysis.estimators[name] ?? name;
}

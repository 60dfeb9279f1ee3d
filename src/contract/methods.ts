import type { ErrorPayload } from '../core/errors.ts';
import { biasMethods } from './bias.ts';
import { bundleMethods } from './bundles.ts';
import { certificateMethods } from './certificates.ts';
import { diagnosticsMethods } from './diagnostics.ts';
import { comparisonMethods } from './comparison.ts';
import { dataMethods } from './data.ts';
import { decisionMethods } from './decisions.ts';
import { embeddingMethods } from './embeddings.ts';
import { gradingMethods } from './grading.ts';
import { previewMethods } from './import-preview.ts';
import { importMethods } from './imports.ts';
import { inspectionMethods } from './inspection.ts';
import { jobMethods } from './jobs.ts';
import { labelMethods } from './labels.ts';
import type { Frozen } from './method.ts';
import { packMethods } from './packs.ts';
import { planMethods } from './plans.ts';
import { pointMethods } from './points.ts';
import { projectMethods } from './projects.ts';
import { queueMethods } from './queues.ts';
import { raterMethods } from './raters.ts';
import { reviewMethods } from './review.ts';
import { runMethods } from './runs.ts';
import { taskMethods } from './tasks.ts';
import type { z } from './zod.ts';

/** Everything a host can ask the engine: the one list that types, validation and handlers are derived from. */
export const methods = {
  ...projectMethods,
  ...importMethods,
  ...previewMethods,
  ...dataMethods,
  ...labelMethods,
  ...gradingMethods,
  ...taskMethods,
  ...queueMethods,
  ...raterMethods,
  ...reviewMethods,
  ...packMethods,
  ...planMethods,
  ...runMethods,
  ...biasMethods,
  ...inspectionMethods,
  ...certificateMethods,
  ...diagnosticsMethods,
  ...comparisonMethods,
  ...pointMethods,
  ...bundleMethods,
  ...embeddingMethods,
  ...decisionMethods,
  ...jobMethods,
};

type Methods = typeof methods;

export type MethodName = keyof Methods;
export type JobMethodName = {
  [N in MethodName]: Methods[N] extends { readonly kind: 'job' } ? N : never;
}[MethodName];

/** What a caller may write: defaults may be left out. */
export type MethodInput<N extends MethodName> = Frozen<z.input<Methods[N]['input']>>;
/** What a handler reads: defaults are filled in. */
export type ParsedInput<N extends MethodName> = Frozen<z.output<Methods[N]['input']>>;
export type MethodOutput<N extends MethodName> = Frozen<z.output<Methods[N]['output']>>;
export type JobResult<N extends JobMethodName> = Frozen<z.output<Methods[N]['result']>>;

/** What comes back over any wire. */
export type Answer<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ErrorPayload };

export function isMethodName(name: string): name is MethodName {
  return Object.hasOwn(methods, name);
}

export function isJobMethodName(name: MethodName): name is JobMethodName {
  return methods[name].kind === 'job';
}

/** What the `model` field of a request asks for. */
import type { OperatingChoice } from '../runtime/router.ts';

export type RequestedModel =
  | { readonly kind: 'routed'; readonly choice: OperatingChoice }
  /** One of the bundle's models, by name: no decision is taken. */
  | { readonly kind: 'direct'; readonly model: string }
  | { readonly kind: 'unknown'; readonly why: string };

/** A bundle's name as a router's name in requests: RouteLLM splits at "-", so there is none in it. */
export function routerNameOf(bundleName: string): string {
  const name = bundleName.replace(/[^A-Za-z0-9_.]+/g, '_').replace(/^_+|_+$/g, '');
  return name === '' ? 'router' : name;
}

/**
 * `auto` and `<name>` mean the operating point of the server; `router-<name>-<threshold>`, as in RouteLLM, this threshold:
 * the strong model answers where its gain, less the threshold times its extra cost, is above that of the others.
 *
 * @example
 * readRequestedModel('router-support-0.05', 'support', [], {}); // { kind: 'routed', choice: { w: 0.05 } }
 */
export function readRequestedModel(
  requested: string,
  routerName: string,
  models: readonly string[],
  standard: OperatingChoice,
): RequestedModel {
  if (requested === 'auto' || requested === routerName) return { kind: 'routed', choice: standard };
  if (models.includes(requested)) return { kind: 'direct', model: requested };
  const prefix = `router-${routerName}-`;
  if (!requested.startsWith(prefix)) {
    return {
      kind: 'unknown',
      why: `Expected "auto", "${routerName}", "${prefix}<threshold>" or one of: ${models.join(', ')}.`,
    };
  }
  const digits = requested.slice(prefix.length);
  const threshold = digits.trim() === '' ? NaN : Number(digits);
  if (Number.isFinite(threshold) && threshold >= 0) return { kind: 'routed', choice: { w: threshold } };
  return { kind: 'unknown', why: `The threshold after "${prefix}" must be a number of at least 0.` };
}

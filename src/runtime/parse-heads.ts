/** Models, heads and deferral of a manifest, checked. Version 1 knew two models and one linear head. */
import { RouterFileError } from './errors.ts';
import {
  asFinite,
  asInteger,
  asList,
  asOneOf,
  asRecord,
  asText,
  orNull,
  refuse,
  type JsonRecord,
} from './json.ts';
import type {
  BootstrapDeferral,
  HeadSpec,
  Manifest,
  ManifestHead,
  ManifestModel,
  SimpleHead,
} from './manifest.ts';
import { MAX_DIM } from './parse-blocks.ts';

/** Of points or nodes in one tensor. */
export const MAX_ROWS = 100_000_000;
const MAX_MODELS = 1000;
const MAX_PARTS = 1000;
const MAX_LAYERS = 64;
const MAX_DRAWS = 100_000;

const SIMPLE_KINDS = ['linear', 'trees', 'mlp', 'nearest'] as const;

function parseModel(value: unknown, path: string, version: number): ManifestModel {
  const raw = asRecord(value, path);
  const roles =
    version === 1 ? (['strong', 'cheap'] as const) : (['strong', 'cheap', 'anchor', 'candidate'] as const);
  const role = asOneOf<ManifestModel['role']>(raw.role, `${path}.role`, roles);
  return {
    name: asText(raw.name, `${path}.name`),
    role,
    relativeCost:
      version === 1 ? Number(role === 'strong') : asFinite(raw.relativeCost, `${path}.relativeCost`),
    inputUsdPerMillion: orNull(raw.inputUsdPerMillion, `${path}.inputUsdPerMillion`, asFinite),
    outputUsdPerMillion: orNull(raw.outputUsdPerMillion, `${path}.outputUsdPerMillion`, asFinite),
  };
}

function notValid(expected: string): never {
  throw new RouterFileError('bad-manifest', `The manifest is not valid: expected ${expected}.`);
}

function checkRoles(models: readonly ManifestModel[], anchor: string, version: number): void {
  const base = models.find((model) => model.role === 'cheap' || model.role === 'anchor');
  const roles = models.map((model) => model.role).sort();
  if (models.length === 2) {
    const isPair = roles[0] === 'cheap' && roles[1] === 'strong' && base?.name === anchor;
    if (!isPair) notValid('one strong model and one cheap model that is the anchor');
  } else {
    const isSet = models.length > 2 && roles.lastIndexOf('anchor') === 0 && roles[1] === 'candidate';
    if (!isSet || roles.at(-1) !== 'candidate' || base?.name !== anchor) {
      notValid('one model of role anchor, which is the anchor, and candidates');
    }
  }
  // Two models of one name were allowed in version 1, where only their roles counted.
  if (version > 1 && new Set(models.map((model) => model.name)).size !== models.length) {
    notValid('models of different names');
  }
  if (base.relativeCost !== 0) notValid('an anchor whose relativeCost is 0');
  if (models.length === 2 && models.some((model) => model.role === 'strong' && model.relativeCost !== 1)) {
    notValid('a strong model whose relativeCost is 1');
  }
}

/**
 * The models of a manifest, the anchor first checked among them.
 *
 * @throws RouterFileError `bad-manifest`; the message names the field
 */
export function parseModels(raw: JsonRecord, version: number): Pick<Manifest, 'models' | 'anchor'> {
  const list = asList(raw.models, 'models');
  if (list.length > MAX_MODELS) refuse('models', `at most ${MAX_MODELS}`, list);
  const models = list.map((model, i) => parseModel(model, `models[${i}]`, version));
  const anchor = asText(raw.anchor, 'anchor');
  checkRoles(models, anchor, version);
  return { models, anchor };
}

function parseSimple(kind: SimpleHead['kind'], raw: JsonRecord, path: string): SimpleHead {
  switch (kind) {
    case 'linear':
      return { kind };
    case 'trees':
      return {
        kind,
        trees: asInteger(raw.trees, `${path}.trees`, 1, MAX_ROWS),
        nodes: asInteger(raw.nodes, `${path}.nodes`, 1, MAX_ROWS),
      };
    case 'mlp': {
      const hidden = asList(raw.hidden, `${path}.hidden`);
      if (hidden.length > MAX_LAYERS) refuse(`${path}.hidden`, `at most ${MAX_LAYERS} layers`, hidden);
      return { kind, hidden: hidden.map((width, i) => asInteger(width, `${path}.hidden[${i}]`, 1, MAX_DIM)) };
    }
    case 'nearest': {
      const points = asInteger(raw.points, `${path}.points`, 1, MAX_ROWS);
      return { kind, points, k: asInteger(raw.k, `${path}.k`, 1, points) };
    }
  }
}

function parseHead(raw: JsonRecord, path: string): HeadSpec {
  const kind = asOneOf(raw.kind, `${path}.kind`, [...SIMPLE_KINDS, 'sum'] as const);
  if (kind !== 'sum') return parseSimple(kind, raw, path);
  const parts = asList(raw.parts, `${path}.parts`);
  if (parts.length === 0 || parts.length > MAX_PARTS) {
    refuse(`${path}.parts`, `1 to ${MAX_PARTS} parts`, parts);
  }
  return {
    kind,
    parts: parts.map((value, j) => {
      const at = `${path}.parts[${j}]`;
      const part = asRecord(value, at);
      const weight = asFinite(part.weight, `${at}.weight`);
      return { ...parseSimple(asOneOf(part.kind, `${at}.kind`, SIMPLE_KINDS), part, at), weight };
    }),
  };
}

/**
 * One head for each model but the anchor, in any order.
 *
 * @throws RouterFileError `bad-manifest`; the message names the field
 */
export function parseHeads(
  raw: JsonRecord,
  version: number,
  { models, anchor }: Pick<Manifest, 'models' | 'anchor'>,
  dim: number,
): readonly ManifestHead[] {
  const wanted = models.filter((model) => model.role === 'strong' || model.role === 'candidate');
  if (version === 1) {
    const head = asRecord(raw.head, 'head');
    asInteger(head.dim, 'head.dim', dim, dim);
    const kind = asOneOf(head.kind, 'head.kind', ['linear']);
    return wanted.map(({ name }) => ({ model: name, kind }));
  }
  const heads = asList(raw.heads, 'heads').map((value, i): ManifestHead => {
    const path = `heads[${i}]`;
    const head = asRecord(value, path);
    return { ...parseHead(head, path), model: asText(head.model, `${path}.model`) };
  });
  const names = new Set(heads.map((head) => head.model));
  const isComplete = heads.length === wanted.length && wanted.every((model) => names.has(model.name));
  if (!isComplete) refuse('heads', `one head for each model but the anchor "${anchor}"`, raw.heads);
  return heads;
}

/** @throws RouterFileError `bad-manifest`; the message names the field */
export function parseDeferral(value: unknown, isCascadeOfTwo: boolean): BootstrapDeferral | null {
  if (value === null || value === undefined) return null;
  if (!isCascadeOfTwo) notValid('no deferral but in a cascade of two models');
  const raw = asRecord(value, 'deferral');
  const level = asFinite(raw.level, 'deferral.level');
  if (level <= 0 || level >= 1) refuse('deferral.level', 'a number between 0 and 1', level);
  return {
    kind: asOneOf(raw.kind, 'deferral.kind', ['bootstrap-linear']),
    draws: asInteger(raw.draws, 'deferral.draws', 2, MAX_DRAWS),
    level,
  };
}

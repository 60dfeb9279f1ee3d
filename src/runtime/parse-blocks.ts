/** The blocks of a manifest, checked. */
import { RouterFileError } from './errors.ts';
import { asBoolean, asFinite, asInteger, asList, asOneOf, asRecord, asText, orNull, refuse } from './json.ts';
import type { BlockSpec, EncoderDescription, HashedNgramSpec } from './manifest.ts';
import { TEXT_FORM_DIM } from './text-form.ts';

export const MAX_DIM = 1_000_000;
const MAX_CODE_POINTS = 10_000_000;

function parseRange(value: unknown, path: string): readonly [number, number] {
  const list = asList(value, path);
  if (list.length !== 2) refuse(path, 'a list of two numbers', value);
  const low = asInteger(list[0], `${path}[0]`, 1, 16);
  return [low, asInteger(list[1], `${path}[1]`, low, 16)];
}

function parseEncoder(value: unknown, path: string): HashedNgramSpec {
  const raw = asRecord(value, path);
  asInteger(raw.version, `${path}.version`, 1, 1);
  const buckets = asInteger(raw.buckets, `${path}.buckets`, 2, 32768);
  if ((buckets & (buckets - 1)) !== 0) refuse(`${path}.buckets`, 'a power of two', buckets);
  return {
    version: 1,
    buckets,
    wordNgrams: parseRange(raw.wordNgrams, `${path}.wordNgrams`),
    charNgrams: parseRange(raw.charNgrams, `${path}.charNgrams`),
    maxCodePoints: asInteger(raw.maxCodePoints, `${path}.maxCodePoints`, 1, MAX_CODE_POINTS),
  };
}

function parseDescription(value: unknown, path: string): EncoderDescription {
  const raw = asRecord(value, path);
  return {
    kind: asOneOf(raw.kind, `${path}.kind`, ['openai-embeddings', 'onnx']),
    model: asText(raw.model, `${path}.model`),
    revision: orNull(raw.revision, `${path}.revision`, asText),
    dimension: asInteger(raw.dimension, `${path}.dimension`, 1, MAX_DIM),
    isShortened: asBoolean(raw.isShortened, `${path}.isShortened`),
    pooling: asOneOf(raw.pooling, `${path}.pooling`, ['mean', 'cls', 'server']),
    normalisation: asOneOf(raw.normalisation, `${path}.normalisation`, ['l2', 'none']),
    prefix: asText(raw.prefix, `${path}.prefix`),
    maxCodePoints: asInteger(raw.maxCodePoints, `${path}.maxCodePoints`, 1, MAX_CODE_POINTS),
  };
}

function parseScale(value: unknown, path: string): number {
  const scale = asFinite(value, path);
  return scale > 0 ? scale : refuse(path, 'a number above 0', scale);
}

function parseBlock(value: unknown, path: string): BlockSpec {
  const raw = asRecord(value, path);
  const kinds = ['hashed-ngram', 'precomputed', 'text-form', 'columns', 'signals'] as const;
  const kind = asOneOf(raw.kind, `${path}.kind`, kinds);
  const base = {
    name: asText(raw.name, `${path}.name`),
    dim: asInteger(raw.dim, `${path}.dim`, 1, MAX_DIM),
    scale: parseScale(raw.scale, `${path}.scale`),
  };
  switch (kind) {
    case 'hashed-ngram':
      return {
        ...base,
        kind,
        input: asOneOf(raw.input, `${path}.input`, ['prompt', 'response']),
        encoder: parseEncoder(raw.encoder, `${path}.encoder`),
      };
    case 'precomputed':
      return {
        ...base,
        kind,
        inputDim: asInteger(raw.inputDim, `${path}.inputDim`, 1, MAX_DIM),
        ...(raw.encoder === undefined ? {} : { encoder: parseDescription(raw.encoder, `${path}.encoder`) }),
      };
    case 'text-form':
      asInteger(raw.version, `${path}.version`, 1, 1);
      asInteger(base.dim, `${path}.dim`, TEXT_FORM_DIM, TEXT_FORM_DIM);
      return {
        ...base,
        kind,
        input: asOneOf(raw.input, `${path}.input`, ['prompt', 'response']),
        version: 1,
      };
    case 'columns':
    case 'signals': {
      const names = asList(raw.names, `${path}.names`).map((name, i) => asText(name, `${path}.names[${i}]`));
      if (names.length !== base.dim || new Set(names).size !== base.dim) {
        refuse(`${path}.names`, `a list of ${base.dim} different names`, names);
      }
      return { ...base, kind, names };
    }
  }
}

/** Names whose tensors would look like those of a head or of the deferral. */
function isReserved(name: string): boolean {
  return /^(?:head|deferral)(?:\.|$)/.test(name);
}

/**
 * The blocks of a manifest.
 *
 * @throws RouterFileError `bad-manifest`; the message names the field
 */
export function parseBlocks(value: unknown, stage: 'route' | 'cascade'): readonly BlockSpec[] {
  const blocks = asList(value, 'blocks').map((block, i) => parseBlock(block, `blocks[${i}]`));
  const names = new Set(blocks.map((block) => block.name));
  if (blocks.length === 0 || names.size !== blocks.length || [...names].some(isReserved)) {
    refuse('blocks', 'a list of blocks with different names, none of them "head" or "deferral"', value);
  }
  if (blocks.filter((block) => block.kind === 'precomputed').length > 1) {
    refuse('blocks', 'a list with at most one precomputed block', value);
  }
  const readsAnswer = blocks.some((b) => b.kind === 'signals' || ('input' in b && b.input === 'response'));
  if (stage === 'route' && readsAnswer) {
    throw new RouterFileError(
      'bad-manifest',
      'The manifest is not valid: a router of stage route reads a response.',
    );
  }
  return blocks;
}

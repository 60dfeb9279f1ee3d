/** From the text of a manifest, which nobody vouches for yet, to a Manifest whose every field has been checked. */
import { RouterFileError } from './errors.ts';
import {
  asBoolean,
  asFinite,
  asInteger,
  asList,
  asNull,
  asOneOf,
  asRecord,
  asText,
  isRecord,
  orNull,
  refuse,
  type JsonRecord,
} from './json.ts';
import {
  FORMAT_VERSION,
  type BlockSpec,
  type HashedNgramSpec,
  type Manifest,
  type ManifestModel,
  type Measured,
  type OperatingPoint,
} from './manifest.ts';
import { TEXT_FORM_DIM } from './text-form.ts';

const MAX_DIM = 1_000_000;
const MAX_CODE_POINTS = 10_000_000;

function parsePair(value: unknown, path: string): readonly [number, number] {
  const list = asList(value, path);
  if (list.length !== 2) refuse(path, 'a list of two numbers', value);
  const [low, high] = list;
  return [asFinite(low, `${path}[0]`), asFinite(high, `${path}[1]`)];
}

function parseRange(value: unknown, path: string): readonly [number, number] {
  const [low, high] = parsePair(value, path);
  return [asInteger(low, `${path}[0]`, 1, 16), asInteger(high, `${path}[1]`, low, 16)];
}

function parseMeasured(value: unknown, path: string): Measured {
  const { value: measured, ci95, reason } = asRecord(value, path);
  return {
    value: orNull(measured, `${path}.value`, asFinite),
    ci95: orNull(ci95, `${path}.ci95`, parsePair),
    ...(reason === undefined ? {} : { reason: asText(reason, `${path}.reason`) }),
  };
}

function parseModel(value: unknown, path: string): ManifestModel {
  const raw = asRecord(value, path);
  return {
    name: asText(raw.name, `${path}.name`),
    role: asOneOf(raw.role, `${path}.role`, ['strong', 'cheap']),
    inputUsdPerMillion: orNull(raw.inputUsdPerMillion, `${path}.inputUsdPerMillion`, asFinite),
    outputUsdPerMillion: orNull(raw.outputUsdPerMillion, `${path}.outputUsdPerMillion`, asFinite),
  };
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
      return { ...base, kind, inputDim: asInteger(raw.inputDim, `${path}.inputDim`, 1, MAX_DIM) };
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

function parseBlocks(value: unknown, stage: 'route' | 'cascade'): readonly BlockSpec[] {
  const blocks = asList(value, 'blocks').map((block, i) => parseBlock(block, `blocks[${i}]`));
  const names = new Set(blocks.map((block) => block.name));
  if (blocks.length === 0 || names.size !== blocks.length || names.has('head')) {
    refuse('blocks', 'a list of blocks with different names, none of them "head"', value);
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

function parseOperatingPoint(value: unknown, path: string): OperatingPoint {
  const raw = asRecord(value, path);
  return {
    name: asText(raw.name, `${path}.name`),
    w: asFinite(raw.w, `${path}.w`),
    threshold: asFinite(raw.threshold, `${path}.threshold`),
    strongShare: parseMeasured(raw.strongShare, `${path}.strongShare`),
    quality: parseMeasured(raw.quality, `${path}.quality`),
    cost: parseMeasured(raw.cost, `${path}.cost`),
  };
}

function parsePercentiles(value: unknown): readonly number[] {
  const list = asList(value, 'gainPercentiles').map((gain, i) => asFinite(gain, `gainPercentiles[${i}]`));
  if (list.length !== 101 || list.some((gain, i) => i > 0 && gain < list[i - 1])) {
    refuse('gainPercentiles', '101 numbers, none smaller than the one before', value);
  }
  return list;
}

function parseAssumption(value: unknown, path: string): Manifest['assumptions'][number] {
  const raw = asRecord(value, path);
  return {
    name: asText(raw.name, `${path}.name`),
    holds: orNull(raw.holds, `${path}.holds`, asBoolean),
    why: asText(raw.why, `${path}.why`),
  };
}

function parseTensors(value: unknown): Manifest['tensors'] {
  const entries = Object.entries(asRecord(value, 'tensors')).map(([name, entry]) => {
    const path = `tensors["${name}"]`;
    const raw = asRecord(entry, path);
    const shape = asList(raw.shape, `${path}.shape`).map((size, i) =>
      asInteger(size, `${path}.shape[${i}]`, 1, MAX_DIM),
    );
    return [name, { shape, sha256: asText(raw.sha256, `${path}.sha256`) }] as const;
  });
  return Object.fromEntries(entries);
}

function parseModels(raw: JsonRecord): Pick<Manifest, 'models' | 'anchor'> {
  const models = asList(raw.models, 'models').map((model, i) => parseModel(model, `models[${i}]`));
  const anchor = asText(raw.anchor, 'anchor');
  const strong = models.filter((model) => model.role === 'strong');
  const cheap = models.filter((model) => model.role === 'cheap');
  if (strong.length !== 1 || cheap.length !== 1 || cheap[0].name !== anchor) {
    throw new RouterFileError(
      'bad-manifest',
      'The manifest is not valid: expected one strong model and one cheap model that is the anchor.',
    );
  }
  return { models, anchor };
}

/**
 * The manifest that a text of JSON holds.
 *
 * @throws RouterFileError `newer-format` or `bad-manifest`; the message names the field
 * @example
 * parseManifest(await readFile('manifest.json', 'utf8')).stage; // 'route'
 */
export function parseManifest(text: string): Manifest {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    throw new RouterFileError('bad-manifest', 'The manifest is not valid JSON.');
  }
  if (!isRecord(raw)) throw new RouterFileError('bad-manifest', 'The manifest is not a JSON object.');
  const formatVersion = asInteger(raw.formatVersion, 'formatVersion', 1, Number.MAX_SAFE_INTEGER);
  if (formatVersion > FORMAT_VERSION) {
    throw new RouterFileError(
      'newer-format',
      `The router has format version ${formatVersion}, this reader knows ${FORMAT_VERSION}: use a newer reader.`,
    );
  }
  const stage = asOneOf(raw.stage, 'stage', ['route', 'cascade']);
  const blocks = parseBlocks(raw.blocks, stage);
  const dim = blocks.reduce((sum, block) => sum + block.dim, 0);
  const head = asRecord(raw.head, 'head');
  const meanCost = asRecord(raw.meanCost, 'meanCost');
  const points = asList(raw.operatingPoints, 'operatingPoints');
  if (points.length === 0) refuse('operatingPoints', 'at least one', points);
  const outOfDistribution = asRecord(raw.outOfDistribution, 'outOfDistribution');
  asNull(raw.calibration, 'calibration');
  asNull(raw.deferral ?? null, 'deferral');
  return {
    formatVersion,
    id: asText(raw.id, 'id'),
    name: asText(raw.name, 'name'),
    created: asText(raw.created, 'created'),
    productVersion: asText(raw.productVersion, 'productVersion'),
    stage,
    ...parseModels(raw),
    costUnit: asOneOf(raw.costUnit, 'costUnit', ['usd', 'strong-call']),
    qualityUnit: asOneOf(raw.qualityUnit, 'qualityUnit', ['gold-score', 'gain-over-cheap']),
    meanCost: {
      strong: asFinite(meanCost.strong, 'meanCost.strong'),
      cheap: asFinite(meanCost.cheap, 'meanCost.cheap'),
    },
    blocks,
    head: {
      kind: asOneOf(head.kind, 'head.kind', ['linear']),
      dim: asInteger(head.dim, 'head.dim', dim, dim),
    },
    calibration: null,
    gainPercentiles: parsePercentiles(raw.gainPercentiles),
    operatingPoints: points.map((point, i) => parseOperatingPoint(point, `operatingPoints[${i}]`)),
    outOfDistribution: {
      maxFeatureNorm: asFinite(outOfDistribution.maxFeatureNorm, 'outOfDistribution.maxFeatureNorm'),
    },
    tensors: parseTensors(raw.tensors),
    isSimulated: asBoolean(raw.isSimulated, 'isSimulated'),
    run: asRecord(raw.run, 'run'),
    diagnostics: asRecord(raw.diagnostics, 'diagnostics'),
    assumptions: asList(raw.assumptions, 'assumptions').map((a, i) =>
      parseAssumption(a, `assumptions[${i}]`),
    ),
  };
}

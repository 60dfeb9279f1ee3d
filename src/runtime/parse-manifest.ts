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
} from './json.ts';
import { FORMAT_VERSION, type Manifest, type Measured, type OperatingPoint } from './manifest.ts';
import { parseBlocks } from './parse-blocks.ts';
import { MAX_ROWS, parseDeferral, parseHeads, parseModels } from './parse-heads.ts';

function parsePair(value: unknown, path: string): readonly [number, number] {
  const list = asList(value, path);
  if (list.length !== 2) refuse(path, 'a list of two numbers', value);
  const [low, high] = list;
  return [asFinite(low, `${path}[0]`), asFinite(high, `${path}[1]`)];
}

function parseMeasured(value: unknown, path: string): Measured {
  const { value: measured, ci95, reason } = asRecord(value, path);
  return {
    value: orNull(measured, `${path}.value`, asFinite),
    ci95: orNull(ci95, `${path}.ci95`, parsePair),
    ...(reason === undefined ? {} : { reason: asText(reason, `${path}.reason`) }),
  };
}

function parseShares(value: unknown, path: string): Readonly<Record<string, Measured>> {
  const shares = Object.entries(asRecord(value, path));
  return Object.fromEntries(
    shares.map(([name, share]) => [name, parseMeasured(share, `${path}["${name}"]`)]),
  );
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
    ...(raw.shares === undefined ? {} : { shares: parseShares(raw.shares, `${path}.shares`) }),
  };
}

function parsePercentiles(value: unknown, models: number): readonly number[] | null {
  if (models > 2) return asNull(value ?? null, 'gainPercentiles');
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

/**
 * The name of a tensor as version 2 has it: of the one head of version 1, the tensors were `head.coefficients` and
 * `head.intercept`.
 */
export function currentTensorName(name: string, version: number): string {
  return version === 1 && name.startsWith('head.') ? name.replace('head.', 'head.0.') : name;
}

function parseTensors(value: unknown, version: number): Manifest['tensors'] {
  const entries = Object.entries(asRecord(value, 'tensors')).map(([name, entry]) => {
    const path = `tensors["${name}"]`;
    const raw = asRecord(entry, path);
    const shape = asList(raw.shape, `${path}.shape`).map((size, i) =>
      asInteger(size, `${path}.shape[${i}]`, 1, MAX_ROWS),
    );
    return [
      currentTensorName(name, version),
      { shape, sha256: asText(raw.sha256, `${path}.sha256`) },
    ] as const;
  });
  return Object.fromEntries(entries);
}

/**
 * The manifest that a text of JSON holds. One of version 1 is read as the same router in the terms of version 2;
 * `formatVersion` still says what it was.
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
  const models = parseModels(raw, formatVersion);
  const meanCost = asRecord(raw.meanCost, 'meanCost');
  const points = asList(raw.operatingPoints, 'operatingPoints');
  if (points.length === 0) refuse('operatingPoints', 'at least one', points);
  const outOfDistribution = asRecord(raw.outOfDistribution, 'outOfDistribution');
  asNull(raw.calibration, 'calibration');
  if (formatVersion === 1) asNull(raw.deferral ?? null, 'deferral');
  const deferral = parseDeferral(raw.deferral, stage === 'cascade' && models.models.length === 2);
  if (stage === 'cascade' && models.models.length > 2)
    refuse('models', 'two models in a cascade', raw.models);
  const certificate = orNull(raw.certificate ?? null, 'certificate', asRecord);
  return {
    formatVersion,
    id: asText(raw.id, 'id'),
    name: asText(raw.name, 'name'),
    created: asText(raw.created, 'created'),
    productVersion: asText(raw.productVersion, 'productVersion'),
    stage,
    ...models,
    costUnit: asOneOf(raw.costUnit, 'costUnit', ['usd', 'strong-call']),
    qualityUnit: asOneOf(raw.qualityUnit, 'qualityUnit', ['gold-score', 'gain-over-cheap']),
    meanCost: {
      strong: asFinite(meanCost.strong, 'meanCost.strong'),
      cheap: asFinite(meanCost.cheap, 'meanCost.cheap'),
    },
    blocks,
    heads: parseHeads(raw, formatVersion, models, dim),
    calibration: null,
    ...(deferral === null ? {} : { deferral }),
    ...(certificate === null ? {} : { certificate }),
    gainPercentiles: parsePercentiles(raw.gainPercentiles, models.models.length),
    operatingPoints: points.map((point, i) => parseOperatingPoint(point, `operatingPoints[${i}]`)),
    outOfDistribution: {
      maxFeatureNorm: asFinite(outOfDistribution.maxFeatureNorm, 'outOfDistribution.maxFeatureNorm'),
    },
    tensors: parseTensors(raw.tensors, formatVersion),
    isSimulated: asBoolean(raw.isSimulated, 'isSimulated'),
    run: asRecord(raw.run, 'run'),
    diagnostics: asRecord(raw.diagnostics, 'diagnostics'),
    assumptions: asList(raw.assumptions, 'assumptions').map((a, i) =>
      parseAssumption(a, `assumptions[${i}]`),
    ),
  };
}

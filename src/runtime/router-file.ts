/** router.safetensors → manifest and tensors that belong together, every byte of them accounted for. */
import { RouterFileError } from './errors.ts';
import { headShapes, type HeadShapes } from './heads.ts';
import type { AnyTensor, Manifest, Tensor } from './manifest.ts';
import { currentTensorName, parseManifest } from './parse-manifest.ts';
import { readSafetensorsHeader, readSafetensorsTensors, type RawTensor } from './safetensors.ts';
import { sha256Hex } from './sha256.ts';

export interface RouterFile {
  readonly manifest: Manifest;
  /** By their names of version 2, whatever the version of the file. */
  readonly tensors: Readonly<Record<string, AnyTensor>>;
}

/** Width of the feature vector. */
export function featureDim({ blocks }: Pick<Manifest, 'blocks'>): number {
  return blocks.reduce((sum, block) => sum + block.dim, 0);
}

/**
 * Shape and type of every tensor that a router with these blocks and heads has: no more, no fewer.
 *
 * @example
 * expectedShapes(manifest)['prompt.components'].shape; // [32768, 50]
 */
export function expectedShapes(manifest: Pick<Manifest, 'blocks' | 'heads' | 'deferral'>): HeadShapes {
  const dim = featureDim(manifest);
  const shapes: Record<string, readonly number[]> = {};
  for (const block of manifest.blocks) {
    shapes[`${block.name}.center`] = [block.dim];
    if (block.kind === 'hashed-ngram') {
      shapes[`${block.name}.idf`] = [block.encoder.buckets];
      shapes[`${block.name}.components`] = [block.encoder.buckets, block.dim];
    }
    if (block.kind === 'precomputed') shapes[`${block.name}.components`] = [block.inputDim, block.dim];
  }
  const { deferral } = manifest;
  if (deferral !== null && deferral !== undefined) {
    shapes['deferral.coefficients'] = [deferral.draws, dim];
    shapes['deferral.intercepts'] = [deferral.draws];
  }
  const floats = Object.entries(shapes).map(([name, shape]) => [name, { shape, isInteger: false }] as const);
  const heads = manifest.heads.map((head, i) => headShapes(head, `head.${i}`, dim));
  return Object.fromEntries([...floats, ...heads.flatMap((of) => Object.entries(of))]);
}

/** The tensors of the blocks: what features are computed with. */
export function blockTensors({ manifest, tensors }: RouterFile): Readonly<Record<string, Tensor>> {
  const found: Record<string, Tensor> = {};
  for (const { name } of manifest.blocks) {
    for (const [key, { shape, data }] of Object.entries(tensors)) {
      const suffix = key.startsWith(`${name}.`) ? key.slice(name.length + 1) : '';
      const isOwn = suffix === 'center' || suffix === 'idf' || suffix === 'components';
      if (isOwn && data instanceof Float32Array) found[key] = { shape, data };
    }
  }
  return found;
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

/** The exponent bits of NaN and of the infinities, and of nothing else, are all set. */
function isFinite32(data: Float32Array): boolean {
  const bits = new Int32Array(data.buffer, data.byteOffset, data.length);
  let seen = false; // no early exit: a router is nearly always whole, and the plain loop is several times as fast
  for (let i = 0; i < bits.length; i++) seen = (bits[i] & 0x7f800000) === 0x7f800000 || seen;
  return !seen;
}

function checkTensor(
  name: string,
  { shape, isInteger }: HeadShapes[string],
  tensor: RawTensor | undefined,
  manifest: Manifest,
): AnyTensor {
  if (tensor === undefined) {
    throw new RouterFileError('bad-tensor', `Tensor "${name}" is missing.`);
  }
  if (!sameShape(tensor.shape, shape)) {
    throw new RouterFileError(
      'bad-tensor',
      `Tensor "${name}" has shape [${tensor.shape.join(', ')}], expected [${shape.join(', ')}].`,
    );
  }
  const { data } = tensor;
  if (isInteger !== data instanceof Int32Array) {
    throw new RouterFileError(
      'bad-tensor',
      `Tensor "${name}" must be of dtype ${isInteger ? 'I32' : 'F32'}.`,
    );
  }
  const declared = Object.hasOwn(manifest.tensors, name) ? manifest.tensors[name] : undefined;
  if (declared === undefined || !sameShape(declared.shape, shape)) {
    throw new RouterFileError('bad-manifest', `The manifest does not describe tensor "${name}" as it is.`);
  }
  if (sha256Hex(tensor.bytes) !== declared.sha256) {
    throw new RouterFileError(
      'hash-mismatch',
      `Tensor "${name}" is damaged: its SHA-256 is not the manifest's.`,
    );
  }
  if (data instanceof Int32Array) return { shape, data };
  if (!isFinite32(data)) {
    throw new RouterFileError('not-finite', `Tensor "${name}" has a NaN or an infinity.`);
  }
  return { shape, data };
}

function readManifest(metadata: Readonly<Record<string, string>>): Manifest {
  const { manifest, manifest_sha256: sha256 } = metadata;
  // Not every safetensors file has our metadata, whatever the type of an index signature says.
  if (typeof manifest !== 'string' || typeof sha256 !== 'string') {
    throw new RouterFileError(
      'bad-manifest',
      'The file has no manifest in its metadata: it is not a router.',
    );
  }
  if (sha256Hex(new TextEncoder().encode(manifest)) !== sha256) {
    throw new RouterFileError(
      'hash-mismatch',
      'The manifest is damaged: its SHA-256 is not the one beside it.',
    );
  }
  return parseManifest(manifest);
}

/**
 * Reads and checks a router file: format, version, shapes, hashes, finiteness.
 *
 * @throws RouterFileError with a code that says what is wrong; nothing is ever half loaded
 * @example
 * const { manifest, tensors } = readRouterFile(new Uint8Array(await readFile('router.safetensors')));
 */
export function readRouterFile(bytes: Uint8Array): RouterFile {
  const header = readSafetensorsHeader(bytes);
  const manifest = readManifest(header.metadata);
  const version = manifest.formatVersion;
  const read = readSafetensorsTensors(bytes, header);
  const raw = new Map([...read].map(([name, tensor]) => [currentTensorName(name, version), tensor]));
  const shapes = expectedShapes(manifest);
  for (const name of [...raw.keys(), ...Object.keys(manifest.tensors)]) {
    if (!Object.hasOwn(shapes, name)) {
      throw new RouterFileError('bad-tensor', `Tensor "${name}" belongs to no block and to no head.`);
    }
  }
  const tensors = Object.entries(shapes).map(
    ([name, shape]) => [name, checkTensor(name, shape, raw.get(name), manifest)] as const,
  );
  return { manifest, tensors: Object.fromEntries(tensors) };
}

/** router.safetensors → manifest and tensors that belong together, every byte of them accounted for. */
import { RouterFileError } from './errors.ts';
import type { Manifest, Tensor } from './manifest.ts';
import { parseManifest } from './parse-manifest.ts';
import { readSafetensorsHeader, readSafetensorsTensors, type RawTensor } from './safetensors.ts';
import { sha256Hex } from './sha256.ts';

export interface RouterFile {
  readonly manifest: Manifest;
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/**
 * The shape of every tensor that a router with these blocks and this head has: no more, no fewer.
 *
 * @example
 * expectedShapes(manifest)['prompt.components']; // [32768, 50]
 */
export function expectedShapes(
  manifest: Pick<Manifest, 'blocks' | 'head'>,
): Readonly<Record<string, readonly number[]>> {
  const shapes: Record<string, readonly number[]> = {
    'head.coefficients': [manifest.head.dim],
    'head.intercept': [1],
  };
  for (const block of manifest.blocks) {
    shapes[`${block.name}.center`] = [block.dim];
    if (block.kind === 'hashed-ngram') {
      shapes[`${block.name}.idf`] = [block.encoder.buckets];
      shapes[`${block.name}.components`] = [block.encoder.buckets, block.dim];
    }
    if (block.kind === 'precomputed') shapes[`${block.name}.components`] = [block.inputDim, block.dim];
  }
  return shapes;
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
  shape: readonly number[],
  tensor: RawTensor | undefined,
  manifest: Manifest,
): Tensor {
  if (tensor === undefined) {
    throw new RouterFileError('bad-tensor', `Tensor "${name}" is missing.`);
  }
  if (!sameShape(tensor.shape, shape)) {
    throw new RouterFileError(
      'bad-tensor',
      `Tensor "${name}" has shape [${tensor.shape.join(', ')}], expected [${shape.join(', ')}].`,
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
  if (!isFinite32(tensor.data)) {
    throw new RouterFileError('not-finite', `Tensor "${name}" has a NaN or an infinity.`);
  }
  return { shape, data: tensor.data };
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
  const raw = readSafetensorsTensors(bytes, header);
  const shapes = expectedShapes(manifest);
  for (const name of [...raw.keys(), ...Object.keys(manifest.tensors)]) {
    if (!Object.hasOwn(shapes, name)) {
      throw new RouterFileError('bad-tensor', `Tensor "${name}" belongs to no block and not to the head.`);
    }
  }
  const tensors = Object.entries(shapes).map(
    ([name, shape]) => [name, checkTensor(name, shape, raw.get(name), manifest)] as const,
  );
  return { manifest, tensors: Object.fromEntries(tensors) };
}

/** Writing router.safetensors: the same trained router always gives the same bytes. */
import { AppError } from '../core/errors.ts';
import { FORMAT_VERSION, type AnyTensor, type Manifest, type TrainedRouter } from '../runtime/manifest.ts';
import { sha256Hex } from '../runtime/sha256.ts';
import { canonicalJson } from './canonical-json.ts';

interface SerialisedTensor {
  readonly name: string;
  readonly dtype: 'F32' | 'I32';
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** Little-endian, whatever the machine. */
function serialise(name: string, { shape, data }: AnyTensor): SerialisedTensor {
  const count = shape.reduce((product, size) => product * size, 1);
  if (count !== data.length) {
    throw new AppError(
      'internal',
      `Tensor "${name}" has ${data.length} numbers, expected ${count} for its shape.`,
    );
  }
  const bytes = new Uint8Array(data.length * 4);
  const view = new DataView(bytes.buffer);
  const isFloat = data instanceof Float32Array;
  for (let i = 0; i < data.length; i++) {
    if (isFloat) view.setFloat32(i * 4, data[i], true);
    else view.setInt32(i * 4, data[i], true);
  }
  return { name, dtype: isFloat ? 'F32' : 'I32', shape, bytes };
}

function header(
  metadata: Readonly<Record<string, string>>,
  tensors: readonly SerialisedTensor[],
): Uint8Array {
  const entries: [string, unknown][] = [['__metadata__', metadata]];
  let position = 0;
  for (const { name, dtype, shape, bytes } of tensors) {
    entries.push([name, { dtype, shape, data_offsets: [position, position + bytes.length] }]);
    position += bytes.length;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  // Padded with spaces, as the format's own writer does, so that the tensors are aligned.
  const padded = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20);
  padded.set(json);
  return padded;
}

function sorted(tensors: Readonly<Record<string, AnyTensor>>): SerialisedTensor[] {
  return Object.entries(tensors)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, tensor]) => serialise(name, tensor));
}

function assemble(
  metadata: Readonly<Record<string, string>>,
  tensors: readonly SerialisedTensor[],
): Uint8Array {
  const head = header(metadata, tensors);
  const size = tensors.reduce((sum, tensor) => sum + tensor.bytes.length, 8 + head.length);
  const bytes = new Uint8Array(size);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(head.length), true);
  bytes.set(head, 8);
  let position = 8 + head.length;
  for (const tensor of tensors) {
    bytes.set(tensor.bytes, position);
    position += tensor.bytes.length;
  }
  return bytes;
}

/** Any tensors as a safetensors file, ordered by name. */
export function writeTensors(
  tensors: Readonly<Record<string, AnyTensor>>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  return assemble(metadata, sorted(tensors));
}

export interface SerialisedRouter {
  readonly bytes: Uint8Array;
  /** The manifest with its hashes, as it stands in the file. */
  readonly manifest: Manifest;
}

/**
 * The bytes of router.safetensors: tensors by name, header keys in the same order, manifest with sorted keys.
 *
 * @throws AppError `invalid-input` where the manifest holds a NaN, `internal` where a tensor does not fit its shape
 */
export function writeSafetensors(trained: TrainedRouter): SerialisedRouter {
  const tensors = sorted(trained.tensors);
  const manifest: Manifest = {
    ...trained.manifest,
    formatVersion: FORMAT_VERSION,
    tensors: Object.fromEntries(
      tensors.map(({ name, shape, bytes }) => [name, { shape, sha256: sha256Hex(bytes) }]),
    ),
  };
  const text = canonicalJson(manifest);
  const sha256 = sha256Hex(new TextEncoder().encode(text));
  return { bytes: assemble({ manifest: text, manifest_sha256: sha256 }, tensors), manifest };
}

/** Ways to damage a router file, from a flipped bit to a consistent lie. */
import type { Rng } from '../../src/core/rng.ts';
import { asList, asRecord, asText } from '../../src/runtime/json.ts';
import { sha256Hex } from '../../src/runtime/sha256.ts';

function int(rng: Rng, n: number): number {
  return Math.floor(rng.uniform() * n);
}

function pick<T>(rng: Rng, choices: readonly T[]): T {
  return choices[int(rng, choices.length)];
}

export interface Parts {
  header: Record<string, unknown>;
  readonly data: Uint8Array;
}

export function split(bytes: Uint8Array): Parts {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const end = 8 + Number(view.getBigUint64(0, true));
  const header: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(8, end)));
  return { header: { ...asRecord(header, 'header') }, data: bytes.slice(end) };
}

export function join(header: unknown, data: Uint8Array): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

/** The same file with another manifest that has the right hash. */
export function withManifest(bytes: Uint8Array, manifest: unknown): Uint8Array {
  const { header, data } = split(bytes);
  const text = typeof manifest === 'string' ? manifest : JSON.stringify(manifest);
  const sha256 = sha256Hex(new TextEncoder().encode(text));
  return join({ ...header, __metadata__: { manifest: text, manifest_sha256: sha256 } }, data);
}

export function manifestOf(bytes: Uint8Array): Record<string, unknown> {
  const { header } = split(bytes);
  const { manifest } = asRecord(header.__metadata__, '__metadata__');
  return { ...asRecord(JSON.parse(asText(manifest, 'manifest')), 'manifest') };
}

const JUNK: readonly unknown[] = [
  null, true, false, '', 'x', 0, 1, -1, 1.5, 2, 3, 1e9, 1e308, -1e308, 9007199254740993, [], {}, [1, 2], [[]], { value: 1 }, '__proto__',
]; // prettier-ignore

/** A deep copy with one place replaced, removed or doubled. */
function mutateJson(value: unknown, rng: Rng): unknown {
  if (Array.isArray(value) && value.length > 0 && rng.uniform() < 0.85) {
    const at = int(rng, value.length);
    const copy: unknown[] = Array.from<unknown>(value);
    if (rng.uniform() < 0.15) copy.splice(at, 1);
    else if (rng.uniform() < 0.15) copy.splice(at, 0, copy[at]);
    else copy[at] = mutateJson(copy[at], rng);
    return copy;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && rng.uniform() < 0.9) {
    const entries: [string, unknown][] = Object.entries(value);
    if (entries.length === 0) return pick(rng, JUNK);
    const at = int(rng, entries.length);
    const [key, entry] = entries[at];
    if (rng.uniform() < 0.1) entries.splice(at, 1);
    else if (rng.uniform() < 0.1) entries[at] = [`${key}x`, entry];
    else entries[at] = [key, mutateJson(entry, rng)];
    return Object.fromEntries(entries);
  }
  return pick(rng, JUNK);
}

function flipBytes(bytes: Uint8Array, rng: Rng): Uint8Array {
  const copy = bytes.slice();
  const headerEnd = 8 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const flips = 1 + int(rng, 3);
  for (let i = 0; i < flips; i++)
    copy[int(rng, rng.uniform() < 0.5 ? headerEnd : copy.length)] ^= 1 << int(rng, 8);
  return copy;
}

function lieAboutLength(bytes: Uint8Array, rng: Rng): Uint8Array {
  const copy = bytes.slice();
  const length = pick(rng, [
    0n,
    1n,
    7n,
    2n ** 63n,
    2n ** 64n - 1n,
    2n ** 31n,
    2n ** 53n,
    100_000_001n,
    BigInt(int(rng, bytes.length * 2)),
  ]);
  new DataView(copy.buffer).setBigUint64(0, length, true);
  return copy;
}

/** The numbers of a tensor replaced by something that is not finite, with hashes that fit. */
function poisonTensor(bytes: Uint8Array, rng: Rng): Uint8Array {
  const { header, data } = split(bytes);
  const name = pick(
    rng,
    Object.keys(header).filter((key) => key !== '__metadata__'),
  );
  const [begin, end] = asList(asRecord(header[name], name).data_offsets, name).map(Number);
  new DataView(data.buffer).setFloat32(
    begin + 4 * int(rng, (end - begin) / 4),
    pick(rng, [NaN, Infinity, -Infinity]),
    true,
  );
  const manifest = manifestOf(bytes);
  const tensors = asRecord(manifest.tensors, 'tensors');
  const vouched = { ...asRecord(tensors[name], name), sha256: sha256Hex(data.subarray(begin, end)) };
  return withManifest(join(header, data), { ...manifest, tensors: { ...tensors, [name]: vouched } });
}

function renameTensor(bytes: Uint8Array, rng: Rng): Uint8Array {
  const { header, data } = split(bytes);
  const name = pick(
    rng,
    Object.keys(header).filter((key) => key !== '__metadata__'),
  );
  const { [name]: entry, ...rest } = header;
  const other = pick(rng, ['other', '', '__proto__', 'head.0.coefficients', name.toUpperCase()]);
  return join({ ...rest, [other]: entry }, data);
}

const MUTATIONS: readonly ((bytes: Uint8Array, rng: Rng) => Uint8Array)[] = [
  (bytes, rng) => bytes.slice(0, int(rng, bytes.length)),
  flipBytes,
  flipBytes,
  lieAboutLength,
  (bytes, rng) => {
    const { header, data } = split(bytes);
    return join(mutateJson(header, rng), data);
  },
  (bytes, rng) => withManifest(bytes, mutateJson(manifestOf(bytes), rng)),
  (bytes, rng) => withManifest(bytes, mutateJson(manifestOf(bytes), rng)),
  (bytes, rng) => withManifest(bytes, { ...manifestOf(bytes), formatVersion: 3 + int(rng, 100) }),
  (bytes, rng) =>
    withManifest(
      bytes,
      pick(rng, ['', '{', 'null', '[]', '"x"', '{"formatVersion":NaN}', '['.repeat(20_000)]),
    ),
  poisonTensor,
  renameTensor,
  (bytes, rng) => {
    const { header, data } = split(bytes);
    return join(header, new Uint8Array([...data, ...new Uint8Array(1 + int(rng, 9))]));
  },
  (_bytes, rng) => Uint8Array.from({ length: int(rng, 64) }, () => int(rng, 256)),
];

/** One damaged copy; it may happen to be as good as the original (a changed space, a changed name). */
export function mutateRouter(bytes: Uint8Array, rng: Rng): Uint8Array {
  return pick(rng, MUTATIONS)(bytes, rng);
}

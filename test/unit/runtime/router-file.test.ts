import { describe, expect, it } from 'vitest';
import { writeSafetensors } from '../../../src/export/write-safetensors.ts';
import { asRecord } from '../../../src/runtime/json.ts';
import { readRouterFile } from '../../../src/runtime/router-file.ts';
import { loadRouter } from '../../../src/runtime/router.ts';
import { damagedRouters, VERDICT_IN_PYTHON, verdictOf, wrongAnswer } from '../../support/damaged-routers.ts';
import { join, manifestOf, split, withManifest } from '../../support/mutate-router.ts';
import { askRouterModule, pythonOrWarning } from '../../support/python.ts';
import { makeTrainedRouter, ROUTER_KINDS } from '../../support/trained-router.ts';

const trained = makeTrainedRouter({ kind: 'text', buckets: 64, dim: 3 });
const { bytes: whole } = writeSafetensors(trained);

function verdictOfHeader(change: (header: Record<string, unknown>) => unknown): string {
  const { header, data } = split(whole);
  return verdictOf(join(change(header), data));
}

function verdictOfManifest(change: Record<string, unknown>): string {
  return verdictOf(withManifest(whole, { ...manifestOf(whole), ...change }));
}

describe('a router file', () => {
  it.each(ROUTER_KINDS)('reads back as it was written (%s)', (kind) => {
    const router = makeTrainedRouter({ kind });
    const written = writeSafetensors(router);
    const read = readRouterFile(written.bytes);
    expect(read.manifest).toEqual(written.manifest);
    expect(Object.keys(read.tensors).sort()).toEqual(Object.keys(router.tensors).sort());
    for (const [name, tensor] of Object.entries(read.tensors)) {
      expect(tensor.data).toEqual(router.tensors[name].data);
      expect(tensor.shape).toEqual(router.tensors[name].shape);
    }
  });

  it('has the same bytes however its tensors and fields are ordered', () => {
    const reversed = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
      Object.fromEntries(Object.entries(record).reverse());
    const other = { ...trained, tensors: reversed(trained.tensors), manifest: { ...trained.manifest } };
    expect(writeSafetensors(other).bytes).toEqual(whole);
    expect(
      writeSafetensors({ ...other, manifest: { ...trained.manifest, run: reversed(trained.manifest.run) } })
        .bytes,
    ).toEqual(whole);
  });

  it('may lie anywhere in memory, and may be overwritten once loaded', () => {
    const buffer = new Uint8Array(whole.length + 3);
    buffer.set(whole, 3);
    const router = loadRouter(buffer.subarray(3));
    const before = router.route('How many primes are there?').gain;
    buffer.fill(0);
    expect(router.route('How many primes are there?').gain).toBe(before);
    expect(loadRouter(whole.slice().buffer).route('How many primes are there?').gain).toBe(before);
  });

  it('is refused with the code that says why', () => {
    expect(verdictOf(new Uint8Array(0))).toBe('truncated');
    expect(verdictOf(whole.subarray(0, 7))).toBe('truncated');
    expect(verdictOf(whole.subarray(0, 100))).toBe('truncated');
    expect(verdictOf(whole.subarray(0, whole.length - 1))).toBe('truncated');
    expect(verdictOf(new Uint8Array(64).fill(255))).toBe('bad-header');
    expect(verdictOf(join('{', new Uint8Array(0)))).toBe('bad-header');
    expect(verdictOf(join('[]', new Uint8Array(0)))).toBe('bad-header');
    expect(verdictOf(join({}, new Uint8Array(0)))).toBe('bad-header');
    expect(verdictOf(join({ __metadata__: { format: 'pt' } }, new Uint8Array(0)))).toBe('bad-manifest');
    expect(verdictOf(new Uint8Array([...whole, 0]))).toBe('bad-header');
    expect(verdictOfManifest({ formatVersion: 3 })).toBe('newer-format');
    expect(verdictOfManifest({ formatVersion: 0 })).toBe('bad-manifest');
    expect(verdictOfManifest({ blocks: [] })).toBe('bad-manifest');
    expect(verdictOfManifest({ operatingPoints: [] })).toBe('bad-manifest');
    expect(verdictOfManifest({ stage: 'cascade', gainPercentiles: [1] })).toBe('bad-manifest');
    expect(verdictOfManifest({ deferral: { low: 0, high: 1 } })).toBe('bad-manifest');
    const flipped = whole.slice();
    flipped[whole.length - 2] ^= 1;
    expect(verdictOf(flipped)).toBe('hash-mismatch');
  });

  it('is refused where a tensor is of another type, shape or place', () => {
    const entry = (header: Record<string, unknown>, change: object): unknown => ({
      ...header,
      'head.0.intercept': { ...asRecord(header['head.0.intercept'], 'entry'), ...change },
    });
    expect(verdictOfHeader((header) => entry(header, { dtype: 'F16' }))).toBe('bad-tensor');
    expect(verdictOfHeader((header) => entry(header, { dtype: { toString: 1 } }))).toBe('bad-tensor');
    expect(verdictOfHeader((header) => entry(header, { shape: [1, 1] }))).toBe('bad-tensor');
    expect(verdictOfHeader((header) => entry(header, { shape: [2] }))).toBe('bad-header');
    expect(verdictOfHeader((header) => entry(header, { shape: [-1] }))).toBe('bad-header');
    expect(verdictOfHeader((header) => entry(header, { data_offsets: [0, 4] }))).toBe('bad-header');
    expect(verdictOfHeader((header) => entry(header, { data_offsets: [4, 0] }))).toBe('bad-header');
    expect(verdictOfHeader((header) => entry(header, { data_offsets: [1e15, 1e15 + 4] }))).toBe('bad-header');
    expect(verdictOfHeader((header) => ({ ...header, 'head.0.intercept': undefined }))).toBe('bad-header');
    expect(
      verdictOfHeader((header) => ({ ...header, extra: { dtype: 'F32', shape: [0], data_offsets: [0, 0] } })),
    ).toBe('bad-tensor');
  });

  it('is refused where a number is not finite, even with hashes that fit', () => {
    for (const value of [NaN, Infinity, -Infinity]) {
      const data = Float32Array.from(trained.tensors['head.0.coefficients'].data);
      data[1] = value;
      const tensors = { ...trained.tensors, 'head.0.coefficients': { shape: [data.length], data } };
      expect(verdictOf(writeSafetensors({ ...trained, tensors }).bytes)).toBe('not-finite');
    }
  });

  it('is not written with a NaN in its manifest', () => {
    const nan = { ...trained.manifest, diagnostics: { overlap: { share: NaN } } };
    expect(() => writeSafetensors({ ...trained, manifest: nan })).toThrow('diagnostics.overlap.share is NaN');
  });
});

describe('2,000 damaged router files', () => {
  const files = damagedRouters(2000, 7);
  const verdicts = files.map(({ bytes }) => verdictOf(bytes));

  it('are refused with a clear error, or are as good as new', () => {
    const loaded = files.filter((_, i) => verdicts[i] === 'loaded');
    expect(loaded.map(wrongAnswer).filter((wrong) => wrong !== null)).toEqual([]);
    expect([...new Set(verdicts)].sort()).toEqual([
      'bad-header', 'bad-manifest', 'bad-tensor', 'hash-mismatch', 'loaded', 'newer-format', 'not-finite', 'truncated',
    ]); // prettier-ignore
    expect(loaded.length).toBeLessThan(250);
  });

  it('get the same verdict from router.py', async () => {
    const python = await pythonOrWarning('damaged files in router.py');
    if (python === null) return;
    const sample = files.slice(0, 600).map(({ bytes }) => Buffer.from(bytes).toString('base64'));
    expect(await askRouterModule(python, VERDICT_IN_PYTHON, sample)).toEqual(verdicts.slice(0, 600));
  });
});

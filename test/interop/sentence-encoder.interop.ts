/** Local sentence encoders with the real transformers.js and onnxruntime. */
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createOnnxEncoder, type OnnxEncoderOptions } from '../../src/encoders/onnx-encoder.ts';
import { hasPackage } from './support/packages.ts';
import { meanVector, wordVector, writeTinyEncoder } from './support/tiny-encoder.ts';

const isInstalled = hasPackage('@huggingface/transformers');
const folder = join(mkdtempSync(join(tmpdir(), 'metarouter-encoder-')), 'tiny');
const never = new AbortController().signal;

beforeAll(() => {
  writeTinyEncoder(folder);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const open = (options: Partial<OnnxEncoderOptions> = {}) =>
  createOnnxEncoder({
    ...{ folder, pooling: 'mean', normalisation: 'none', prefix: '', maxCodePoints: 1000 },
    ...options,
  });

it.runIf(isInstalled)(
  'gives the mean of the vectors of the tokens, the same alone and in company',
  async () => {
    const encoder = await open();
    expect(encoder.description).toMatchObject({
      ...{
        kind: 'onnx',
        model: 'tiny',
        dimension: 6,
        pooling: 'mean',
        normalisation: 'none',
        isShortened: false,
      },
      revision: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    const { vectors } = await encoder.encode(['Why is the sky blue?', 'grass'], never);
    meanVector(['why', 'is', 'the', 'sky', 'blue', '?']).forEach((x, j) => {
      expect(vectors[0][j]).toBeCloseTo(x, 6);
    });
    meanVector(['grass']).forEach((x, j) => {
      expect(vectors[1][j]).toBeCloseTo(x, 6);
    });
    const alone = await encoder.encode(['grass'], never);
    expect([...alone.vectors[0]]).toEqual([...vectors[1]]);
    await encoder.close();
  },
);

it.runIf(isInstalled)('takes the first token, a prefix, a limit and a length as it is told', async () => {
  const first = await open({ pooling: 'cls' });
  const [cls] = (await first.encode(['sky'], never)).vectors;
  wordVector('[CLS]').forEach((x, j) => {
    expect(cls[j]).toBeCloseTo(x, 6);
  });
  const cut = await open({ prefix: 'the ', maxCodePoints: 3, normalisation: 'l2' });
  const [vector] = (await cut.encode(['sky blue blue blue'], never)).vectors;
  const expected = meanVector(['the', 'sky']);
  const length = Math.hypot(...expected);
  expected.forEach((x, j) => {
    expect(vector[j]).toBeCloseTo(x / length, 6);
  });
  await Promise.all([first.close(), cut.close()]);
});

it.runIf(isInstalled)('notices that a file has changed, and says what cannot be run', async () => {
  const before = await open();
  appendFileSync(join(folder, 'config.json'), ' ');
  const after = await open();
  expect(after.description.revision).not.toBe(before.description.revision);
  await Promise.all([before.close(), after.close()]);
  await expect(open({ folder: tmpdir() })).rejects.toThrow(/config\.json is missing/);
  appendFileSync(join(folder, 'config.json'), '}');
  await expect(open()).rejects.toThrow(/cannot be run: its files do not fit together/);
});

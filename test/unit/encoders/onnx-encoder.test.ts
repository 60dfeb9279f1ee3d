/** What needs no model to be run; the rest is in test/interop. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createOnnxEncoder } from '../../../src/encoders/onnx-encoder.ts';
import { writeTinyEncoder } from '../../interop/support/tiny-encoder.ts';

const folder = mkdtempSync(join(tmpdir(), 'metarouter-onnx-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const open = (path: string) =>
  createOnnxEncoder({ folder: path, pooling: 'mean', normalisation: 'l2', prefix: '', maxCodePoints: 100 });

it('says which file of the folder is missing', async () => {
  await expect(open(folder)).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringMatching(/^There is no sentence encoder in .*: config\.json is missing/) as string,
  });
});

it('says how to install the package that it does not bring', async () => {
  writeTinyEncoder(join(folder, 'tiny'));
  await expect(open(join(folder, 'tiny'))).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringMatching(/Run "npm install --no-save @huggingface\/transformers@4"/) as string,
  });
});

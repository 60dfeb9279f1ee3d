/** Running router.onnx with the onnxruntime of a Python. */
import { z } from 'zod';
import type { Manifest } from '../../runtime/manifest.ts';
import { answersOfGains, type AskFormat } from '../parity.ts';
import { askProgram } from '../python.ts';

export const ONNX_MODULES: readonly string[] = ['onnxruntime'];
export const NO_ONNXRUNTIME =
  'no Python 3.11 or newer with numpy and onnxruntime was found; set METAROUTER_PYTHON to one and verify the bundle';

/** All rows in one batch, and again one by one: the batch dimension is free. */
const SCRIPT = `
import json, sys
import numpy as np, onnxruntime
session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
x = np.array([json.loads(line) for line in sys.stdin], dtype=np.float32)
batch = session.run(["gain"], {"features": x})[0]
single = np.concatenate([session.run(["gain"], {"features": x[i : i + 1]})[0] for i in range(min(5, len(x)))])
assert np.abs(batch[: len(single)] - single).max() < 1e-5, "a row alone gives another gain than in a batch"
for row in batch.reshape(len(x), -1).tolist():
    print(json.dumps(row))
`;

const gainLine = z.array(z.number());

/** The gains of each row in the order of the heads: the file has them in the order of the models, or one. */
function inOrderOfHeads({ heads, models }: Manifest, gains: readonly number[]): number[] {
  if (heads.length === 1) return [...gains];
  return heads.map(({ model }) => gains[models.findIndex(({ name }) => name === model)]);
}

/** Asks a router.onnx, in one process of a Python that has onnxruntime. */
export function askOnnx(python: string, routerOnnx: string, manifest: Manifest): AskFormat {
  return async (rows) => {
    const lines = rows.map(({ expected }) => JSON.stringify(expected.features));
    const said = await askProgram('onnxruntime', python, ['-c', SCRIPT, routerOnnx], lines);
    const gains = said.map((line) => inOrderOfHeads(manifest, gainLine.parse(JSON.parse(line))));
    return answersOfGains(manifest, rows, gains);
  };
}

import util from 'node:util';
import type * as TensorFlowCore from '@tensorflow/tfjs-core';
import { AppError } from '../core/errors.ts';

export type TensorFlow = typeof TensorFlowCore;
export type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';

/** `tensorflow` is the C library of tfjs-node; `cpu` plain JavaScript, the reference. */
export type BackendName = 'tensorflow' | 'wasm' | 'cpu';

/** The fastest first. */
const BACKENDS: readonly BackendName[] = ['tensorflow', 'wasm', 'cpu'];

interface Started {
  readonly tf: TensorFlow;
  readonly name: BackendName;
}

let started: Started | null = null;

/**
 * Loads TensorFlow.js and chooses a backend: the fastest that loads and computes right. Await it once in a thread; what is
 * computed afterwards is synchronous. The packages are loaded only here, as most work has no use for them.
 * @param wanted this backend and no other; absent: the fastest, or the one already running
 * @throws AppError `internal` where no backend works
 */
export async function startTensorFlow(wanted?: BackendName): Promise<BackendName> {
  if (started !== null && (wanted === undefined || wanted === started.name)) return started.name;
  const tf = await import('@tensorflow/tfjs-core');
  // Else it prints an advertisement.
  tf.enableProdMode();
  for (const name of wanted === undefined ? BACKENDS : [wanted]) {
    if (!(await isLoaded(name)) || !(await tf.setBackend(name))) continue;
    if (!computesRight(tf)) continue;
    started = { tf, name };
    return name;
  }
  throw new AppError(
    'internal',
    `TensorFlow.js has no backend that works here (tried ${wanted ?? BACKENDS.join(', ')}).`,
  );
}

/** TensorFlow.js as `startTensorFlow` left it. @throws AppError `internal` before that. */
export function tensorFlow(): Started {
  if (started === null) throw new AppError('internal', 'TensorFlow.js was asked for before it was started.');
  return started;
}

async function isLoaded(name: BackendName): Promise<boolean> {
  try {
    if (name === 'tensorflow') await importNative();
    else if (name === 'wasm') await import('@tensorflow/tfjs-backend-wasm');
    else await import('@tensorflow/tfjs-backend-cpu');
    return true;
  } catch {
    // Not installed, not built for this system, or not able to start on it: the next one is asked.
    return false;
  }
}

/** tfjs-node is whoever wants it to install; it calls a function that Node 23 has dropped (tensorflow/tfjs issue 8425). */
async function importNative(): Promise<void> {
  if (!('isNullOrUndefined' in util)) {
    Object.assign(util, { isNullOrUndefined: (value: unknown) => value === null || value === undefined });
  }
  const optional = '@tensorflow/tfjs-node';
  await import(optional);
}

/** The operations of a training step, known by hand: a backend that gets them wrong would train nonsense in silence. */
function computesRight(tf: TensorFlow): boolean {
  try {
    return tf.tidy(() => {
      const a = tf.tensor2d([1, 2, 3, -4], [2, 2]);
      const b = tf.tensor2d([0.5, -1, 2, 0.25], [2, 2]);
      const product = tf.matMul(a, b);
      const rectified = tf.fused.matMul({ a, b, bias: tf.tensor1d([0, 1]), activation: 'relu' });
      const back = tf.matMul(tf.transpose(a), tf.step(product));
      return (
        isClose(product.dataSync(), [4.5, -0.5, -6.5, -4]) &&
        isClose(rectified.dataSync(), [4.5, 0.5, 0, 0]) &&
        isClose(back.dataSync(), [1, 0, 2, 0]) &&
        isClose(tf.sum(product, 0).dataSync(), [-2, -4.5])
      );
    });
  } catch {
    return false;
  }
}

function isClose(actual: ArrayLike<number>, expected: readonly number[]): boolean {
  return expected.every((v, i) => Math.abs(actual[i] - v) < 1e-5);
}

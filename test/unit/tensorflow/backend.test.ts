import { expect, test, vi } from 'vitest';
import { startTensorFlow, tensorFlow } from '../../../src/tensorflow/backend.ts';

test('what asks too early is told so; the fastest backend that is installed is taken; nothing is printed', async () => {
  expect(tensorFlow).toThrow(/before it was started/u);
  const printed = vi.spyOn(console, 'warn');
  const name = await startTensorFlow();
  expect(name).toMatch(/^(?:tensorflow|wasm)$/u);
  expect(tensorFlow().name).toBe(name);
  expect(printed).not.toHaveBeenCalled();
});

test('a backend that cannot be had is an error that names it', async () => {
  const isInstalled = await startTensorFlow('tensorflow').then(
    () => true,
    (error: unknown) => {
      expect(String(error)).toMatch(/tried tensorflow/u);
      return false;
    },
  );
  // And what ran before runs still.
  expect(await startTensorFlow()).toBe(isInstalled ? 'tensorflow' : 'wasm');
});

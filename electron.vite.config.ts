import { resolve } from 'node:path';
import { defineConfig } from 'electron-vite';
import renderer from './renderer/vite.config.ts';

/** Named entries, as each is the start of a process or a thread: the window, the engine, its workers, the loopback host. */
export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      emptyOutDir: true,
      // Found in node_modules at run time, as on the command line: one of them is native.
      externalizeDeps: true,
      rolldownOptions: {
        // Used where somebody has installed them, and no dependencies.
        external: ['@tensorflow/tfjs', '@tensorflow/tfjs-node'],
        input: {
          index: resolve('main/index.ts'),
          'engine-process': resolve('main/engine/engine-process.ts'),
          'task-worker': resolve('src/engine/task-worker.ts'),
          loopback: resolve('main/loopback/loopback-main.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      emptyOutDir: true,
      rolldownOptions: {
        input: { preload: resolve('main/preload/preload.ts') },
        // A sandboxed preload script is one CommonJS file.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer,
});

import { copyFileSync, mkdirSync } from 'node:fs';
import { defineConfig } from 'rolldown';

// Two builds: the program (packages stay outside), and the runtime that ships alone in every bundle.
const external = [/^node:/, /^[a-z@][^:]*$/i];

export default defineConfig([
  {
    input: {
      metarouter: 'src/cli/main.ts',
      'task-worker': 'src/engine/task-worker.ts',
    },
    platform: 'node',
    external: (id) => !id.startsWith('.') && !id.startsWith('/') && external.some((e) => e.test(id)),
    output: { dir: 'dist', format: 'esm', cleanDir: true, chunkFileNames: 'chunks/[name]-[hash].js' },
  },
  {
    input: { router: 'src/runtime/router.ts' },
    platform: 'neutral',
    output: { dir: 'dist/runtime', format: 'esm', entryFileNames: '[name].mjs' },
    plugins: [
      {
        name: 'copy-python-programs',
        writeBundle() {
          mkdirSync('dist/runtime', { recursive: true });
          copyFileSync('src/runtime/router.py', 'dist/runtime/router.py');
          copyFileSync('src/export/litellm/metarouter_callback.py', 'dist/runtime/metarouter_callback.py');
        },
      },
    ],
  },
]);

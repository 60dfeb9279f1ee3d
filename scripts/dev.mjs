// The application from its sources, again at every change: npm run dev [-- [--browser] [PROJECT]]
import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';
import { buildProgram } from './build-if-stale.mjs';
import { electronHindrance, findElectron } from './electron-binary.mjs';
import { runInBrowser } from './run-in-browser.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const args = process.argv.slice(2);
const projectPath = args.find((arg) => !arg.startsWith('-'));

buildProgram();
if (!args.includes('--browser') && electronHindrance() === null && findElectron() !== null) {
  const electronVite = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  spawn(process.execPath, [electronVite, 'dev', '--watch'], { cwd: root, stdio: 'inherit' });
} else {
  // Without the policy of the real hosts: the development server writes its styles into the page.
  const vite = await createServer({
    configFile: join(root, 'renderer', 'vite.config.ts'),
    server: { middlewareMode: true, hmr: { host: '127.0.0.1' } },
    appType: 'spa',
  });
  const { start } = await import('../main/loopback/loopback-main.ts');
  const host = await runInBrowser({ start, projectPath, servePage: vite.middlewares });
  restartEngineOnChange(host.workspace.engine);
}

/** A new engine opens the same project again and the page hears of it. Changes below main/ want a new start. */
function restartEngineOnChange(engine) {
  let timer;
  for (const folder of ['src', 'db']) {
    watch(join(root, folder), { recursive: true }, () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        console.log('Sources changed: a new engine.');
        engine.crash();
      }, 300);
    });
  }
}

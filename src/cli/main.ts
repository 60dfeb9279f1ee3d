#!/usr/bin/env node
// First the version, then everything else: on a Node that is too old the database driver does not fail, it crashes.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major > 22 || (major === 22 && minor >= 14)) {
  const isBuilt = import.meta.url.endsWith('.js');
  const { runProgram } = await import('./program.ts');
  await runProgram({
    args: process.argv.slice(2),
    workerUrl: new URL(isBuilt ? './task-worker.js' : '../engine/task-worker.ts', import.meta.url),
    runtimeUrl: new URL(isBuilt ? './runtime/' : '../../dist/runtime/', import.meta.url),
  });
} else {
  process.stderr.write(
    `metarouter needs Node 22.14 or newer and this is ${process.versions.node}. ` +
      'From a checkout, "npm run -s metarouter -- <command>" uses the Node that npm ci installs.\n',
  );
  process.exitCode = 1;
}

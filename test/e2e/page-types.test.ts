import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

/** A checker that finds nothing because it looks at nothing would pass for ever. */
test('the checker of the page sees a wrong type in a component', () => {
  mkdirSync('out', { recursive: true });
  const folder = mkdtempSync(join('out', 'canary-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  writeFileSync(
    join(folder, 'tsconfig.json'),
    '{ "extends": "../../renderer/tsconfig.json", "include": ["*.svelte"] }',
  );
  writeFileSync(
    join(folder, 'Canary.svelte'),
    '<script lang="ts">\n  const count: number = "three";\n</script>\n\n<p>{count}</p>\n',
  );
  const bin = resolve('node_modules', 'svelte-check', 'bin', 'svelte-check');
  const { status, stdout } = spawnSync(
    process.execPath,
    [bin, '--tsconfig', './tsconfig.json', '--output', 'machine'],
    {
      cwd: folder,
      encoding: 'utf8',
    },
  );
  expect(stdout).toContain("Type 'string' is not assignable to type 'number'");
  expect(status).toBe(1);
});

import { join, sep } from 'node:path';
import { expect, test } from 'vitest';
import { safeFileName } from '../../../main/host/free-name.ts';
import { containedPath } from '../../../main/static-files.ts';

test.each([
  ['data.csv', 'data.csv'],
  ['  .hidden. ', 'hidden'],
  ['a/b\\c:d', 'a-b-c-d'],
  ['nul', '_nul'],
  ['', '_'],
  ['..', '_'],
  ['a\u202eb', 'a-b'],
  ['Prüfung 1', 'Prüfung 1'],
])('the file name %j becomes %j', (typed, safe) => {
  expect(safeFileName(typed)).toBe(safe);
});

test('a name that is too long keeps its extension', () => {
  const name = safeFileName(`${'x'.repeat(300)}.wide.jsonl.gz`);
  expect(name).toHaveLength(100);
  expect(name.endsWith('.wide.jsonl.gz')).toBe(true);
});

test('a path is contained or it is none', () => {
  const root = join(sep, 'srv', 'page');
  expect(containedPath(root, '/')).toBe(join(root, 'index.html'));
  expect(containedPath(root, '/assets/a.js')).toBe(join(root, 'assets', 'a.js'));
  for (const path of ['/..', '/../page2/a.js', '/%2e%2e/a', '/a%5cb', '/%00', '/%zz', '/c:/a', '/a%252e']) {
    expect(containedPath(root, path)).toBeNull();
  }
});

import { existsSync, readdirSync } from 'node:fs';
import { matchesGlob } from 'node:path';
import { expect, test } from 'vitest';
import config from '../../../electron-builder.config.ts';
import packageJson from '../../../package.json' with { type: 'json' };

const libraries = readdirSync('node_modules/better-sqlite3/prebuilds').map(
  (name) => `node_modules/better-sqlite3/prebuilds/${name}`,
);

test.each([
  ['linux', 'x64'],
  ['linux', 'arm64'],
  ['darwin', 'arm64'],
  ['darwin', 'x64'],
  ['win32', 'x64'],
  ['win32', 'arm64'],
])('of the database libraries only the one for %s %s is packed', (platform, arch) => {
  const exclusions = config.files
    .filter((pattern) => pattern.startsWith('!'))
    .map((pattern) => pattern.slice(1).replace('${platform}', platform).replace('${arch}', arch));
  const packed = libraries.filter((path) => !exclusions.some((pattern) => matchesGlob(path, pattern)));
  expect(packed).toEqual([`node_modules/better-sqlite3/prebuilds/${platform}-${arch}.node`]);
});

test('the packed program runs nothing but the application', () => {
  expect(config.electronFuses).toEqual({
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    grantFileProtocolExtraPrivileges: false,
  });
  expect(config.asar).toBe(true);
});

test('what runs at run time is packed, and Electron and the page come as they were built', () => {
  expect(packageJson.main).toBe('out/main/index.js');
  expect(config.files).toEqual(expect.arrayContaining(['out/**', 'dist/runtime/**', 'package.json']));
  expect(Object.keys(packageJson.dependencies)).toEqual(
    expect.arrayContaining(['better-sqlite3', 'uuid', 'zod']),
  );
  expect(Object.keys(packageJson.dependencies)).not.toContain('electron');
});

test('project files and packs belong to the application, and it has an icon', () => {
  expect(config.fileAssociations.map((association) => association.ext)).toEqual(['mrproj', 'mrpack']);
  expect(existsSync('resources/icons/icon.png')).toBe(true);
});

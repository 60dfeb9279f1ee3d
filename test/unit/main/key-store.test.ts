import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { addKeptKeys, openKeyStore, type Keychain } from '../../../main/host/key-store.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Turns bytes round: enough to see that what is written is not the key. */
function keychain(isAvailable = true): Keychain {
  return {
    isAvailable: () => Promise.resolve(isAvailable),
    encrypt: (text) => Promise.resolve(Buffer.from(text, 'utf8').reverse()),
    decrypt: (bytes) =>
      bytes.length === 0
        ? Promise.reject(new Error('not ours'))
        : Promise.resolve(Buffer.from(bytes).reverse().toString('utf8')),
  };
}

function store(isAvailable = true) {
  const folder = mkdtempSync(join(tmpdir(), 'metarouter-keys-'));
  folders.push(folder);
  return { folder, keys: openKeyStore(folder, keychain(isAvailable)) };
}

it('keeps a key for a server, encrypted, for its owner only, over a restart', async () => {
  const { folder, keys } = store();
  await keys.save('https://api.example/v1', 'sk-secret');
  expect(keys.servers()).toEqual(['https://api.example']);
  const path = join(folder, 'keys.json');
  expect(readFileSync(path, 'utf8')).not.toMatch(/sk-secret|c2stc2VjcmV0/);
  expect(statSync(path).mode & 0o077).toBe(0);
  expect(await openKeyStore(folder, keychain()).keyFor('https://api.example/v1/embeddings')).toBe(
    'sk-secret',
  );
  keys.forget('https://api.example');
  expect(await keys.keyFor('https://api.example')).toBeNull();
});

it('gives a key to no other server: not to another name, scheme or port', async () => {
  const { keys } = store();
  await keys.save('https://api.example/v1', 'sk-secret');
  for (const url of ['https://api.example.evil/v1', 'http://api.example/v1', 'https://api.example:444/v1']) {
    expect(await keys.keyFor(url)).toBeNull();
  }
});

it('keeps nothing where the system cannot encrypt, and does without what it no longer decrypts', async () => {
  const { keys: none } = store(false);
  await expect(none.save('https://api.example', 'sk-secret')).rejects.toThrow('no keychain');
  const { folder, keys } = store();
  writeFileSync(join(folder, 'keys.json'), '{"https://api.example": ""}');
  expect(await keys.keyFor('https://api.example')).toBeNull();
});

it('adds the key to the call that asks its server, and to no other', async () => {
  const { keys } = store();
  await keys.save('https://api.example/v1', 'sk-secret');
  const seen: unknown[] = [];
  const call = addKeptKeys((method, input) => {
    seen.push([method, input]);
    return Promise.resolve({ ok: true, value: null });
  }, keys);
  const encoder = { kind: 'openai-embeddings', baseUrl: 'https://api.example/v1', model: 'm' };
  await call('embedding.start', { encoder, name: 'x' });
  await call('embedding.start', { encoder, apiKey: 'own' });
  await call('embedding.plan', { encoder });
  await call('embedding.start', { encoder: { ...encoder, baseUrl: 'https://evil.example/v1' } });
  await call('embedding.start', null);
  expect(seen).toEqual([
    ['embedding.start', { encoder, name: 'x', apiKey: 'sk-secret' }],
    ['embedding.start', { encoder, apiKey: 'own' }],
    ['embedding.plan', { encoder }],
    ['embedding.start', { encoder: { ...encoder, baseUrl: 'https://evil.example/v1' } }],
    ['embedding.start', null],
  ]);
});

import { readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { networkInterfaces, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CONTENT_SECURITY_POLICY } from '../../main/content-security-policy.ts';
import {
  enterTab,
  send,
  smallPage,
  testFolder,
  testHost,
  tokenOf,
  type HttpReply,
} from './support/loopback.ts';
import { runJob, valueOf } from './support/window.ts';

const json = { 'content-type': 'application/json' };
const info = JSON.stringify({ method: 'host.info', input: {} });

describe('who asks', () => {
  test('a name that was made to point at this machine is refused, for pages and for the interface', async () => {
    const host = await testHost();
    const tab = await enterTab(host);
    const { port } = new URL(host.origin);
    const statuses: number[] = [];
    for (const name of [
      `evil.example:${port}`,
      `localhost:${port}`,
      '127.0.0.1',
      `127.0.0.1.evil.example:${port}`,
    ]) {
      statuses.push((await send(host, { path: '/', headers: { host: name } })).status);
      const headers = { ...tab.headers, host: name };
      statuses.push((await send(host, { method: 'POST', path: '/api/host', headers, body: info })).status);
    }
    expect(new Set(statuses)).toEqual(new Set([403]));
  });

  test('a page of another origin is refused even with cookie and secret', async () => {
    const host = await testHost();
    const tab = await enterTab(host);
    const attempts = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: host.origin.replace('http:', 'https:') },
      { origin: 'http://127.0.0.1:1' },
      { 'sec-fetch-site': 'cross-site' },
      // Another port of this machine.
      { 'sec-fetch-site': 'same-site' },
      // Typed into the address bar.
      { 'sec-fetch-site': 'none' },
    ];
    for (const attempt of attempts) {
      const headers = { ...tab.headers, ...attempt };
      const reply = await send(host, { method: 'POST', path: '/api/host', headers, body: info });
      expect({ attempt, status: reply.status }).toEqual({ attempt, status: 403 });
    }
  });

  test('a link on another page does not open the application', async () => {
    const host = await testHost();
    const open = async (site: string): Promise<number> =>
      (await send(host, { path: '/', headers: { 'sec-fetch-site': site } })).status;
    expect([await open('none'), await open('same-origin'), await open('cross-site')]).toEqual([
      200, 200, 403,
    ]);
  });

  test("without a token, with half of what is needed, or with another tab's cookie nobody gets in", async () => {
    const host = await testHost();
    const tab = await enterTab(host);
    const attempts = [
      {},
      { cookie: tab.cookie },
      { 'x-metarouter-tab': tab.secret },
      { cookie: tab.cookie, 'x-metarouter-tab': 'guess' },
      { cookie: `${tab.cookie.split('=').at(0) ?? ''}=guess`, 'x-metarouter-tab': tab.secret },
    ];
    for (const path of ['/api/host', '/api/call', '/api/token', '/api/upload?name=a', '/api/nothing']) {
      for (const attempt of attempts) {
        const reply = await send(host, {
          method: 'POST',
          path,
          headers: { ...json, ...attempt },
          body: info,
        });
        expect({ path, attempt, status: reply.status }).toEqual({ path, attempt, status: 401 });
      }
    }
    expect((await send(host, { path: '/api/events', headers: { cookie: tab.cookie } })).status).toBe(401);
    expect((await send(host, { path: '/api/exported' })).status).toBe(401);
  });

  test('a token lets one tab in, once', async () => {
    const host = await testHost();
    const token = tokenOf(host.newAddress());
    await enterTab(host, token);
    await expect(enterTab(host, token)).rejects.toThrow('401');
    await expect(enterTab(host, 'guess')).rejects.toThrow('401');
  });

  test('each tab has a secret of its own, and the cookie is kept from scripts and other sites', async () => {
    const host = await testHost();
    const [one, two] = [await enterTab(host), await enterTab(host)];
    expect(one.secret).not.toBe(two.secret);
    const reply = await send(host, {
      method: 'POST',
      path: '/api/session',
      headers: json,
      body: JSON.stringify({ token: tokenOf(host.newAddress()) }),
    });
    expect(reply.headers['set-cookie']).toEqual([
      expect.stringMatching(/; Path=\/; HttpOnly; SameSite=Strict$/),
    ]);
  });

  test('no other machine reaches it', async () => {
    const host = await testHost();
    const { port } = new URL(host.origin);
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter((address) => !address.internal && address.family === 'IPv4');
    for (const { address } of others) {
      const outcome = await new Promise((resolve) => {
        request({ host: address, port, timeout: 2000 }, () => {
          resolve('answered');
        })
          .on('error', () => {
            resolve('refused');
          })
          .end();
      });
      expect(outcome).toBe('refused');
    }
  });
});

describe('what is asked', () => {
  test("no path leads out of the page's folder", async () => {
    const folder = testFolder();
    const root = smallPage(folder);
    symlinkSync(join(folder, 'secret.json'), join(root, 'link.json'));
    const host = await testHost({ rendererRoot: root });
    const paths = [
      '/../secret.json',
      '/assets/../../secret.json',
      '/%2e%2e/secret.json',
      '/..%2fsecret.json',
      '/%2e%2e%2fsecret.json',
      '/%252e%252e%252fsecret.json',
      '/..\\secret.json',
      '/..%5csecret.json',
      `/${folder}/secret.json`,
      `//${folder}/secret.json`,
      '/index.html%00.json',
      '/link.json',
      '/%',
      '/assets',
      '/assets/',
    ];
    for (const path of paths) {
      const reply = await send(host, { path });
      expect({ path, status: reply.status, isSecret: reply.body.includes('secret') }).toEqual({
        path,
        status: 404,
        isSecret: false,
      });
    }
    expect((await send(host, { path: '/assets/page.js' })).status).toBe(200);
    expect((await send(host, { path: '/?x#y' })).status).toBe(200);
  });

  test('every answer carries the policy, refusals too', async () => {
    const host = await testHost();
    const tab = await enterTab(host);
    const replies = [
      await send(host, { path: '/' }),
      await send(host, { path: '/nothing' }),
      await send(host, { path: '/', headers: { host: 'evil.example' } }),
      await send(host, { method: 'POST', path: '/api/host', headers: tab.headers, body: info }),
      await send(host, { method: 'POST', path: '/api/host', headers: json, body: info }),
    ];
    for (const { headers } of replies) {
      expect(headers).toMatchObject({
        'content-security-policy': CONTENT_SECURITY_POLICY,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      });
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
    expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|\*|data:|https?:/);
  });

  test('a body that a form could send, or that is not JSON, is refused', async () => {
    const host = await testHost();
    const tab = await enterTab(host);
    const post = async (contentType: string, body: string): Promise<number> =>
      (
        await send(host, {
          method: 'POST',
          path: '/api/host',
          headers: { ...tab.headers, 'content-type': contentType },
          body,
        })
      ).status;
    expect(await post('text/plain', info)).toBe(415);
    expect(await post('application/x-www-form-urlencoded', info)).toBe(415);
    expect(await post('application/json', '{"method":')).toBe(400);
    expect(await post('application/json', '[]')).toBe(400);
    expect(await post('application/json', info)).toBe(200);
  });

  test('a body that is too large is refused, whether it says so or not', async () => {
    const host = await testHost({ limits: { maxBodyBytes: 10_000 } });
    const tab = await enterTab(host);
    const body = JSON.stringify({ method: 'host.info', input: { pad: 'x'.repeat(20_000) } });
    const declared = { ...tab.headers, 'content-length': body.length };
    const chunked = { ...tab.headers, 'transfer-encoding': 'chunked' };
    expect((await send(host, { method: 'POST', path: '/api/call', headers: declared, body })).status).toBe(
      413,
    );
    expect((await send(host, { method: 'POST', path: '/api/call', headers: chunked, body })).status).toBe(
      413,
    );
    const small = { ...tab.headers, 'content-length': 30 * 2 ** 30 };
    expect(
      (await send(host, { method: 'POST', path: '/api/call', headers: small, body: '{', isUnfinished: true }))
        .status,
    ).toBe(413);
  });

  test('a body that never ends is given up', async () => {
    const host = await testHost({ limits: { bodyTimeoutMs: 200, uploadIdleMs: 200 } });
    const tab = await enterTab(host);
    const slow = { headers: { ...tab.headers, 'content-length': 1000 }, body: '{"me', isUnfinished: true };
    expect((await send(host, { method: 'POST', path: '/api/call', ...slow })).status).toBe(408);
    expect((await send(host, { method: 'POST', path: '/api/session', ...slow })).status).toBe(408);
    expect((await send(host, { method: 'POST', path: '/api/upload?name=a.csv', ...slow })).status).toBe(408);
    // And the host goes on.
    expect((await tab.call('host.info', {})).ok).toBe(true);
  });
});

describe('uploads', () => {
  test('the page names a file and the host decides where it goes', async () => {
    const host = await testHost();
    const tab = await enterTab(host);
    for (const name of [
      '../../evil.csv',
      '..\\evil.csv',
      '/etc/passwd',
      '',
      '.',
      'CON',
      'a\0b.csv',
      'x'.repeat(5000),
    ]) {
      const path = `/api/upload?name=${encodeURIComponent(name)}`;
      const reply = await send(host, { method: 'POST', path, headers: tab.headers, body: 'id\n1\n' });
      expect(reply.status).toBe(200);
      const picked = JSON.parse(reply.body) as { path: string; bytes: number };
      const below = relative(tmpdir(), picked.path);
      expect(below).toMatch(/^metarouter-uploads-\w+\/\d+\/[^/\\]+$/);
      expect(picked.bytes).toBe(5);
    }
  });

  test('a file that is too large is refused and nothing of it stays', async () => {
    const before = uploadFolders();
    const host = await testHost({ limits: { maxUploadBytes: 1000 } });
    const tab = await enterTab(host);
    const headers = { ...tab.headers, 'transfer-encoding': 'chunked' };
    const reply = await send(host, {
      method: 'POST',
      path: '/api/upload?name=big.csv',
      headers,
      body: Buffer.alloc(100_000),
    });
    expect(reply.status).toBe(413);
    const left = uploadFolders()
      .filter((name) => !before.includes(name))
      .flatMap((name) => readdirSync(join(tmpdir(), name)));
    expect(left).toEqual([]);
  });
});

describe('files that a page names', () => {
  test('are those that the host chose: nothing is written or read elsewhere, however the path is written', async () => {
    const folder = testFolder();
    const data = join(folder, 'data');
    const host = await testHost({ userData: data, rendererRoot: smallPage(folder), trustedFolders: [] });
    const tab = await enterTab(host);
    writeFileSync(join(folder, 'secret.csv'), 'a,b\n1,2\n');
    symlinkSync(folder, join(data, 'exports', 'out'));
    symlinkSync(join(folder, 'secret.csv'), join(data, 'exports', 'link.csv'));
    const outside = [
      join(folder, 'stolen.jsonl'),
      join(data, 'settings.json'),
      join(data, 'exports', '..', '..', 'stolen.jsonl'),
      `${join(data, 'exports')}/../../stolen.jsonl`,
      join(data, 'exports', 'out', 'stolen.jsonl'),
      join(data, 'exports', 'link.csv'),
      join(data, 'exports'),
      'stolen.jsonl',
      `${join(data, 'exports', 'a')}\0.jsonl`,
      '',
    ];
    const created = await tab.call('project.create', { path: join(data, 'projects', 'own.mrproj') });
    expect(created.ok).toBe(true);
    const calls = outside.flatMap((path) => [
      ['labels.export', { path, format: 'jsonl', overwrite: true }],
      ['pack.export', { path, queueId: 1, rater: 'ada' }],
      ['pack.saveCopy', { path, overwrite: true }],
      ['bundle.export', { directory: path, runId: 'x' }],
      ['project.create', { path }],
      ['import.preview', { path }],
      ['import.start', { paths: [path] }],
      ['pack.merge', { path }],
      ['task.importRubrics', { path, taskId: 'x' }],
    ]) as readonly (readonly [string, unknown])[];
    for (const [method, input] of calls) {
      const answer = await tab.call(method, input);
      expect({ method, input, answer }).toMatchObject({
        answer: { ok: false, error: { code: 'usage', details: { reason: 'not-allowed' } } },
      });
    }
    expect(readdirSync(folder).sort()).toEqual(['data', 'page', 'secret.csv', 'secret.json']);
    expect(readFileSync(join(folder, 'secret.csv'), 'utf8')).toBe('a,b\n1,2\n');
  });

  test('can be downloaded where the engine wrote them, and no others', async () => {
    const folder = testFolder();
    const host = await testHost({
      userData: join(folder, 'data'),
      rendererRoot: smallPage(folder),
      trustedFolders: [],
    });
    const tab = await enterTab(host);
    const project = join(folder, 'data', 'projects', 'own.mrproj');
    await tab.call('project.create', { path: project });
    const chosen = valueOf(await tab.call('host.chooseSavePath', { name: '../../labels.jsonl' }));
    const { path } = chosen as { path: string };
    expect(path).toBe(join(folder, 'data', 'exports', 'labels.jsonl'));
    const get = (wanted: string, headers = tab.headers): Promise<HttpReply> =>
      send(host, { path: `/api/written?path=${encodeURIComponent(wanted)}`, headers });
    expect((await get(path)).status).toBe(404);
    await runJob(tab, 'labels.export', { path, format: 'jsonl' });
    expect((await get(path)).status).toBe(200);
    for (const other of [project, join(folder, 'secret.json'), '/etc/passwd', `${path}/../labels.jsonl`, ''])
      expect({ other, status: (await get(other)).status }).toEqual({ other, status: 404 });
    expect((await get(path, {})).status).toBe(401);
    // Replaced by a link since it was written.
    rmSync(path);
    symlinkSync(join(folder, 'secret.json'), path);
    expect((await get(path)).status).toBe(404);
  });

  test('are opened as projects only where the page has sent them', async () => {
    const folder = testFolder();
    const host = await testHost({
      userData: join(folder, 'data'),
      rendererRoot: smallPage(folder),
      trustedFolders: [],
    });
    const tab = await enterTab(host);
    writeFileSync(join(folder, 'other.mrproj'), 'x');
    const upload = async (name: string): Promise<string> => {
      const path = `/api/upload?name=${encodeURIComponent(name)}`;
      const reply = await send(host, { method: 'POST', path, headers: tab.headers, body: 'x' });
      return (JSON.parse(reply.body) as { path: string }).path;
    };
    const [pack, data] = [await upload('../../work.mrpack'), await upload('data.csv')];
    for (const path of [join(folder, 'other.mrproj'), data, `${pack}/../../../other.mrproj`])
      expect(await tab.call('host.keepProject', { path })).toMatchObject({
        error: { code: 'invalid-input' },
      });
    const kept = valueOf(await tab.call('host.keepProject', { path: pack })) as { path: string };
    expect(relative(join(folder, 'data', 'projects'), kept.path)).toMatch(/^[^/\\]+\.mrpack$/);
  });
});

function uploadFolders(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('metarouter-uploads-'));
}

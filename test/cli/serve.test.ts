/** The command, as a process of its own: it says where it listens, answers, drains on SIGTERM and exits with 0. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeSafetensors } from '../../src/export/write-safetensors.ts';
import { makeTrainedRouter } from '../support/trained-router.ts';
import { metarouter, start, temporaryFolder } from './program.ts';

const folder = temporaryFolder();
writeFileSync(
  join(folder, 'router.safetensors'),
  writeSafetensors(makeTrainedRouter({ kind: 'text' })).bytes,
);

interface Listening {
  readonly url: string;
  readonly router: string;
  readonly isDecideOnly: boolean;
}

it.each(['SIGTERM', 'SIGINT'] as const)('listens, decides, and ends at %s', async (signal) => {
  const child = start(['serve', folder, '--port', '0', '--json']);
  let printed = '';
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const listening = await new Promise<Listening>((resolve, reject) => {
    child.on('error', reject);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      if (printed.endsWith('}\n')) resolve(JSON.parse(printed) as Listening);
    });
  });
  expect(listening).toMatchObject({
    router: 'test_large_or_small',
    isDecideOnly: true,
    models: ['large', 'small'],
  });
  const response = await fetch(`${listening.url}/v1/route`, { method: 'POST', body: '{"prompt":"Why?"}' });
  expect(await response.json()).toMatchObject({ action: 'route', threshold: 0.01 });
  child.kill(signal);
  expect(await ended).toBe(0);
});

it('needs a key to listen for others, of a length that cannot be guessed', async () => {
  const outside = await metarouter(['serve', folder, '--host', '0.0.0.0', '--port', '0']);
  expect(outside).toMatchObject({ code: 2, stdout: '' });
  expect(outside.stderr).toMatch(/^metarouter: Others can reach 0\.0\.0\.0: name .*--key-env NAME\)\.\n$/);
  const missing = await metarouter(['serve', folder, '--key-env', 'NO_SUCH_VARIABLE', '--port', '0']);
  expect(missing.stderr).toBe('metarouter: The environment has no NO_SUCH_VARIABLE.\n');
});

it('explains a configuration that it cannot use in one line', async () => {
  const config = join(folder, 'serve.yaml');
  writeFileSync(config, 'models:\n  large: {baseUrl: "${NO_SUCH_VARIABLE}"}\n');
  const { code, stderr } = await metarouter(['serve', folder, '--config', config]);
  expect(code).toBe(2);
  expect(stderr).toBe(
    `metarouter: ${config}: models.large.baseUrl names \${NO_SUCH_VARIABLE}, which the environment does not have.\n`,
  );
  const absent = await metarouter(['serve', join(folder, 'nothing')]);
  expect(absent.code).toBe(1);
  expect(absent.stderr).toContain('There is no bundle at');
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { WindowEvent } from '../../src/contract/host.ts';
import { generateDemo } from '../../src/cli/demo/generate.ts';
import { enterTab, nextEvent, testFolder, testHost } from './support/loopback.ts';

const restart = (event: WindowEvent): unknown => (event.name === 'host.engineRestarted' ? event.data : null);

test('an engine that is killed comes back with the project, says so, and has all that was answered', async () => {
  const host = await testHost();
  const tab = await enterTab(host);
  const opened = await tab.call('host.openDemo', {});
  expect(opened.ok).toBe(true);
  const price = { model: 'strong-demo', inputUsdPerMillion: 42, outputUsdPerMillion: 43 };
  expect(await tab.call('model.setPrice', price)).toEqual({ ok: true, value: price });

  const restarted = nextEvent(host, restart);
  host.workspace.engine.crash();
  // Asked while there is no engine: it waits for the new one, or is told to repeat.
  const asked = tab.call('project.status', {});
  expect(await restarted).toEqual({ project: host.workspace.engine.project(), error: null });
  const during = await asked;
  if (!during.ok) expect(during.error.details).toEqual({ reason: 'engine-stopped' });

  const status = await tab.call('project.status', {});
  expect(status).toMatchObject({
    ok: true,
    value: {
      counts: { prompts: 1900 },
      models: expect.arrayContaining([expect.objectContaining({ inputUsdPerMillion: 42 })]) as unknown,
    },
  });
});

test('a job that was running ends as failed for whoever waits, and nothing is half imported', async () => {
  const host = await testHost();
  const tab = await enterTab(host);
  const folder = testFolder();
  const data = join(folder, 'data.jsonl');
  const { rows } = generateDemo({ train: 1500, test: 500, seed: 3 });
  writeFileSync(data, rows.map((row) => JSON.stringify(row)).join('\n'));
  await tab.call('project.create', { path: join(folder, 'work.mrproj') });

  const finished = nextEvent(host, (event) => (event.name === 'job.finished' ? event.data : null));
  const restarted = nextEvent(host, restart);
  const started = await tab.call('import.start', { paths: [data] });
  host.workspace.engine.crash();
  expect(await finished).toMatchObject({
    jobId: (started as { value: { jobId: string } }).value.jobId,
    state: 'failed',
    error: { code: 'internal' },
  });
  await restarted;
  expect(await tab.call('project.status', {})).toMatchObject({ ok: true, value: { counts: { prompts: 0 } } });
  expect(await tab.call('job.list', {})).toMatchObject({
    value: { jobs: [{ kind: 'import', state: 'failed' }] },
  });
});

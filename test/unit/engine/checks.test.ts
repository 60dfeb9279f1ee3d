import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { diagnosticNames } from '../../../src/contract/diagnostics.ts';
import { refusal, startWithData } from './test-engine.ts';

describe('what is checked after a training', () => {
  test('diagnostics are worked out once asked for, and kept', async () => {
    const { client, events } = await startWithData({ train: 260, test: 80, gold: 90 });
    const status = await client.call('project.status', {});
    const [strong, cheap] = status.models.map((m) => m.name);
    const run = await client.run('run.train', { strong, cheap, dimensions: 10, intervals: false });
    expect(await client.call('run.diagnostics', {})).toEqual({ diagnostics: null });
    const document = await client.run('run.diagnose', {});
    expect(document.runId).toBe(run.runId);
    expect(document.diagnostics.map((d) => d.name).sort()).toEqual([...diagnosticNames].sort());
    for (const { value, sentence, verdict, picture } of document.diagnostics) {
      expect(sentence).not.toBe('');
      // A number has an interval or says why it has none.
      expect(value.ci95 !== null || value.reason !== undefined).toBe(true);
      if (verdict !== 'unknown') expect(picture?.series.length).toBeGreaterThan(0);
    }
    const coded = document.diagnostics.flatMap((d) => (d.warningCode === null ? [] : [d.warningCode]));
    expect(document.warnings.map((w) => w.code)).toEqual(expect.arrayContaining(coded));
    expect(document.isSimulated).toBe(true);
    expect((await client.call('run.diagnostics', { runId: run.runId })).diagnostics).toEqual(document);
    expect(events.map((event) => event.name)).toContain('run.diagnosed');
  });

  test('a certificate needs prompts that taught the run nothing, is kept, and travels with the bundle', async () => {
    const { client, folder } = await startWithData({ train: 400, test: 60 });
    const status = await client.call('project.status', {});
    const [strong, cheap] = status.models.map((m) => m.name);
    const pair = { strong, cheap, stage: 'cascade' as const, dimensions: 10, intervals: false };
    await client.run('run.train', pair);
    const refused = await refusal(client.run('certificate.compute', { alpha: 0.5 }));
    expect(refused.code).toBe('usage');
    expect(refused.message).toContain('--hold-out-dev');

    const run = await client.run('run.train', { ...pair, holdOutDev: true });
    expect(run.split.dev).toBeGreaterThan(50);
    expect(run.nGold).toBe(run.split.train);
    const dev = await client.run('run.evaluate', { split: 'dev' });
    expect(dev.warnings.map((w) => w.code)).not.toContain('judged-on-training');

    const easy = await client.run('certificate.compute', { alpha: 0.9, passMark: 0.2, delta: 0.1 });
    expect(easy.calibrationPrompts).toBe(run.split.dev);
    expect(easy.chosen).not.toBeNull();
    expect(easy.sentence).toContain('at most 90 % disagree with the experts, with confidence 90 %');
    const strict = await client.run('certificate.compute', { alpha: 0.001, passMark: 1 });
    expect(strict.chosen).toBeNull();
    expect(strict.sentence).toContain('No certified setting');
    const { certificates } = await client.call('certificate.list', { runId: run.runId });
    expect(certificates).toEqual([strict, easy]);

    const { directory } = await client.run('bundle.export', { directory: `${folder}/bundle` });
    const manifest: unknown = JSON.parse(readFileSync(`${directory}/manifest.json`, 'utf8'));
    expect(manifest).toMatchObject({ certificate: { certificateId: easy.certificateId, alpha: 0.9 } });
  });
});

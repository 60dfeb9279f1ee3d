import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { verifyDocument } from '../../src/contract/bundles.ts';
import { evaluateDocument, trainDocument } from '../../src/contract/runs.ts';
import { z } from '../../src/contract/zod.ts';
import { metarouter, temporaryFolder } from './program.ts';

const demoDocument = z.object({
  folder: z.string(),
  trueMeanBias: z.number(),
  stages: z.array(
    z.object({
      stage: z.enum(['route', 'cascade']),
      trained: trainDocument,
      evaluated: evaluateDocument,
      verified: verifyDocument,
    }),
  ),
});

const V0 = '0';

it('the demo trains both stages on data whose truth it never sees, and they are worth routing', async () => {
  const folder = join(temporaryFolder(), 'demo');
  const { code, stdout } = await metarouter(['demo', '--out', folder, '--json']);
  expect(code).toBe(0);
  const demo = demoDocument.parse(JSON.parse(stdout));
  expect(demo.stages.map((s) => s.stage)).toEqual(['route', 'cascade']);
  for (const { trained, evaluated, verified } of demo.stages) {
    expect(trained).toMatchObject({ isSimulated: true, nGold: 200, nPreference: 1500 });
    expect(trained.warnings.map((w) => w.code)).not.toContain('do-not-route');
    const [lo, hi] = trained.bias.ci95 ?? [0, 0];
    const width = hi - lo;
    expect(Math.abs((trained.bias.mean ?? Number.NaN) - demo.trueMeanBias)).toBeLessThan(width);
    const value = (name: string): number => evaluated.estimators[name].policyValue[V0].value ?? Number.NaN;
    expect(value('auto')).toBeGreaterThan(value('pooled') + 0.02);
    expect(value('auto')).toBeGreaterThan(value('always-strong'));
    expect(verified.ok).toBe(true);
  }
  for (const name of [
    'demo.wide.jsonl',
    'truth.csv',
    'demo.mrproj',
    'bundle/card.md',
    'bundle-cascade/card.md',
  ]) {
    expect(existsSync(join(folder, name))).toBe(true);
  }
}, 120_000);

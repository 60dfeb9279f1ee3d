import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 } from 'uuid';
import { afterAll, describe, expect, it } from 'vitest';
import { mergeStaging } from '../../db/import/merge-staging.ts';
import { stageFile } from '../../db/import/stage-file.ts';
import { stagingPathFor } from '../../db/import/staging-files.ts';
import { createProject } from '../../db/open.ts';
import { buildSnapshot } from '../../db/repositories/snapshot.ts';
import { uncontrolled } from '../../src/core/progress.ts';
import { TRAIN_DEFAULTS } from '../../src/routing/run.ts';
import { trainRouter } from '../../src/routing/train.ts';
import { generateWorld, type World } from '../support/worlds.ts';

const folder = mkdtempSync(join(tmpdir(), 'paper-table-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The table of the Meta-Router paper: vectors, gold gain, preference gain, and no text. */
function writeTable(path: string, world: World): void {
  const dim = world.x.cols;
  const header = [...Array.from({ length: dim }, (_, k) => `embd.PC${k + 1}`), 'GL', 'PL'];
  const rows = Array.from(world.r, (r, i) => [
    ...world.x.data.subarray(i * dim, (i + 1) * dim),
    r,
    world.y[i],
  ]);
  writeFileSync(path, [header, ...rows].map((row) => `${row.join(',')}\n`).join(''));
}

describe('a table of vectors and gains without text', () => {
  it('imports, masks, trains on its vectors and routes world linear with 500 gold', async () => {
    const world = generateWorld('linear', 1);
    const csv = join(folder, 'paper.csv');
    writeTable(csv, world);
    const project = createProject(join(folder, 'paper.mrproj'), {
      clock: Date.now,
      newId: v7,
      name: 'paper',
      isSimulated: false,
    });
    try {
      const stagingPath = stagingPathFor(project.path, v7());
      const summary = await stageFile(csv, stagingPath, { newId: v7 }, uncontrolled);
      const deps = {
        clock: Date.now,
        newId: v7,
        gold: { amount: { kind: 'count', count: 500 }, seed: 3 },
      } as const;
      mergeStaging(project.db, { stagingPath, summary }, deps);
      const snapshot = buildSnapshot(project.db, {
        models: ['strong'],
        anchor: 'cheap',
        sources: [],
        stage: 'route',
        signals: [],
      });
      expect(snapshot.n).toBe(3000);
      expect(snapshot.vectorDim).toBe(20);
      expect(snapshot.models[0].allGoldGain[0]).toBeCloseTo(world.r[0], 12);
      expect(snapshot.models[0].allGoldAnchorQuality.every(Number.isNaN)).toBe(true);
      expect(new Set(snapshot.group).size).toBe(3000);

      const { report } = trainRouter(
        snapshot,
        TRAIN_DEFAULTS,
        {
          runId: 'run',
          created: '2026-01-01T00:00:00.000Z',
          productVersion: '0',
          projectName: 'paper',
          prices: {},
        },
        () => 0,
        uncontrolled,
      );
      expect(report.nGold).toBe(500);
      expect(report.propensity).toBe('designed');
      expect(report.evaluation.qualityUnit).toBe('gain-over-cheap');
      // The source is too kind to the cheap model by .1 on average.
      expect(report.bias.ci95?.[0]).toBeLessThan(0.1);
      expect(report.bias.ci95?.[1]).toBeGreaterThan(0.1);
      expect(report.warnings.map((warning) => warning.code)).not.toContain('do-not-route');
    } finally {
      project.close();
    }
  });
});

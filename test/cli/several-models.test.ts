import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { comparisonDocument } from '../../src/contract/comparison.ts';
import { diagnosticsDocument } from '../../src/contract/diagnostics.ts';
import { evaluateDocument, trainDocument } from '../../src/contract/runs.ts';
import { pointMethods } from '../../src/contract/points.ts';
import { MODELS, threeModelRows } from '../support/three-models.ts';
import { json, metarouter, temporaryFolder } from './program.ts';

const folder = temporaryFolder();
const project = join(folder, 'three.mrproj');
const points = pointMethods['points.list'].output;

beforeAll(async () => {
  const file = join(folder, 'three.wide.jsonl');
  writeFileSync(
    file,
    threeModelRows(360)
      .map((row) => `${JSON.stringify(row)}\n`)
      .join(''),
  );
  await metarouter(['init', project]);
  await metarouter(['import', project, file, '--gold', '120']);
});

describe('three models and two sources on the command line', () => {
  it('train, evaluate, compare and keep operating points', async () => {
    const three = trainDocument.parse(
      await json([
        'train',
        project,
        '--models',
        MODELS.join(','),
        '--anchor',
        'small',
        '--source',
        'fair',
        'kind',
        '--draws',
        '40',
      ]),
    );
    expect(three.heads.map((head) => [head.model, head.sources.length])).toEqual([
      ['large', 2],
      ['middle', 2],
    ]);
    const evaluation = evaluateDocument.parse(await json(['evaluate', project, '--run', three.runId]));
    expect(evaluation.fixed.map(({ policy }) => policy)).toEqual([
      'always-large',
      'always-middle',
      'always-small',
    ]);
    // Training is redrawn too, for all heads and sources together.
    expect(three.uncertainty?.reason).toBeNull();
    const both = three.uncertainty?.redrawn.both;
    expect(both?.curve).toEqual([]);
    expect(both?.policyCurve.map(({ w }) => w)).toEqual(evaluation.policyCurve.map(({ w }) => w));
    for (const interval of [
      both?.policyValue['0'],
      both?.operatingPoint.quality,
      both?.metrics.regretToOracle,
    ]) {
      const [low, high] = interval ?? [Number.NaN, Number.NaN];
      expect(high - low).toBeGreaterThan(0);
    }
    expect(both?.metrics.egMean).toBeNull();
    expect(Object.keys(three.uncertainty?.estimators ?? {})).toContain('r-learner');
    const text = await metarouter(['evaluate', project, '--run', three.runId]);
    expect(text.stdout).toContain('share of middle');
    const two = trainDocument.parse(
      await json([
        'train',
        project,
        '--strong',
        'large',
        '--cheap',
        'small',
        '--source',
        'fair',
        '--no-intervals',
      ]),
    );
    const comparison = comparisonDocument.parse(await json(['compare', project, two.runId, three.runId]));
    expect(comparison.runs.map(({ models }) => models.length)).toEqual([2, 3]);
    const shown = await metarouter(['compare', project, two.runId, three.runId]);
    expect(shown.stdout).toContain('configuration: models');

    const saved = ['points', project, '--run', two.runId, '--save', 'night', '--strong-share', '0.3'];
    expect(points.parse(await json(saved)).points).toMatchObject([{ name: 'night', strongShare: 0.3 }]);
    const half = await metarouter([
      'points',
      project,
      '--run',
      three.runId,
      '--save',
      'x',
      '--strong-share',
      '0.5',
    ]);
    expect([half.code, half.stderr.includes('needs two models')]).toEqual([2, true]);
    expect(points.parse(await json(['points', project, '--remove', 'night'])).points).toEqual([]);
    const runs = await metarouter(['runs', project]);
    expect(runs.stdout).toContain('large, middle, small');
  });

  it('are diagnosed one against the anchor at a time, source by source, and cannot be certified', async () => {
    const { runId } = trainDocument.parse(
      await json([
        'train',
        project,
        '--models',
        MODELS.join(','),
        '--anchor',
        'small',
        '--source',
        'fair',
        'kind',
        '--hold-out-dev',
        '--no-intervals',
      ]),
    );
    const { diagnostics } = diagnosticsDocument.parse(await json(['diagnose', project, '--run', runId]));
    const about = (name: string): string[] =>
      diagnostics.filter((d) => d.name === name).map(({ model, source }) => `${model} ${source}`);
    expect(about('mean-bias')).toEqual(['large fair', 'large kind', 'middle fair', 'middle kind']);
    expect(about('calibration')).toEqual(['large null', 'middle null']);
    const refused = await metarouter(['certify', project, '--run', runId, '--alpha', '0.2']);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('--strong A --cheap B --hold-out-dev');
  });
});

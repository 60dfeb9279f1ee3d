import { describe, expect, it } from 'vitest';
import { uncontrolled } from '../../src/core/progress.ts';
import { createChooser } from '../../src/routing/policy-choice.ts';
import { COST_WEIGHTS } from '../../src/routing/policy-value.ts';
import { TRAIN_DEFAULTS } from '../../src/routing/run.ts';
import { SPLIT, type Snapshot } from '../../src/routing/snapshot.ts';
import { trainRouter, type TrainResult } from '../../src/routing/train.ts';
import { RELATIVE_COST, severalWorld, TRUE_BIAS } from '../support/several-world.ts';

function train(snapshot: Snapshot): TrainResult {
  const identity = {
    runId: 'run',
    created: '2026-01-01T00:00:00.000Z',
    productVersion: '0',
    projectName: 'generated',
    prices: {},
  };
  return trainRouter(snapshot, { ...TRAIN_DEFAULTS, dimensions: 6 }, identity, () => 0, uncontrolled);
}

const { snapshot, psi } = severalWorld(4);
const { report, models, trained } = train(snapshot);

describe('a router of three models from two sources', () => {
  it('finds the bias of every source for every model, and never one of a pool', () => {
    expect(report.heads.map((head) => head.model)).toEqual(['large', 'middle']);
    for (const head of report.heads) {
      expect(head.bias).toMatchObject({ mean: null });
      expect(head.sources.map(({ source }) => source)).toEqual(['steady', 'moody']);
      for (const { source, bias } of head.sources) {
        if (bias.mean === null) throw new Error(`no bias of ${source}`);
        const error = (bias.ci95[1] - bias.ci95[0]) / (2 * 1.96);
        const truth = source === 'steady' ? TRUE_BIAS.steady : TRUE_BIAS.moody;
        expect(Math.abs(bias.mean - truth)).toBeLessThan(3 * error);
        expect(error).toBeLessThan(0.05);
      }
    }
  });

  it('is worth nearly as much as the best choice that the prompt allows, and more than any model alone', () => {
    const rows = Array.from(snapshot.split.keys()).filter((i) => snapshot.split[i] === SPLIT.test);
    const { choose } = createChooser(RELATIVE_COST);
    for (const w of COST_WEIGHTS) {
      const best = choose(psi, w);
      const value =
        rows.reduce((sum, i) => {
          const gain = best[i] === 2 ? 0 : snapshot.models[best[i]].allGoldGain[i];
          return sum + gain - w * RELATIVE_COST[best[i]];
        }, 0) / rows.length;
      const reached = report.policyValue[String(w)].value ?? Number.NaN;
      expect(reached).toBeGreaterThan(0.9 * value);
      for (const model of ['large', 'middle', 'small']) {
        const fixed = report.evaluation.estimators[`always-${model}`].policyValue[String(w)].value;
        expect(reached).toBeGreaterThan(fixed ?? Number.NaN);
      }
    }
    expect(report.warnings.map(({ code }) => code)).not.toContain('do-not-route');
  });

  it('says what exists for two models only, and gives the curve over w from all on quality to all on cost', () => {
    const { metrics, curve, policyCurve, fixed, estimators } = report.evaluation;
    expect(metrics.egMean).toEqual({ value: null, ci95: null, reason: 'defined for two models only' });
    expect(curve).toEqual([]);
    expect(policyCurve[0].w).toBe(0);
    expect(policyCurve.at(-1)?.shares.small.value).toBe(1);
    const costs = policyCurve.map((point) => point.cost.value ?? Number.NaN);
    expect([...costs].sort((a, b) => b - a)).toEqual(costs);
    expect(fixed.map(({ policy }) => policy)).toEqual(['always-large', 'always-middle', 'always-small']);
    for (const name of ['random', 'gold-only', 'pooled', 'knn', 'all-gold', 'oracle']) {
      expect(estimators).toHaveProperty(name);
    }
    expect(metrics.regretToOracle.value).toBeGreaterThan(0);
    expect(metrics.aiq.ci95).not.toBeNull();
  });

  it('describes a router file with a head a model, relative costs and points over w', () => {
    const { manifest } = trained;
    expect(manifest.models.map(({ name, role, relativeCost }) => [name, role, relativeCost])).toEqual([
      ['large', 'candidate', 1],
      ['middle', 'candidate', expect.closeTo(0.5, 12)],
      ['small', 'anchor', 0],
    ]);
    expect(manifest.heads.map(({ model, kind }) => [model, kind])).toEqual([
      ['large', 'linear'],
      ['middle', 'linear'],
    ]);
    expect(manifest.gainPercentiles).toBeNull();
    expect(manifest.operatingPoints.map(({ name }) => name)).toEqual(['default', 'cost-20', 'cost-50']);
  });

  it('learns each gain as a run of that pair alone does', () => {
    const [large] = snapshot.models;
    const alone = train({ ...snapshot, models: [large] });
    const { auto } = alone.models.large;
    const together = models.large.auto;
    if (auto.kind !== 'linear' || together.kind !== 'linear') throw new Error('expected linear heads');
    expect(Math.abs(auto.intercept - together.intercept)).toBeLessThan(1e-12);
    auto.coefficients.forEach((value, k) => {
      expect(Math.abs(value - together.coefficients[k])).toBeLessThan(1e-12);
    });
    expect(alone.report.pair).toEqual({ strong: 'large', cheap: 'small' });
    expect(alone.report.metrics.egMean.value).toBeGreaterThan(0);
  });
});

import { affine } from '../stats/linalg.ts';
import { mean, quantileSorted } from '../stats/descriptive.ts';
import { featuresOf } from '../features/block-rows.ts';
import type { FeatureInputs } from '../features/feature-inputs.ts';
import type { FittedBlocks } from '../features/fit-blocks.ts';
import type { ManifestModel, Measured, OperatingPoint, TrainedRouter } from '../runtime/manifest.ts';
import { predictStored } from './evaluate-run.ts';
import type { CurvePoint } from './evaluate.ts';
import { pairOf, type Snapshot } from './snapshot.ts';
import type { StoredModels, TrainConfig, TrainReport } from './run.ts';

/** What the engine knows of a run and a pure task cannot. */
export interface RunIdentity {
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly productVersion: string;
  readonly projectName: string;
  readonly prices: Readonly<
    Record<
      string,
      { readonly inputUsdPerMillion: number | null; readonly outputUsdPerMillion: number | null }
    >
  >;
}

export interface RouterDescription {
  readonly snapshot: Snapshot;
  readonly prepared: FeatureInputs;
  readonly blocks: FittedBlocks;
  /** The rows that the encoder was fitted on: shares become thresholds on them. */
  readonly encoderRows: Int32Array;
  /** C_k of every model, the anchor last. */
  readonly relativeCost: readonly number[];
  readonly models: StoredModels;
  readonly report: TrainReport;
  readonly config: TrainConfig;
  readonly identity: RunIdentity;
}

/** Shares of strong calls offered beside the run's own w. */
const OFFERED_SHARES: readonly number[] = [0.2, 0.5];

/** Everything a bundle is written from. */
export function describeTrainedRouter(d: RouterDescription): TrainedRouter {
  const { report, config, identity } = d;
  const snapshot = pairOf(d.snapshot);
  const x = featuresOf(d.prepared, d.blocks, d.encoderRows);
  const model = d.models[snapshot.strong][config.estimator];
  const gains = predictStored(model, x).sort();
  const gainPercentiles = Array.from({ length: 101 }, (_, k) => quantileSorted(gains, k / 100));
  let maxFeatureNorm = 0;
  for (let i = 0; i < x.rows; i++) {
    const row = { rows: 1, cols: x.cols, data: x.data.subarray(i * x.cols, (i + 1) * x.cols) };
    maxFeatureNorm = Math.max(maxFeatureNorm, Math.sqrt(affine(row, row.data, 0)[0]));
  }
  return {
    manifest: {
      id: identity.runId,
      name: `${identity.projectName}: ${snapshot.strong} or ${snapshot.cheap}`,
      created: identity.created,
      productVersion: identity.productVersion,
      stage: snapshot.stage,
      models: [
        describeModel(snapshot.strong, 'strong', identity),
        describeModel(snapshot.cheap, 'cheap', identity),
      ],
      anchor: snapshot.cheap,
      costUnit: snapshot.costUnit,
      qualityUnit: report.evaluation.qualityUnit,
      meanCost: { strong: meanOr(snapshot.costStrong, 1), cheap: meanOr(snapshot.costCheap, 0) },
      blocks: d.blocks.blocks,
      heads: [{ model: snapshot.strong, kind: 'linear' }],
      calibration: null,
      gainPercentiles,
      operatingPoints: operatingPoints(d, gainPercentiles),
      outOfDistribution: { maxFeatureNorm },
      isSimulated: snapshot.isSimulated,
      run: runManifest(d),
      diagnostics: {
        bias: report.bias,
        overlap: report.overlap,
        scaling: report.scaling,
        goldLoss: report.goldLoss,
        metrics: report.metrics,
        policyValue: report.policyValue,
        estimators: report.evaluation.estimators,
        curve: report.evaluation.curve,
        testPrompts: report.evaluation.n,
        redrawn: report.evaluation.redrawn,
        warnings: report.warnings,
      },
      assumptions: assumptions(report),
    },
    tensors: {
      ...d.blocks.tensors,
      'head.0.coefficients': { shape: [x.cols], data: Float32Array.from(model.coefficients) },
      'head.0.intercept': { shape: [1], data: Float32Array.of(model.intercept) },
    },
  };
}

/** What repeating the run needs: the data, the configuration and the versions. */
export function runManifest({
  snapshot,
  report,
  config,
  identity,
}: RouterDescription): Record<string, unknown> {
  return {
    runId: identity.runId,
    created: identity.created,
    productVersion: identity.productVersion,
    dataHash: snapshot.dataHash,
    config,
    pair: report.pair,
    models: report.models,
    source: report.source,
    sources: report.sources,
    stage: report.stage,
    signals: report.signals,
    split: report.split,
    nGold: report.nGold,
    nPreference: report.nPreference,
    nPaired: report.nPaired,
    estimator: report.estimator,
    weights: report.weights,
    reason: report.reason,
    learner: report.learner,
    propensity: report.propensity,
    backend: 'closed form, float64',
  };
}

function describeModel(name: string, role: ManifestModel['role'], identity: RunIdentity): ManifestModel {
  const price = Object.hasOwn(identity.prices, name) ? identity.prices[name] : undefined;
  return {
    name,
    role,
    relativeCost: role === 'strong' ? 1 : 0,
    inputUsdPerMillion: price?.inputUsdPerMillion ?? null,
    outputUsdPerMillion: price?.outputUsdPerMillion ?? null,
  };
}

function meanOr(values: Float64Array, otherwise: number): number {
  const known = values.filter(Number.isFinite);
  return known.length === 0 ? otherwise : mean(known);
}

function operatingPoints(d: RouterDescription, percentiles: readonly number[]): OperatingPoint[] {
  const { config, report } = d;
  const { curve, metrics } = report.evaluation;
  return [
    {
      name: 'default',
      w: config.w,
      threshold: config.w,
      strongShare: metrics.strongShare,
      ...expected(curve, metrics.strongShare.value),
    },
    ...OFFERED_SHARES.map((share) => {
      const threshold = quantileSorted(percentiles, 1 - share);
      return {
        name: `strong-share-${Math.round(100 * share)}`,
        w: Math.max(threshold, 0),
        threshold,
        strongShare: {
          value: share,
          ci95: null,
          reason: 'chosen, on the prompts that the encoder was fitted on',
        },
        ...expected(curve, share),
      };
    }),
  ];
}

/** Quality and cost of the curve's point nearest to a share. */
function expected(curve: readonly CurvePoint[], share: number | null): { quality: Measured; cost: Measured } {
  const missing: Measured = { value: null, ci95: null, reason: 'no test prompts with gold' };
  if (share === null || curve.length === 0) return { quality: missing, cost: missing };
  const point = curve.reduce((best, candidate) =>
    Math.abs(candidate.strongShare - share) < Math.abs(best.strongShare - share) ? candidate : best,
  );
  return {
    quality: { value: point.quality, ci95: point.ci95 },
    cost: { value: point.cost, ci95: null, reason: 'the mean over the test prompts' },
  };
}

function assumptions(report: TrainReport): { name: string; holds: boolean | null; why: string }[] {
  const isDesigned = report.propensity === 'designed' || report.propensity === 'everything-graded';
  const codes = new Set(report.warnings.map((warning) => warning.code));
  return [
    {
      name: 'Who was graded depends on nothing but the logged design (unconfoundedness)',
      holds: isDesigned ? !codes.has('selection-on-verdict') : null,
      why: isDesigned
        ? 'the probability of grading was drawn and logged, or everything was graded'
        : 'the probability was estimated from the prompt; nothing in the data can show that it is enough',
    },
    {
      name: 'Gold reaches every kind of prompt (overlap)',
      holds: report.overlap === null ? null : !codes.has('poor-overlap'),
      why:
        report.overlap === null
          ? 'there is nothing to compare: all prompts are graded, or none has preferences only'
          : `${report.overlap.rowsOutside} of ${report.overlap.rowsChecked} prompts are far from the mean probability`,
    },
    {
      name: 'Production prompts are like the test prompts',
      holds: null,
      why: 'cannot be seen from here; decisions on unlike prompts say so in their reason',
    },
  ];
}

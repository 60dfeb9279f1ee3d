import { affine } from '../stats/linalg.ts';
import { mean, quantileSorted } from '../stats/descriptive.ts';
import type { Matrix } from '../core/matrix.ts';
import { featuresOf } from '../features/block-rows.ts';
import type { FeatureInputs } from '../features/feature-inputs.ts';
import type { FittedBlocks } from '../features/fit-blocks.ts';
import { modelHead } from '../learners/model-head.ts';
import { predict } from '../learners/model.ts';
import { tensorFlow } from '../tensorflow/backend.ts';
import type { Manifest, ManifestModel, TrainedRouter } from '../runtime/manifest.ts';
import { pairPoints, policyPoints } from './operating-points.ts';
import { meanCosts } from './policy-choice.ts';
import { modelNames, type Snapshot } from './snapshot.ts';
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

/** Everything a bundle is written from. */
export function describeTrainedRouter(d: RouterDescription): TrainedRouter {
  const { snapshot, report, config, identity } = d;
  const { anchor, models } = snapshot;
  const x = featuresOf(d.prepared, d.blocks, d.encoderRows);
  const chosen = models.map(({ model }) => d.models[model][config.estimator]);
  const gains = chosen.map((model) => predict(model, x));
  const heads = chosen.map((model, k) => ({ model: models[k].model, ...modelHead(model, k) }));
  const names = modelNames(snapshot);
  const isPair = models.length === 1;
  const percentiles = isPair ? percentilesOf(gains[0]) : null;
  const { evaluation } = report;
  return {
    manifest: {
      id: identity.runId,
      name: `${identity.projectName}: ${names.slice(0, -1).join(', ')} or ${anchor}`,
      created: identity.created,
      productVersion: identity.productVersion,
      stage: snapshot.stage,
      models: names.map((name, k) =>
        describeModel(name, roleOf(k, names.length), d.relativeCost[k], identity),
      ),
      anchor,
      costUnit: snapshot.costUnit,
      qualityUnit: evaluation.qualityUnit,
      meanCost: isPair ? pairCost(snapshot) : pick(meanCosts(snapshot)),
      blocks: d.blocks.blocks,
      heads: heads.map(({ model, spec }) => ({ model, ...spec })),
      calibration: null,
      gainPercentiles: percentiles,
      operatingPoints:
        percentiles === null
          ? policyPoints(evaluation, config.w, gains, d.relativeCost)
          : pairPoints(evaluation, config.w, percentiles),
      outOfDistribution: { maxFeatureNorm: maxNorm(x) },
      isSimulated: snapshot.isSimulated,
      run: runManifest(d),
      diagnostics: {
        bias: report.bias,
        overlap: report.overlap,
        scaling: report.scaling,
        goldLoss: report.goldLoss,
        heads: report.heads,
        metrics: report.metrics,
        policyValue: report.policyValue,
        estimators: evaluation.estimators,
        curve: evaluation.curve,
        policyCurve: evaluation.policyCurve,
        fixed: evaluation.fixed,
        testPrompts: evaluation.n,
        redrawn: evaluation.redrawn,
        warnings: report.warnings,
      },
      assumptions: assumptions(report),
    },
    tensors: Object.fromEntries(
      [d.blocks.tensors, ...heads.map(({ tensors }) => tensors)].flatMap((part) => Object.entries(part)),
    ),
  };
}

function percentilesOf(gains: Float64Array): number[] {
  const sorted = gains.slice().sort();
  return Array.from({ length: 101 }, (_, k) => quantileSorted(sorted, k / 100));
}

function maxNorm(x: Matrix): number {
  let largest = 0;
  for (let i = 0; i < x.rows; i++) {
    const row = { rows: 1, cols: x.cols, data: x.data.subarray(i * x.cols, (i + 1) * x.cols) };
    largest = Math.max(largest, Math.sqrt(affine(row, row.data, 0)[0]));
  }
  return largest;
}

function roleOf(position: number, count: number): ManifestModel['role'] {
  const isAnchor = position === count - 1;
  if (count === 2) return isAnchor ? 'cheap' : 'strong';
  return isAnchor ? 'anchor' : 'candidate';
}

function pairCost(snapshot: Snapshot): Manifest['meanCost'] {
  return { strong: meanOr(snapshot.models[0].cost, 1), cheap: meanOr(snapshot.anchorCost, 0) };
}

function pick({ strong, cheap }: Manifest['meanCost']): Manifest['meanCost'] {
  return { strong, cheap };
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
    backend:
      config.learner === 'mlp' ? `TensorFlow.js, ${tensorFlow().name}, float32` : 'JavaScript, float64',
  };
}

function describeModel(
  name: string,
  role: ManifestModel['role'],
  relativeCost: number,
  identity: RunIdentity,
): ManifestModel {
  const price = Object.hasOwn(identity.prices, name) ? identity.prices[name] : undefined;
  return {
    name,
    role,
    relativeCost,
    inputUsdPerMillion: price?.inputUsdPerMillion ?? null,
    outputUsdPerMillion: price?.outputUsdPerMillion ?? null,
  };
}

function meanOr(values: Float64Array, otherwise: number): number {
  const known = values.filter(Number.isFinite);
  return known.length === 0 ? otherwise : mean(known);
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

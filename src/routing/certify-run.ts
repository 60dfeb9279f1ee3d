import { AppError } from '../core/errors.ts';
import { createRng, deriveSeed } from '../core/rng.ts';
import type { Warning } from '../core/warning.ts';
import { featuresOf } from '../features/block-rows.ts';
import { predict } from '../learners/model.ts';
import { mean } from '../stats/descriptive.ts';
import { certify, type Certificate, type DecisionCosts } from './certificate.ts';
import type { RunToEvaluate } from './evaluate-run.ts';
import { pairOf, SPLIT, type PairSnapshot } from './snapshot.ts';

export interface CertifyRequest {
  readonly alpha: number;
  readonly delta: number;
  /** An answer passes where its gold is at least this, on the scale from 0 to 1. */
  readonly passMark: number;
  /** Null: ten strong calls. */
  readonly expertCost: number | null;
  /** Of the training prompts, from the run's file. */
  readonly gainPercentiles: readonly number[];
}

export interface RunCertificate extends Certificate {
  readonly calibrationPrompts: number;
  readonly costs: DecisionCosts;
  readonly sentence: string;
  readonly warnings: readonly Warning[];
}

/** A certificate is about keeping the cheap answer or escalating it: a choice between two models by nature. */
export const TWO_MODELS_ONLY =
  'A certificate is for a router of two models, and this run has more: what is certified is when to keep the cheap answer, ' +
  'when to call the strong model and when to ask an expert. Train a run of two of its models (metarouter train --strong A ' +
  '--cheap B --hold-out-dev), then certify that one.';

/** A person costs this many strong calls where nobody says. */
const EXPERT_CALLS = 10;

/**
 * Certifies thresholds of a run on graded prompts of the split `dev`, which taught the run nothing.
 * @throws AppError `usage` where dev trained the run, `not-enough-data` where no calibration prompt has scored gold.
 */
export function certifyRun(run: RunToEvaluate, request: CertifyRequest): RunCertificate {
  const { snapshot, config } = run;
  if (config.holdOutDev !== true) {
    throw new AppError(
      'usage',
      'This run was trained on the split dev as well: nothing is left to certify it on. Train it again with dev held out ' +
        '(metarouter train --hold-out-dev), then certify that run.',
    );
  }
  if (snapshot.models.length > 1) {
    throw new AppError('usage', TWO_MODELS_ONLY);
  }
  const pair = pairOf(snapshot);
  const { rows, warnings } = calibrationRows(pair, config.seed);
  const x = featuresOf(run.prepared, run.blocks, rows);
  const quality = qualities(pair, rows);
  const costs = decisionCosts(pair, request.expertCost);
  const certificate = certify(
    {
      predicted: predict(run.models[pair.strong][config.estimator], x),
      cheapPasses: Uint8Array.from(quality.cheap, (q) => Number(q >= request.passMark - ROUNDING)),
      strongPasses: Uint8Array.from(quality.strong, (q) => Number(q >= request.passMark - ROUNDING)),
    },
    { ...request, costs, isCascade: snapshot.stage === 'cascade' },
  );
  return {
    ...certificate,
    calibrationPrompts: rows.length,
    costs,
    sentence: describe(certificate, request, rows.length),
    warnings,
  };
}

/** A quality is a difference of two gains: it may miss its mark by a rounding. */
const ROUNDING = 1e-9;

/** Gold qualities in [0, 1] of both answers. */
function qualities(
  pair: PairSnapshot,
  rows: Int32Array,
): { readonly cheap: Float64Array; readonly strong: Float64Array } {
  const cheap = Float64Array.from(rows, (i) => pair.allGoldAnchorQuality[i]);
  return { cheap, strong: cheap.map((q, k) => q + pair.goldGain[rows[k]]) };
}

/**
 * Graded prompts of dev, one of each group of copies: p-values need independent losses, evenly drawn. Where prompts were
 * graded with unequal probabilities they are thinned to the least of them, by a draw that looks at nothing else.
 */
function calibrationRows(
  pair: PairSnapshot,
  seed: number,
): { readonly rows: Int32Array; readonly warnings: readonly Warning[] } {
  const warnings: Warning[] = [];
  const dev = Int32Array.from(pair.split.keys()).filter((i) => pair.split[i] === SPLIT.dev);
  const graded = dev.filter((i) => Number.isFinite(pair.goldGain[i]));
  const scored = graded.filter((i) => Number.isFinite(pair.allGoldAnchorQuality[i]));
  if (scored.length === 0) {
    throw new AppError(
      'not-enough-data',
      graded.length === 0
        ? `None of the ${dev.length} prompts held out for calibration carries gold for both models: grade some of them.`
        : 'A certificate needs gold that scores each answer by itself: that of this project only says which one is better.',
      { details: { calibrationPrompts: dev.length, graded: graded.length } },
    );
  }
  const seen = new Set<number>();
  const alone = scored.filter((i) => {
    if (seen.has(pair.group[i])) return false;
    seen.add(pair.group[i]);
    return true;
  });
  const propensity = Float64Array.from(alone, (i) => pair.designedPropensity[i]);
  if (propensity.some((p) => Number.isNaN(p))) {
    // A grade or two that is missing decides nothing.
    if (graded.length < 0.99 * dev.length) {
      warnings.push({
        code: 'calibration-unlogged',
        message:
          'Nobody logged how calibration prompts were chosen for grading: the certificate holds only if they are like those ' +
          'that were not.',
      });
    }
    return { rows: alone, warnings };
  }
  const least = Math.min(...propensity);
  const rng = createRng(deriveSeed(seed, 'calibration'));
  const kept = alone.filter((_, k) => rng.uniform() < least / propensity[k]);
  if (kept.length < alone.length) {
    warnings.push({
      code: 'calibration-thinned',
      message:
        `Prompts were graded with probabilities from ${least.toFixed(3)} to ${Math.max(...propensity).toFixed(3)}: ` +
        `${kept.length} of ${alone.length} were drawn so that all count alike.`,
    });
  }
  return { rows: kept, warnings };
}

function decisionCosts(pair: PairSnapshot, expertCost: number | null): DecisionCosts {
  const known = (values: Float64Array): number => mean(values.filter(Number.isFinite));
  const strong = known(pair.costStrong);
  return { cheap: known(pair.costCheap), strong, expert: expertCost ?? EXPERT_CALLS * strong };
}

function describe(
  { chosen, moreGrades, tested }: Certificate,
  { alpha, delta }: CertifyRequest,
  calibrationPrompts: number,
): string {
  const percent = (v: number): string => `${Number((100 * v).toPrecision(3))} %`;
  const promise = `Of the automated answers at most ${percent(alpha)} disagree with the experts`;
  if (chosen !== null) {
    return (
      `${promise}, with confidence ${percent(1 - delta)}. Seen: ${chosen.disagreements} of ${chosen.automated} ` +
      `(p = ${chosen.pValue.toPrecision(2)}). It keeps ${percent(chosen.keptShare)} of the prompts, escalates ` +
      `${percent(chosen.escalatedShare)} and asks an expert for ${percent(chosen.expertShare)}.`
    );
  }
  const seen = tested.map((t) => t.risk ?? 1);
  const best =
    seen.length === 0 ? '' : ` The most reliable setting was wrong in ${percent(Math.min(...seen))}.`;
  return (
    `No certified setting: ${calibrationPrompts} graded calibration prompts do not show that ${promise.toLowerCase()}.${best} ` +
    (moreGrades === null
      ? 'More grades would not help: these models disagree with the experts more often than that. Allow a larger α, or a lower pass mark.'
      : `About ${moreGrades.toLocaleString('en-US')} more grades of held-out prompts would show it, if it stays like that.`)
  );
}

import { clopperPearson, hoeffdingBentkus } from '../stats/binomial.ts';
import { quantileSorted } from '../stats/descriptive.ts';
import type { Measured } from '../runtime/manifest.ts';
import { answersNeeded } from './certificate-power.ts';

/**
 * "Of the automated answers at most α disagree with the experts, with confidence 1 − δ": Learn-then-Test (Angelopoulos et
 * al. 2021, arXiv 2110.01052) over thresholds of the predicted gain, as in edge–cloud–expert cascades (arXiv 2512.20012).
 *
 * A setting keeps the cheap answer where ψ̂ ≤ keepBelow, calls the strong model where ψ̂ > escalateAbove and asks an expert
 * between. Its risk is P(the delivered answer's gold is below the pass mark | automated). Settings form chains: in each a
 * fixed part of the automated prompts is kept, and the automated share grows. A chain is tested from its most cautious
 * setting on and ends at the first that cannot be certified (fixed sequence), at level δ / chains (Bonferroni). Then all
 * certified settings hold together with probability 1 − δ, so the cheapest may be taken after the fact.
 */
export interface CalibrationSet {
  /** ψ̂ of each calibration prompt; prompts are independent of each other and of everything the router is made of. */
  readonly predicted: Float64Array;
  /** Whether each model's answer passes. */
  readonly cheapPasses: Uint8Array;
  readonly strongPasses: Uint8Array;
}

export interface CertificateRequest {
  readonly alpha: number;
  readonly delta: number;
  /** Predicted gain at percentiles 0 … 100 of training prompts: thresholds must not look at calibration prompts. */
  readonly gainPercentiles: readonly number[];
  readonly costs: DecisionCosts;
  /** A cascade has paid for the cheap answer whatever it does next. */
  readonly isCascade: boolean;
}

/** Mean cost of one decision. */
export interface DecisionCosts {
  readonly cheap: number;
  readonly strong: number;
  readonly expert: number;
}

export interface Setting {
  /** Null: nothing is kept. */
  readonly keepBelow: number | null;
  /** Null: nothing is escalated. */
  readonly escalateAbove: number | null;
}

export interface TestedSetting extends Setting {
  readonly automated: number;
  readonly disagreements: number;
  readonly risk: number | null;
  readonly pValue: number;
  readonly isCertified: boolean;
  readonly keptShare: number;
  readonly escalatedShare: number;
  readonly expertShare: number;
  readonly cost: number;
}

export interface Certificate {
  readonly chosen: (TestedSetting & { readonly riskInterval: Measured }) | null;
  readonly tested: readonly TestedSetting[];
  readonly chains: number;
  readonly moreGrades: number | null;
}

/** Of the automated prompts, the part that is kept: one chain each. */
const KEPT_PARTS: readonly number[] = [0, 0.25, 0.5, 0.75, 1];
const STEPS = 11;
/** A chain begins where its first test would mostly certify a risk of α/2, within these shares. */
const FIRST_SHARE = { least: 0.2, most: 0.5 };
const POWER = 0.8;

export function certify(set: CalibrationSet, request: CertificateRequest): Certificate {
  const level = request.delta / KEPT_PARTS.length;
  const tested: TestedSetting[] = [];
  for (const chain of settingChains(set.predicted.length, request)) {
    for (const setting of chain) {
      const result = testSetting(set, setting, request, level);
      tested.push(result);
      if (!result.isCertified) break;
    }
  }
  const certified = tested.filter((t) => t.isCertified);
  const cheapest = certified.reduce<TestedSetting | null>(
    (best, t) => (best === null || t.cost < best.cost ? t : best),
    null,
  );
  return {
    chosen:
      cheapest === null
        ? null
        : {
            ...cheapest,
            riskInterval: {
              value: cheapest.risk,
              ci95: clopperPearson(cheapest.disagreements, cheapest.automated),
            },
          },
    tested,
    chains: KEPT_PARTS.length,
    moreGrades: cheapest === null ? gradesMissing(tested, request.alpha, level) : 0,
  };
}

/** Every setting that could be certified, chain by chain, the most cautious first. Depends on no label. */
export function settingChains(
  calibrationPrompts: number,
  { alpha, delta, gainPercentiles }: Pick<CertificateRequest, 'alpha' | 'delta' | 'gainPercentiles'>,
): readonly (readonly Setting[])[] {
  const needed = answersNeeded(alpha / 2, alpha, delta / KEPT_PARTS.length, POWER) ?? calibrationPrompts;
  const first = Math.min(
    Math.max(needed / Math.max(calibrationPrompts, 1), FIRST_SHARE.least),
    FIRST_SHARE.most,
  );
  return KEPT_PARTS.map((kept) =>
    Array.from({ length: STEPS }, (_, step) => {
      const share = first + ((1 - first) * step) / (STEPS - 1);
      return {
        keepBelow: kept === 0 ? null : quantileSorted(gainPercentiles, share * kept),
        escalateAbove: kept === 1 ? null : quantileSorted(gainPercentiles, 1 - share * (1 - kept)),
      };
    }),
  );
}

export type Action = 'keep' | 'escalate' | 'expert';

export function actionAt({ keepBelow, escalateAbove }: Setting, predicted: number): Action {
  if (keepBelow !== null && predicted <= keepBelow) return 'keep';
  if (escalateAbove !== null && predicted > escalateAbove) return 'escalate';
  return 'expert';
}

function testSetting(
  set: CalibrationSet,
  setting: Setting,
  { alpha, costs, isCascade }: CertificateRequest,
  level: number,
): TestedSetting {
  const counts = { keep: 0, escalate: 0, expert: 0 };
  let disagreements = 0;
  set.predicted.forEach((gain, i) => {
    const action = actionAt(setting, gain);
    counts[action]++;
    if (action === 'keep' && set.cheapPasses[i] === 0) disagreements++;
    if (action === 'escalate' && set.strongPasses[i] === 0) disagreements++;
  });
  const n = Math.max(set.predicted.length, 1);
  const automated = counts.keep + counts.escalate;
  const pValue = automated === 0 ? 1 : hoeffdingBentkus(disagreements / automated, automated, alpha);
  const [kept, escalated, expert] = [counts.keep / n, counts.escalate / n, counts.expert / n];
  return {
    ...setting,
    automated,
    disagreements,
    risk: automated === 0 ? null : disagreements / automated,
    pValue,
    isCertified: pValue <= level,
    keptShare: kept,
    escalatedShare: escalated,
    expertShare: expert,
    cost: costs.cheap * (isCascade ? 1 : kept) + costs.strong * escalated + costs.expert * expert,
  };
}

/** Graded calibration prompts missing until the most promising setting is certified with a probability of 80 %. */
function gradesMissing(tested: readonly TestedSetting[], alpha: number, level: number): number | null {
  let least: number | null = null;
  for (const { automated, disagreements, expertShare } of tested) {
    // Half a success and half a failure more: a chain without any disagreement is not without risk.
    const risk = (disagreements + 0.5) / (automated + 1);
    const needed = answersNeeded(risk, alpha, level, POWER);
    if (needed === null || expertShare >= 1) continue;
    const missing = Math.max(1, Math.ceil((needed - automated) / (1 - expertShare)));
    least = least === null ? missing : Math.min(least, missing);
  }
  return least;
}

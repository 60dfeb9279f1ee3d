import type { Warning } from '../core/warning.ts';
import { percentileInterval } from '../stats/bootstrap.ts';
import { between, signed } from './diagnostics-types.ts';

/** Estimators that take labels as they come. */
const UNCORRECTED: ReadonlySet<string> = new Set(['gold-only', 'preference-only', 'pooled']);
/** What a corrected router is compared with: the same labels in one heap. */
export const POOLED = 'pooled';
/** Fewer test prompts than this tell nothing. */
const LEAST = 20;

/** A loss below this is no reason to change anything, even where a handful of prompts that went the same way makes it certain. */
const TRIVIAL = 0.005;

/** How much better a figure is for the router than for pooling, and the same in every draw of the test prompts. */
export interface CorrectionMargin {
  readonly name: string;
  /** `routing`: what the router is for. `level`: how far its predictions are off, which a ranking may not need. */
  readonly about: 'routing' | 'level';
  /** Above 0: correction is better. */
  readonly margin: number;
  readonly draws: readonly number[];
}

/**
 * Whether the run can show that its correction is worth anything for routing: `correction-does-not-help` where no figure of
 * the router is apart from that of pooling by its paired interval, `correction-hurts` where some is worse and none better.
 * @param router name of the run's estimator
 * @param n test prompts with gold
 */
export function correctionWarnings(
  router: string,
  n: number,
  margins: readonly CorrectionMargin[],
): Warning[] {
  if (UNCORRECTED.has(router) || n < LEAST || margins.length === 0) return [];
  const judged = margins.map((each) => ({ ...each, ci95: percentileInterval(each.draws) }));
  const ofRouting = judged.filter(({ about }) => about === 'routing');
  if (ofRouting.some(({ ci95 }) => ci95[0] > 0)) return [];
  const isWorse = ofRouting.some(({ margin, ci95 }) => ci95[1] < 0 && margin < -TRIVIAL);
  const figures = `${judged
    .map(({ name, margin, ci95 }) => `${name} ${signed(margin)} (95 %: ${between(ci95)})`)
    .join(', ')}; above 0 correction is better.`;
  if (isWorse) {
    return [
      {
        code: 'correction-hurts',
        message: `On these test prompts correction routes worse than pooling all labels as they are: ${figures} Train with the estimator pooled, or grade more.`,
      },
    ];
  }
  const isLevelBetter = judged.some(({ about, ci95 }) => about === 'level' && ci95[0] > 0);
  return [
    {
      code: 'correction-does-not-help',
      message:
        `As far as these ${n} test prompts can tell, pooling all labels as they are routes as well: ${figures} ` +
        (isLevelBetter
          ? 'It does repair the level of predicted gains, which matters where a cost weight above 0 is compared with them.'
          : 'More graded test prompts would tell, more graded training prompts may help.'),
    },
  ];
}

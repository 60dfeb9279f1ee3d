import { featuresOf } from '../features/block-rows.ts';
import { predict } from '../learners/model.ts';
import { mean } from '../stats/descriptive.ts';
import { solvePositiveDefinite } from '../stats/linalg.ts';
import type { BudgetData } from '../stats/grading-budget.ts';
import { assistedValues, type AssistedInput, type AssistedValue } from './assisted.ts';
import type { RunToEvaluate } from './evaluate-run.ts';
import { COST_WEIGHTS } from './policy-value.ts';
import { pairOf, SPLIT, type PairSnapshot } from './snapshot.ts';
import type { TrainingRows } from './training-rows.ts';

export interface AssistedEvaluation {
  readonly nGold: number;
  readonly nWithout: number;
  readonly proxy: string;
  readonly design: 'uniform' | 'weighted';
  readonly values: readonly AssistedValue[];
  readonly reason: string | null;
}

const FEW_GOLD = 10;

/** V(w) of a run's router and the mean gain, with the help of test prompts that nobody graded. */
export function assistRun(run: RunToEvaluate): AssistedEvaluation {
  const help = helpOf(run);
  if (!help.isThere) return nothing(help.nGold, 0, help.reason);
  const { nGold, nWithout, words, input } = help;
  return {
    nGold,
    nWithout,
    proxy: words,
    design: input.propensity === null ? 'uniform' : 'weighted',
    values: assistedValues({
      ...input,
      weights: [...new Set([...COST_WEIGHTS, run.config.w])].sort((a, b) => a - b),
    }),
    reason: null,
  };
}

/**
 * What further grades of test prompts do for the interval of V(w), by PPI++; null where no ungraded prompt helps or graded ones
 * were drawn unevenly.
 */
export function testBudget(run: RunToEvaluate, w: number): BudgetData | null {
  const help = helpOf(run);
  if (!help.isThere || help.input.propensity !== null) return null;
  const { predicted, gain, proxy } = help.input;
  const routed = (value: number, i: number): number => (predicted[i] > w ? value - w : 0);
  const graded = Array.from(gain.keys()).filter((i) => Number.isFinite(gain[i]));
  return {
    gold: Float64Array.from(graded, (i) => routed(gain[i], i)),
    preference: Float64Array.from(graded, (i) => routed(proxy[i], i)),
    unlabelled: help.nWithout,
  };
}

type Help =
  | { readonly isThere: false; readonly nGold: number; readonly reason: string }
  | {
      readonly isThere: true;
      readonly nGold: number;
      readonly nWithout: number;
      /** What the proxy is. */
      readonly words: string;
      readonly input: Omit<AssistedInput, 'weights'>;
    };

function helpOf(run: RunToEvaluate): Help {
  const { snapshot, config } = run;
  const none = (nGold: number, reason: string): Help => ({ isThere: false, nGold, reason });
  if (snapshot.models.length > 1) return none(0, 'the router chooses between more than two models');
  const pair = pairOf(snapshot);
  const split = SPLIT[run.split ?? 'test'];
  const test = Int32Array.from(pair.split.keys()).filter((i) => pair.split[i] === split);
  const isGold = (i: number): boolean => Number.isFinite(pair.allGoldGain[i]);
  const nGold = test.filter(isGold).length;
  if (nGold < FEW_GOLD) return none(nGold, `only ${nGold} test prompts carry gold`);
  const x = featuresOf(run.prepared, run.blocks, test);
  const predicted = predict(run.models[pair.strong][config.estimator], x);
  const proxy = proxyOf(run, pair, test, predicted);
  // A prompt helps where the proxy can say something of it.
  const used = Array.from(test.keys()).filter((k) => Number.isFinite(proxy.values[k]));
  const nWithout = used.filter((k) => !isGold(test[k])).length;
  if (nWithout === 0) return none(nGold, 'every test prompt that could help carries gold already');
  const pick = (values: Float64Array): Float64Array => Float64Array.from(used, (k) => values[k]);
  return {
    isThere: true,
    nGold,
    nWithout,
    words: proxy.words,
    input: {
      predicted: pick(predicted),
      gain: Float64Array.from(used, (k) => pair.allGoldGain[test[k]]),
      proxy: pick(proxy.values),
      group: Int32Array.from(used, (k) => pair.group[test[k]]),
      propensity: designOf(pair, test, used),
    },
  };
}

function nothing(nGold: number, nWithout: number, reason: string): AssistedEvaluation {
  return { nGold, nWithout, proxy: 'none', design: 'uniform', values: [], reason };
}

interface Proxy {
  readonly values: Float64Array;
  readonly words: string;
}

/** Fewer pairs than this do not tell how to weigh a verdict against ψ̂. */
const ENOUGH_PAIRS = 20;

/**
 * What stands in for r: from the verdict y and ψ̂ by least squares on training pairs, or y moved by the mean bias where no
 * prompt is paired; ψ̂ alone where the source has not judged every graded test prompt.
 */
function proxyOf(run: RunToEvaluate, pair: PairSnapshot, test: Int32Array, predicted: Float64Array): Proxy {
  const own: Proxy = { values: predicted, words: 'the predicted gain ψ̂' };
  const source = pair.preferences.at(0);
  const labels = run.trainings[0].sources.at(0);
  if (source === undefined || labels === undefined) return own;
  const verdict = Float64Array.from(test, (i) => source.gain[i] * labels.scaling.factor);
  const isJudged = test.every((i, k) => Number.isNaN(pair.allGoldGain[i]) || Number.isFinite(verdict[k]));
  if (!isJudged) return own;
  const weights = weighVerdict(run, pair, run.trainings[0]);
  return {
    values: verdict.map((y, k) => weights.constant + weights.verdict * y + weights.predicted * predicted[k]),
    words: weights.words.replace('SOURCE', source.source),
  };
}

function weighVerdict(
  run: RunToEvaluate,
  pair: PairSnapshot,
  training: TrainingRows,
): {
  readonly constant: number;
  readonly verdict: number;
  readonly predicted: number;
  readonly words: string;
} {
  const [source] = training.sources;
  const rows = Array.from(training.rows.keys());
  const pairs = rows.filter((k) => training.hasGold[k] === 1 && source.hasPreference[k] === 1);
  if (pairs.length < ENOUGH_PAIRS) {
    const gold = rows.filter((k) => training.hasGold[k] === 1).map((k) => training.goldGain[k]);
    const judged = rows.filter((k) => source.hasPreference[k] === 1).map((k) => source.preferenceGain[k]);
    return {
      constant: mean(gold) - mean(judged),
      verdict: 1,
      predicted: 0,
      words: 'the verdict of SOURCE, moved by its mean bias',
    };
  }
  const x = featuresOf(
    run.prepared,
    run.blocks,
    Int32Array.from(pairs, (k) => training.rows[k]),
  );
  const psi = predict(run.models[pair.strong][run.config.estimator], x);
  const columns = pairs.map((k, i) => [1, source.preferenceGain[k], psi[i]]);
  const gram = new Float64Array(9);
  const cross = new Float64Array(3);
  columns.forEach((z, i) => {
    for (let a = 0; a < 3; a++) {
      cross[a] += z[a] * training.goldGain[pairs[i]];
      for (let b = 0; b < 3; b++) gram[a * 3 + b] += z[a] * z[b];
    }
  });
  // A trace of a penalty: a verdict or ψ̂ that is the same for all has no slope of its own.
  for (let a = 0; a < 3; a++) gram[a * 3 + a] += 1e-6 * pairs.length;
  const [constant, verdict, predicted] = solvePositiveDefinite(gram, cross);
  return {
    constant,
    verdict,
    predicted,
    words: `the verdict of SOURCE and ψ̂, weighed on ${pairs.length} training pairs`,
  };
}

/** π of the used prompts where it is logged for every graded one and differs; else null. */
function designOf(pair: PairSnapshot, test: Int32Array, used: readonly number[]): Float64Array | null {
  const logged = Float64Array.from(used, (k) => pair.designedPropensity[test[k]]);
  const graded = used
    .map((k, i) => ({ i, row: test[k] }))
    .filter(({ row }) => Number.isFinite(pair.allGoldGain[row]));
  // Gold that a mask hides is there for evaluation, and was not drawn with π.
  const isDrawn = graded.every(({ row }) => Number.isFinite(pair.goldGain[row]));
  if (!isDrawn || graded.some(({ i }) => Number.isNaN(logged[i]))) return null;
  const first = logged[graded[0].i];
  return graded.every(({ i }) => Math.abs(logged[i] - first) < 1e-12) ? null : logged;
}

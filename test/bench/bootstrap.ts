/**
 * An auto run with 200 bootstrap evaluations: time and memory, one worker: node test/bench/bootstrap.ts
 * Draws are spread over workers in the app: on two cores their time halves.
 */
import { autoCandidates } from '../../src/causal/auto.ts';
import type { EstimatorName } from '../../src/causal/estimators.ts';
import { fitEstimators } from '../../src/causal/fit.ts';
import type { Sample } from '../../src/causal/sample.ts';
import { uncontrolled } from '../../src/core/progress.ts';
import { createRng } from '../../src/core/rng.ts';
import { planBootstrap } from '../../src/routing/bootstrap-fit.ts';
import { createBootstrapProblem, unitNumbers } from '../../src/routing/bootstrap-problem.ts';
import { runDraws } from '../../src/routing/bootstrap-run.ts';

const DRAWS = 200;
const SIZES = [
  // The demo: every prompt judged, so that every estimator applies.
  { rows: 1_500, dim: 60, gold: 200, test: 400, isPaired: true },
  { rows: 5_000, dim: 50, gold: 100, test: 1_000, isPaired: false },
  { rows: 100_000, dim: 128, gold: 1_000, test: 5_000, isPaired: false },
] as const;

const scheme = { kind: 'grouped', repeats: 3, seed: 1 } as const;
const once = { kind: 'grouped', repeats: 1, seed: 1 } as const;

for (const { rows, dim, gold, test, isPaired } of SIZES) {
  const sample = makeSample(rows, dim, gold, isPaired);
  // Of this process: what others do on the machine meanwhile does not count.
  const seconds = (work: () => void): number => {
    const started = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1e6;
  };
  const models: Record<string, { kind: 'linear'; intercept: number; coefficients: Float64Array }> = {};
  let candidates: readonly EstimatorName[] = [];
  const trained = seconds(() => {
    const fit = fitEstimators(sample, {
      scheme,
      crossValidationScheme: once,
      selectedOnVerdict: false,
      clock: () => 0,
    });
    candidates = autoCandidates(fit.problem, false);
    for (const [name, { model }] of [...Object.entries(fit.estimates), ['auto', fit.auto] as const]) {
      if (model.kind === 'linear') models[name] = model;
    }
  });
  const prompts = makeSample(test, dim, test, false);
  const order = Int32Array.from({ length: test }, (_, i) => i);
  const zero = new Float64Array(test);
  const redrawn = seconds(() => {
    const units = unitNumbers();
    const problem = createBootstrapProblem(sample, scheme, once, units);
    const plan = planBootstrap(problem, candidates, units.count());
    runDraws(
      {
        heads: [{ plan, models }],
        units: units.count(),
        router: 'auto',
        names: [
          'auto',
          ...Object.keys(models).filter((name) => name in plan.unit.estimates && name !== 'auto'),
        ],
        test: {
          kind: 'pair',
          set: {
            rows: order,
            gain: prompts.goldGain,
            group: order,
            strong: 'a',
            cheap: 'b',
            cheapQuality: zero,
            qualityUnit: 'gain-over-cheap',
            cheapCost: zero,
            strongCost: zero.map(() => 1),
            extraCost: zero.map(() => 1),
          },
        },
        testX: prompts.x,
        w: 0,
        seed: 1,
      },
      0,
      DRAWS,
      uncontrolled,
    );
  });
  const megabytes = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(
    `${rows.toLocaleString('en-US')} x ${dim}, ${gold} gold: training ${trained.toFixed(1)} CPU s, ${DRAWS} draws ${redrawn.toFixed(1)} CPU s ` +
      `(${((1000 * redrawn) / DRAWS).toFixed(0)} ms each, one worker), peak ${megabytes.toFixed(0)} MB\n`,
  );
}

function makeSample(rows: number, dim: number, gold: number, isPaired: boolean): Sample {
  const rng = createRng(rows);
  const x = { rows, cols: dim, data: new Float64Array(rows * dim).map(() => rng.normal()) };
  const gain = (i: number, bias: number): number =>
    0.1 * x.data[i * dim] - 0.08 * x.data[i * dim + 1] + bias + 0.4 * rng.normal();
  const hasGold = Uint8Array.from({ length: rows }, (_, i) => Number(i < gold));
  return {
    x,
    hasGold,
    goldGain: Float64Array.from({ length: rows }, (_, i) => gain(i, 0)),
    sources: [
      {
        name: 'judge',
        hasPreference: hasGold.map((t) => (isPaired ? 1 : 1 - t)),
        preferenceGain: Float64Array.from({ length: rows }, (_, i) => gain(i, 0.1 * x.data[i * dim + 2])),
      },
    ],
    propensity: new Float64Array(rows).fill(Math.min(gold / rows, 1)),
    group: Int32Array.from({ length: rows }, (_, i) => i),
  };
}

/**
 * The runtime that ships in every bundle: one module without dependencies, for Node, Deno, Bun, browsers and edge workers.
 *
 * @example
 * import { readFile } from 'node:fs/promises';
 * import { loadRouter } from './runtime/router.mjs';
 *
 * const router = loadRouter(await readFile('router.safetensors'));
 * const { model, gain, reason } = router.route('Prove that there are infinitely many primes.');
 */
import { createChooser, explain, ruleOf, type Choice, type OperatingChoice } from './decide.ts';
import { createGainInterval, straddles } from './deferral.ts';
import { RouterInputError } from './errors.ts';
import { checkInput, requireFinite, toVector } from './input.ts';
import type { Manifest } from './manifest.ts';
import { readRouterFile, type RouterFile } from './router-file.ts';
import { createScorer, type ScoreInput, type Scorer } from './score.ts';

export { RouterFileError, RouterInputError, type RouterFileErrorCode } from './errors.ts';
export type { Manifest } from './manifest.ts';
export type { OperatingChoice } from './decide.ts';

/** Numbers by name, of columns or signals. Missing and null ones count as the average. */
export type NamedNumbers = Readonly<Record<string, number | null | undefined>>;

/** What a router of the stage `route` reads: a prompt, a vector, or both where the bundle reads both. */
export type RouteInput =
  | string
  | ArrayLike<number>
  | {
      readonly prompt?: string | undefined;
      readonly vector?: ArrayLike<number> | undefined;
      readonly columns?: NamedNumbers | undefined;
    };

/** What a router of the stage `cascade` reads. */
export interface EscalateInput {
  readonly prompt?: string | undefined;
  /** The cheap model's answer. */
  readonly response?: string | undefined;
  /** Scores of that answer, by the names of `manifest.blocks`. */
  readonly signals?: NamedNumbers | undefined;
  readonly vector?: ArrayLike<number> | undefined;
  readonly columns?: NamedNumbers | undefined;
}

export interface RouteOptions extends OperatingChoice {
  /** Numbers that come with the prompt, by the names of `manifest.blocks`; also accepted as part of the input. */
  readonly columns?: NamedNumbers | undefined;
}

export interface RouteDecision {
  /** The name of the model that should answer. */
  readonly model: string;
  /**
   * How much better the answer is expected to be than the anchor's, in units of the gold grade: of two models the strong
   * one's answer, whoever is chosen; of more that of the chosen model.
   */
  readonly gain: number;
  /** More than two models: the expected gain of each over the anchor. */
  readonly gains?: Readonly<Record<string, number>>;
  /** The percentile interval of the gain (of `manifest.deferral.level`), where the bundle has what it needs. */
  readonly ci95?: readonly [number, number];
  /** One plain sentence, worked out when it is read. */
  readonly reason: string;
}

export interface EscalateDecision extends RouteDecision {
  /**
   * `keep` the cheap answer, `escalate` to the strong model, or ask an `expert`: the interval of the gain holds the threshold.
   * Then `model` is whom the gain alone would choose.
   */
  readonly action: 'keep' | 'escalate' | 'expert';
}

export interface Router {
  readonly manifest: Manifest;
  /**
   * Which model should answer a prompt (stage `route`).
   *
   * A bundle with a `precomputed` block wants its vector: the embedding, of that block's `inputDim` numbers. To any other
   * bundle a vector is the finished feature vector, as `features` returns it.
   *
   * @throws RouterInputError
   * @example
   * router.route('Why is the sky blue?');
   * router.route('Why is the sky blue?', { w: 0.1, columns: { priority: 2 } });
   * router.route(embedding, { strongShare: 0.25 });
   */
  readonly route: (input: RouteInput, options?: RouteOptions) => RouteDecision;
  /**
   * Whether the cheap model's answer will do (stage `cascade`).
   *
   * @throws RouterInputError
   * @example
   * router.escalate({ prompt, response, signals: { judge: 0.4 } }).action; // 'keep'
   */
  readonly escalate: (input: EscalateInput, options?: RouteOptions) => EscalateDecision;
  /**
   * The feature vector: (raw − centre) / scale of each block, side by side.
   *
   * @throws RouterInputError
   * @example
   * router.route(router.features('Why is the sky blue?')); // decides as route('Why is the sky blue?') does
   */
  readonly features: (
    input: RouteInput | EscalateInput,
    options?: Pick<RouteOptions, 'columns'>,
  ) => Float64Array;
}

function length(features: ArrayLike<number>): number {
  let sumOfSquares = 0;
  for (let i = 0; i < features.length; i++) sumOfSquares += features[i] * features[i];
  return Math.sqrt(sumOfSquares);
}

/** An input that has been checked: what the blocks read, or a finished feature vector. */
type Question =
  | { readonly input: ScoreInput; readonly vector: Float64Array | null }
  | { readonly features: Float64Array; readonly vector: Float64Array };

function ask(scorer: Scorer, input: unknown, columns: unknown): Question {
  const { vector, ...rest } = checkInput(input, columns);
  if (scorer.vectorDim === null && vector !== undefined) {
    const extra = Object.keys(rest).at(0);
    if (extra === undefined) {
      const features = toVector(vector, scorer.dim, 'feature');
      return { features, vector: features };
    }
    throw new RouterInputError(
      `This router reads no embedding: a vector is its finished features and comes without ${extra}.`,
    );
  }
  if (scorer.readsPrompt && rest.prompt === undefined)
    throw new RouterInputError('This router needs a prompt.');
  if (scorer.readsResponse && rest.response === undefined) {
    throw new RouterInputError('This router needs the response of the cheap model.');
  }
  if (scorer.vectorDim === null) return { input: rest, vector: null };
  if (vector === undefined) {
    throw new RouterInputError(`This router needs a vector of ${scorer.vectorDim} numbers.`);
  }
  const copy = toVector(vector, scorer.vectorDim, 'prompt');
  return { input: { ...rest, vector: copy }, vector: copy };
}

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** Lets console.log of Node and Bun show the reason instead of `[Getter]`. */
function printable<T extends object>(decision: T): T {
  return Object.defineProperty(decision, INSPECT, { value: () => ({ ...decision }) });
}

/** The gain of every model over the anchor, whose own is 0. */
function byModel({ anchor, heads }: Manifest, gains: Float64Array): Readonly<Record<string, number>> {
  return Object.fromEntries([[anchor, 0], ...heads.map(({ model }, i) => [model, gains[i]] as const)]);
}

interface Verdict {
  readonly gains: Float64Array;
  readonly choice: Choice;
  readonly ci95: readonly [number, number] | null;
  readonly isUndecided: boolean;
  readonly reason: () => string;
}

/** From an input that nobody has checked to everything that a decision is made of. */
function createJudge(file: RouterFile, scorer: Scorer): (input: unknown, options: RouteOptions) => Verdict {
  const { manifest } = file;
  const choose = createChooser(manifest);
  const interval = createGainInterval(file);
  const featuresOf = (question: Question): Float64Array =>
    'input' in question ? scorer.features(question.input) : question.features;
  return (input, options) => {
    const question = ask(scorer, input, options.columns);
    const rule = ruleOf(manifest, options);
    const gains =
      'input' in question ? scorer.gains(question.input) : scorer.gainsOfFeatures(question.features);
    if (!gains.every(Number.isFinite)) {
      // One entry that is not finite is enough for this, so that the fast path need not look at each.
      if (question.vector !== null) requireFinite(question.vector);
      throw new RouterInputError('The numbers given are too large for a gain.');
    }
    const choice = choose(gains, rule);
    const ci95 = interval === null ? null : interval(featuresOf(question));
    const isUndecided = ci95 !== null && straddles(ci95, rule);
    const asked = { w: options.w, strongShare: options.strongShare };
    const reason = (): string => {
      const absent = 'input' in question ? scorer.absent(question.input) : [];
      const featureNorm = length(featuresOf(question));
      const undecided = isUndecided ? ci95 : null;
      return explain(manifest, { choice, rule, asked, featureNorm, absent, undecided });
    };
    return { gains, choice, ci95, isUndecided, reason };
  };
}

/**
 * Loads a router from the bytes of router.safetensors, after checking all of them. The bytes may be reused afterwards.
 *
 * @throws RouterFileError whose `code` says what is wrong with the file
 * @example
 * const router = loadRouter(await (await fetch('/router.safetensors')).arrayBuffer());
 * router.route('Hello').model; // 'small'
 */
export function loadRouter(bytes: Uint8Array | ArrayBuffer): Router {
  const file = readRouterFile(bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes));
  const { manifest } = file;
  const scorer = createScorer(file);
  const judge = createJudge(file, scorer);
  const isSet = manifest.models.length > 2;
  const figures = ({ gains, choice, ci95 }: Verdict): Omit<RouteDecision, 'reason' | 'model'> => ({
    gain: choice.gain,
    ...(isSet ? { gains: byModel(manifest, gains) } : {}),
    ...(ci95 === null ? {} : { ci95 }),
  });
  return {
    manifest,
    route: (input, options = {}) => {
      if (manifest.stage !== 'route') {
        throw new RouterInputError('This router decides after the cheap model has answered: call escalate.');
      }
      const verdict = judge(input, options);
      return printable({
        model: verdict.choice.model,
        ...figures(verdict),
        get reason() {
          return verdict.reason();
        },
      });
    },
    escalate: (input, options = {}) => {
      if (manifest.stage !== 'cascade') {
        throw new RouterInputError('This router decides before any model has answered: call route.');
      }
      const verdict = judge(input, options);
      const { model } = verdict.choice;
      const action = model === manifest.anchor ? 'keep' : 'escalate';
      return printable({
        action: verdict.isUndecided ? 'expert' : action,
        model,
        ...figures(verdict),
        get reason() {
          return verdict.reason();
        },
      });
    },
    features: (input, options = {}) => {
      const question = ask(scorer, input, options.columns);
      if (question.vector !== null) requireFinite(question.vector);
      return 'input' in question ? scorer.features(question.input) : question.features.slice();
    },
  };
}

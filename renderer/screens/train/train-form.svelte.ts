import type { MethodInput, MethodOutput } from '../../../src/contract/methods.ts';
import type { App } from '../../app/app.svelte.ts';
import { rankSources } from '../analysis/rank-sources.ts';

type TrainInput = MethodInput<'run.train'>;
type Run = MethodOutput<'run.list'>['runs'][number];
export type EstimatorChoice = NonNullable<TrainInput['estimator']>;

export type LearnerChoice = NonNullable<TrainInput['learner']>;

/** What a training is asked for. Begins with the last question, or with defaults that need one button. */
export class TrainForm {
  strong: string | null = $state(null);
  cheap: string | null = $state(null);
  /** More than two models: all of them, and the cheapest, against which gains are measured. */
  isSeveral = $state(false);
  models: readonly string[] = $state.raw([]);
  anchor: string | null = $state(null);
  /** Null: gold alone. */
  source: string | null = $state(null);
  /** Sources beside the first, each corrected by a bias of its own. */
  further: readonly string[] = $state.raw([]);
  stage: 'route' | 'cascade' = $state('route');
  signals: readonly string[] = $state.raw([]);
  estimator: EstimatorChoice = $state('auto');
  learner: LearnerChoice = $state('ridge');
  /** Whose vectors stand for the prompt; null: its words and characters. */
  encoder: string | null = $state(null);
  /** Those that the project has vectors of. */
  encoders: MethodOutput<'embedding.list'>['encoders'] = $state.raw([]);
  /** Null: all revealed gold. */
  gold: number | null = $state(null);
  w: number | null = $state(0);
  seed: number | null = $state(0);
  intervals = $state(true);
  /** Prompts kept out of training, so that thresholds can be certified on them. */
  holdOutDev = $state(false);
  /** The router reads the vectors and nothing else. */
  embeddingOnly = $state(false);
  /** Why this pair was suggested. */
  reason: string | null = $state(null);
  readonly #app: App;

  constructor(app: App) {
    this.#app = app;
    const last = app.jobs.latest('run.train')?.input;
    this.source = last?.sources?.at(0) ?? last?.source ?? this.#likeliestSource();
    if (last === undefined) return;
    this.strong = last.strong ?? null;
    this.cheap = last.cheap ?? null;
    this.isSeveral = last.models !== undefined;
    this.models = last.models ?? [];
    this.anchor = last.anchor ?? null;
    this.further = last.sources?.slice(1) ?? [];
    this.stage = last.stage ?? 'route';
    this.signals = last.signals ?? [];
    this.estimator = last.estimator ?? 'auto';
    this.learner = last.learner ?? 'ridge';
    this.encoder = last.encoder ?? null;
    this.gold = last.gold?.kind === 'count' ? last.gold.count : null;
    this.w = last.w ?? 0;
    this.seed = last.seed ?? 0;
    this.intervals = last.intervals ?? true;
    this.holdOutDev = last.holdOutDev ?? false;
    this.embeddingOnly = last.embeddingOnly ?? false;
  }

  get isComplete(): boolean {
    if (this.isSeveral)
      return this.models.length > 2 && this.anchor !== null && this.models.includes(this.anchor);
    return this.strong !== null && this.cheap !== null && this.strong !== this.cheap;
  }

  /** Sources whose score of the cheap answer can be a feature of a cascade: those that score. */
  get possibleSignals(): readonly string[] {
    return (this.#app.project.status?.sources ?? []).filter((s) => s.scores > 0).map((s) => s.name);
  }

  /** Sources that can be added to the first. */
  get possibleFurther(): readonly string[] {
    const names = (this.#app.project.status?.sources ?? []).map((s) => s.name);
    return this.source === null ? [] : names.filter((name) => name !== this.source);
  }

  /** What the newest run was asked for, or the pair with the most gold. */
  async load(newest: Run | undefined): Promise<void> {
    this.source ??= this.#likeliestSource();
    this.encoders = (await this.#app.client.call('embedding.list', {})).encoders;
    if (this.isSeveral || (this.strong !== null && this.cheap !== null)) return;
    if (newest !== undefined) {
      this.strong = newest.pair.strong;
      this.cheap = newest.pair.cheap;
      this.isSeveral = newest.models.length > 2;
      this.models = this.isSeveral ? newest.models : [];
      this.anchor = this.isSeveral ? (newest.models.at(-1) ?? null) : null;
      this.source = newest.sources.at(0) ?? null;
      this.further = newest.sources.slice(1);
      this.stage = newest.stage;
      return;
    }
    const { pair } = await this.#app.client.call('run.suggestPair', {});
    if (pair === null) return;
    this.strong = pair.strong;
    this.cheap = pair.cheap;
    this.reason = pair.reason;
  }

  choosePair(pair: { readonly strong: string | null; readonly cheap: string | null }): void {
    this.strong = pair.strong;
    this.cheap = pair.cheap;
    this.reason = null;
  }

  /** Begins with the two that were chosen, and the cheap one as the anchor. */
  chooseSeveral(isSeveral: boolean): void {
    this.isSeveral = isSeveral;
    this.reason = null;
    if (!isSeveral || this.models.length > 0) return;
    this.models = [this.strong, this.cheap].filter((name) => name !== null);
    this.anchor = this.cheap;
  }

  chooseModel(name: string, isChosen: boolean): void {
    const others = this.models.filter((each) => each !== name);
    this.models = isChosen ? [...others, name] : others;
    if (this.anchor === null || !this.models.includes(this.anchor)) this.anchor = this.models.at(-1) ?? null;
  }

  chooseSource(name: string | null): void {
    this.source = name;
    this.further = this.further.filter((each) => each !== name);
  }

  chooseFurther(name: string, isChosen: boolean): void {
    const others = this.further.filter((each) => each !== name);
    this.further = isChosen ? [...others, name] : others;
  }

  chooseSignal(name: string, isChosen: boolean): void {
    const others = this.signals.filter((each) => each !== name);
    this.signals = isChosen ? [...others, name] : others;
  }

  start(): void {
    const { strong, cheap, models, anchor, source, further, stage, signals, gold } = this;
    if (!this.isComplete) return;
    const { estimator, learner, encoder, w, seed, intervals, holdOutDev, embeddingOnly } = this;
    const pair = strong === null || cheap === null ? {} : { strong, cheap };
    this.#app.jobs.start('run.train', {
      ...(this.isSeveral ? { models, anchor: anchor ?? undefined } : pair),
      stage,
      signals: stage === 'cascade' ? signals : [],
      estimator,
      learner,
      w: w ?? 0,
      seed: seed ?? 0,
      intervals,
      holdOutDev,
      embeddingOnly: embeddingOnly && encoder !== null && stage === 'route',
      ...(encoder === null ? {} : { encoder }),
      ...(source === null ? {} : { sources: [source, ...further] }),
      ...(gold === null ? {} : { gold: { kind: 'count', count: gold } }),
    });
  }

  #likeliestSource(): string | null {
    return rankSources(this.#app.project.status?.sources ?? []).at(0)?.name ?? null;
  }
}

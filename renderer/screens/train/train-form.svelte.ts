import type { MethodInput, MethodOutput } from '../../../src/contract/methods.ts';
import type { App } from '../../app/app.svelte.ts';
import { rankSources } from '../analysis/rank-sources.ts';

type TrainInput = MethodInput<'run.train'>;
type Run = MethodOutput<'run.list'>['runs'][number];
export type EstimatorChoice = NonNullable<TrainInput['estimator']>;

/** What a training is asked for. Begins with the last question, or with defaults that need one button. */
export class TrainForm {
  strong: string | null = $state(null);
  cheap: string | null = $state(null);
  /** Null: gold alone. */
  source: string | null = $state(null);
  stage: 'route' | 'cascade' = $state('route');
  signals: readonly string[] = $state.raw([]);
  estimator: EstimatorChoice = $state('auto');
  /** Null: all revealed gold. */
  gold: number | null = $state(null);
  w: number | null = $state(0);
  seed: number | null = $state(0);
  /** Why this pair was suggested. */
  reason: string | null = $state(null);
  readonly #app: App;

  constructor(app: App) {
    this.#app = app;
    const last = app.jobs.latest('run.train')?.input;
    this.source = last?.source ?? this.#likeliestSource();
    if (last === undefined) return;
    this.strong = last.strong ?? null;
    this.cheap = last.cheap ?? null;
    this.stage = last.stage ?? 'route';
    this.signals = last.signals ?? [];
    this.estimator = last.estimator ?? 'auto';
    this.gold = last.gold?.kind === 'count' ? last.gold.count : null;
    this.w = last.w ?? 0;
    this.seed = last.seed ?? 0;
  }

  get isComplete(): boolean {
    return this.strong !== null && this.cheap !== null && this.strong !== this.cheap;
  }

  /** Sources whose score of the cheap answer can be a feature of a cascade: those that score. */
  get possibleSignals(): readonly string[] {
    return (this.#app.project.status?.sources ?? []).filter((s) => s.scores > 0).map((s) => s.name);
  }

  /** What the newest run was asked for, or the pair with the most gold. */
  async load(newest: Run | undefined): Promise<void> {
    this.source ??= this.#likeliestSource();
    if (this.strong !== null && this.cheap !== null) return;
    if (newest !== undefined) {
      this.strong = newest.pair.strong;
      this.cheap = newest.pair.cheap;
      this.source = newest.sources.at(0) ?? null;
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

  chooseSignal(name: string, isChosen: boolean): void {
    const others = this.signals.filter((each) => each !== name);
    this.signals = isChosen ? [...others, name] : others;
  }

  start(): void {
    const { strong, cheap, source, stage, signals, estimator, gold, w, seed } = this;
    if (strong === null || cheap === null) return;
    this.#app.jobs.start('run.train', {
      strong,
      cheap,
      stage,
      signals: stage === 'cascade' ? signals : [],
      estimator,
      w: w ?? 0,
      seed: seed ?? 0,
      ...(source === null ? {} : { source }),
      ...(gold === null ? {} : { gold: { kind: 'count', count: gold } }),
    });
  }

  #likeliestSource(): string | null {
    return rankSources(this.#app.project.status?.sources ?? []).at(0)?.name ?? null;
  }
}

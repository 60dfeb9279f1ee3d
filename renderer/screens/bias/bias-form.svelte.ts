import type { App } from '../../app/app.svelte.ts';
import type { JobRun } from '../../app/jobs.svelte.ts';
import type { ProjectStatus } from '../../app/project.svelte.ts';
import { rankSources } from '../analysis/rank-sources.ts';

type Source = ProjectStatus['sources'][number];

/** Each source takes seconds: of many, the likeliest are looked at first. */
const FIRST_SOURCES = 4;

/** Which pair and which sources the bias is asked of. Begins with the last question, or the pair with the most gold. */
export class BiasForm {
  strong: string | null = $state(null);
  cheap: string | null = $state(null);
  /** Sources left out; null until the sources are known. */
  #without: readonly string[] | null = $state.raw(null);
  #isPair = true;
  #passMark = 0.5;
  readonly #app: App;

  constructor(app: App) {
    this.#app = app;
    const last = app.jobs.latest('bias.estimate')?.input;
    this.strong = last?.strong ?? null;
    this.cheap = last?.cheap ?? null;
    const counted = app.jobs.latest('bias.effects')?.input;
    this.#isPair = counted === undefined || counted.pair !== undefined;
    this.#passMark = counted?.passMark ?? 0.5;
  }

  get isComplete(): boolean {
    return this.strong !== null && this.cheap !== null && this.chosenSources.length > 0;
  }

  /** Suggests a pair where none is chosen, and begins where nothing has been asked yet. Called when the data change. */
  async load(): Promise<void> {
    // A project that is being filled: its sources come with the next change.
    if (this.#names().length === 0) return;
    this.#without ??= this.#firstWithout();
    if (this.strong === null || this.cheap === null) {
      const pair = await this.#suggestPair();
      if (pair === null) return;
      this.strong = pair.strong;
      this.cheap = pair.cheap;
    }
    if (this.#app.jobs.latest('bias.estimate') === undefined) this.start();
  }

  choosePair(pair: { readonly strong: string | null; readonly cheap: string | null }): void {
    this.strong = pair.strong;
    this.cheap = pair.cheap;
  }

  isChosen(source: string): boolean {
    return this.#without?.includes(source) !== true;
  }

  chooseSource(source: string, isChosen: boolean): void {
    const others = (this.#without ?? []).filter((name) => name !== source);
    this.#without = isChosen ? others : [...others, source];
  }

  start(): void {
    const { strong, cheap } = this;
    if (strong === null || cheap === null || !this.isComplete) return;
    // None named lets the engine leave out sources with too few labels, and say so.
    const sources = (this.#without ?? []).length === 0 ? [] : this.chosenSources;
    this.#app.jobs.start('bias.estimate', { strong, cheap, sources });
    this.count();
  }

  /** The newest count of what verdicts hang on. */
  get effects(): JobRun<'bias.effects'> | undefined {
    return this.#app.jobs.latest('bias.effects');
  }

  chooseScope(isPair: boolean): void {
    this.#isPair = isPair;
    this.count();
  }

  choosePassMark(passMark: number): void {
    this.#passMark = passMark;
    this.count();
  }

  /** Counts over the sources that the bias was last asked of. */
  count(): void {
    const last = this.#app.jobs.latest('bias.estimate')?.input;
    if (last === undefined) return;
    const pair = this.#isPair ? { pair: { strong: last.strong, cheap: last.cheap } } : {};
    this.#app.jobs.start('bias.effects', { ...pair, sources: last.sources, passMark: this.#passMark });
  }

  /** What the newest run routes between, else the pair with the most gold. */
  async #suggestPair(): Promise<{ readonly strong: string; readonly cheap: string } | null> {
    const { runs } = await this.#app.client.call('run.list', {});
    const newest = runs.at(0);
    return newest?.pair ?? (await this.#app.client.call('run.suggestPair', {})).pair;
  }

  /** As the last time; the first time the likeliest sources are chosen. */
  #firstWithout(): readonly string[] {
    const last = this.#app.jobs.latest('bias.estimate')?.input;
    const likely = likeliest(this.#app.project.status?.sources ?? []).map((source) => source.name);
    const chosen = last === undefined ? likely : (last.sources ?? []);
    return chosen.length === 0 ? [] : this.#names().filter((name) => !chosen.includes(name));
  }

  #names(): readonly string[] {
    return (this.#app.project.status?.sources ?? []).map((source) => source.name);
  }

  get chosenSources(): readonly string[] {
    return this.#names().filter((name) => this.isChosen(name));
  }
}

/** Simulated sources only where there are no others. */
function likeliest(sources: readonly Source[]): readonly Source[] {
  const real = sources.filter((source) => source.kind !== 'simulated');
  return rankSources(real.length > 0 ? real : sources).slice(0, FIRST_SOURCES);
}

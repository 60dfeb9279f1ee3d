import type { App } from '../../app/app.svelte.ts';
import { Resource } from '../../app/resource.svelte.ts';
import { rankSources } from '../analysis/rank-sources.ts';
import { amountsUpTo, firstTarget, type Plan } from './plan-picture.ts';

export const RANGES = ['100', '200', '500', '1000', '5000'] as const;
export type Range = (typeof RANGES)[number];

/** What a plan is asked of, and its answer. Asks again at every change. */
export class PlanForm {
  strong: string | null = $state(null);
  cheap: string | null = $state(null);
  source: string | null = $state(null);
  target: number | null = $state(null);
  range: Range = $state('500');
  readonly plan = new Resource<Plan>();
  readonly #app: Pick<App, 'client' | 'project'>;

  constructor(app: Pick<App, 'client' | 'project'>) {
    this.#app = app;
  }

  /** Proposes the pair with the most gold and the likeliest source where none is chosen yet. */
  async begin(): Promise<void> {
    if (this.strong === null || this.cheap === null) {
      const { pair } = await this.#app.client.call('run.suggestPair', {});
      if (pair === null) return;
      this.strong = pair.strong;
      this.cheap = pair.cheap;
    }
    this.source ??= rankSources(this.#app.project.status?.sources ?? []).at(0)?.name ?? null;
    await this.ask();
  }

  choosePair(pair: { readonly strong: string | null; readonly cheap: string | null }): void {
    this.strong = pair.strong;
    this.cheap = pair.cheap;
    this.target = null;
    void this.ask();
  }

  chooseSource(source: string): void {
    this.source = source;
    void this.ask();
  }

  chooseRange(range: Range): void {
    this.range = range;
    void this.ask();
  }

  chooseTarget(target: number | null): void {
    this.target = target;
    if (target !== null && target > 0) void this.ask();
  }

  async ask(): Promise<void> {
    const { strong, cheap, source } = this;
    if (strong === null || cheap === null) return;
    const question = {
      strong,
      cheap,
      ...(source === null ? {} : { source }),
      more: [...amountsUpTo(Number(this.range))],
    };
    await this.plan.load(async () => {
      if (this.target === null) {
        const { rows } = await this.#app.client.call('plan.budget', { ...question, more: [0] });
        this.target = firstTarget(rows[0].halfWidth.value);
      }
      return this.#app.client.call('plan.budget', {
        ...question,
        targets: this.target > 0 ? [this.target] : [],
      });
    });
  }
}

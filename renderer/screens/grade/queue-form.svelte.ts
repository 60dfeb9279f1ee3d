import type { MethodInput, MethodOutput } from '../../../src/contract/methods.ts';
import type { ProjectStatus } from '../../app/project.svelte.ts';
import { defaultPair, withTexts } from './pair-choice.ts';
import { linesOf } from './task-draft.ts';

export type QueueInput = MethodInput<'queue.create'>;
type Tasks = MethodOutput<'task.list'>['tasks'];

/** What an analyst asks of a queue before it is drawn. */
export class QueueForm {
  name = $state('');
  taskId = $state('');
  /** Of a verdict. */
  first = $state('');
  second = $state('');
  /** Of single responses. */
  singles: readonly string[] = $state.raw([]);
  kind: 'random' | 'active' | 'slice' = $state('random');
  source = $state('');
  looksAt: 'prompt' | 'verdict' = $state('prompt');
  uniformPercent: number | null = $state(30);
  category = $state('');
  language = $state('');
  sourcesDisagree = $state(false);
  budget: number | null = $state(100);
  overlap: number | null = $state(1);
  checks: number | null = $state(0);
  raters = $state('');
  /** Null until somebody says so: proposed where most prompts have a grade. */
  #includesGraded: boolean | null = $state(null);
  readonly #status: ProjectStatus;
  readonly #tasks: Tasks;

  constructor(status: ProjectStatus, tasks: Tasks) {
    this.#status = status;
    this.#tasks = tasks;
    const pair = defaultPair(status.models);
    this.taskId = tasks[0].id;
    this.first = pair?.[0] ?? '';
    this.second = pair?.[1] ?? '';
    this.singles = withTexts(status.models).map((model) => model.name);
    this.source = status.sources.at(0)?.name ?? '';
  }

  get isPair(): boolean {
    return this.#tasks.find((each) => each.id === this.taskId)?.form.kind === 'verdict';
  }

  get models(): readonly string[] {
    return this.isPair ? [this.first, this.second] : this.singles;
  }

  get canDraw(): boolean {
    const { name, models, isPair, first, second } = this;
    const areNamed = models.length > 0 && models.every((each) => each !== '');
    return name.trim() !== '' && areNamed && (!isPair || first !== second);
  }

  /** Prompts that have gold about each of the chosen models, at most: of how many with a response. */
  get graded(): { readonly graded: number; readonly prompts: number } {
    const chosen = this.#status.models.filter((model) => this.models.includes(model.name));
    return {
      graded: Math.min(...chosen.map((model) => model.gold)),
      prompts: Math.min(...chosen.map((model) => model.responsesWithText)),
    };
  }

  get includesGraded(): boolean {
    const { graded, prompts } = this.graded;
    return this.#includesGraded ?? graded > prompts / 2;
  }

  set includesGraded(includes: boolean) {
    this.#includesGraded = includes;
  }

  toInput(): QueueInput {
    const { budget } = this;
    return {
      name: this.name.trim(),
      taskId: this.taskId,
      models: [...this.models],
      design: this.#design(),
      overlap: Math.max(1, Math.round(this.overlap ?? 1)),
      checks: Math.max(0, Math.round(this.checks ?? 0)),
      raters: linesOf(this.raters),
      ...(budget === null || budget < 1 ? {} : { budget: Math.round(budget) }),
    };
  }

  #design(): QueueInput['design'] {
    const { kind, looksAt, source, sourcesDisagree } = this;
    const uniform = Math.min(1, Math.max(0.05, (this.uniformPercent ?? 30) / 100));
    if (kind === 'active') return { kind, looksAt, uniform, ...(source === '' ? {} : { source }) };
    if (kind === 'random') return { kind, includesGraded: this.includesGraded };
    const [category, language] = [this.category.trim(), this.language.trim()];
    return {
      kind,
      uniform,
      slice: {
        categories: category === '' ? [] : [category],
        languages: language === '' ? [] : [language],
        sourcesDisagree,
      },
    };
  }
}

import type { MethodOutput } from '../../../src/contract/methods.ts';
import type { App } from '../../app/app.svelte.ts';
import { text } from '../../text.ts';

export type Verdict = 'left' | 'right' | 'tie';
export type BlindItem = NonNullable<MethodOutput<'grade.next'>['item']>;

/** What a person has decided so far about the item on the screen. */
export interface Choice {
  readonly verdict: Verdict | null;
  /** From 0 to 1. */
  readonly strength: number | null;
  readonly comment: string;
}

export const strengths = { slightly: 1 / 3, clearly: 2 / 3, far: 1 } as const;
const NOTHING: Choice = { verdict: null, strength: null, comment: '' };
const COMMENT_MS = 300;

/** One step that can be taken back. */
interface Step {
  readonly promptId: number;
  readonly choice: Choice;
  /** Null until it is stored. */
  eventId: string | null;
  readonly isSkip: boolean;
}

interface Queue {
  readonly rater: string;
  readonly models: readonly [string, string];
  readonly seed: number;
}

/**
 * Grading at the speed of the keyboard: the next item is fetched while this one is read, and a submitted grade is stored
 * while the next one is looked at. Everything goes to the engine in the order in which it was done; what could not be stored
 * comes back to the screen.
 */
export class GradeSession {
  item: BlindItem | null = $state.raw(null);
  choice: Choice = $state.raw(NOTHING);
  isLoading = $state(true);
  error: unknown = $state.raw(null);
  remaining: number | null = $state(null);
  done = $state(0);
  /** Calls that are not answered yet. */
  pending = $state(0);
  hasDraft = $state(false);
  #steps: readonly Step[] = $state.raw([]);
  #undone: readonly Step[] = $state.raw([]);
  #next: Promise<BlindItem | null> | null = null;
  #shownMs = 0;
  #chain: Promise<unknown> = Promise.resolve();
  #commentTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #app: Pick<App, 'client' | 'toasts'>;
  readonly #queue: Queue;

  constructor(app: Pick<App, 'client' | 'toasts'>, queue: Queue) {
    this.#app = app;
    this.#queue = queue;
  }

  get canUndo(): boolean {
    return this.#steps.length > 0;
  }

  get canRedo(): boolean {
    return this.#undone.some((step) => step.promptId === this.item?.promptId && step.choice.verdict !== null);
  }

  async start(): Promise<void> {
    this.isLoading = true;
    this.error = null;
    try {
      const { item, remaining } = await this.#fetch(0, true);
      this.remaining = remaining;
      this.#show(item);
    } catch (error) {
      this.error = error;
    }
    this.isLoading = false;
  }

  /** The same verdict again submits it. */
  choose(verdict: Verdict): void {
    if (this.item === null) return;
    if (this.choice.verdict === verdict) {
      this.submit();
      return;
    }
    this.#change({ ...this.choice, verdict, strength: verdict === 'tie' ? null : this.choice.strength });
  }

  setStrength(strength: number): void {
    if (this.item === null || this.choice.verdict === 'tie') return;
    this.#change({ ...this.choice, strength: this.choice.strength === strength ? null : strength });
  }

  setComment(comment: string): void {
    this.choice = { ...this.choice, comment };
    clearTimeout(this.#commentTimer);
    this.#commentTimer = setTimeout(() => this.#saveDraft(), COMMENT_MS);
  }

  submit(): void {
    const { item, choice } = this;
    const { verdict, strength, comment } = choice;
    if (item === null || verdict === null) return;
    const step: Step = { promptId: item.promptId, choice, eventId: null, isSkip: false };
    const grade = {
      kind: 'verdict' as const,
      leftId: item.left.responseId,
      rightId: item.right.responseId,
      verdict,
      ...(strength === null ? {} : { strength }),
    };
    const detail = {
      latencyMs: Math.max(0, performance.now() - this.#shownMs),
      ...(comment.trim() === '' ? {} : { comment: comment.trim() }),
    };
    const { rater } = this.#queue;
    this.#store(step, item, text.grade.submitFailed, () =>
      this.#app.client.call('grade.submit', { rater, grade, ...detail }),
    );
  }

  skip(reason: string): void {
    const { item } = this;
    if (item === null) return;
    const step: Step = { promptId: item.promptId, choice: this.choice, eventId: null, isSkip: true };
    this.#store(step, item, text.grade.skipFailed, () =>
      this.#app.client.call('grade.skip', { rater: this.#queue.rater, item: pairOf(item), reason }),
    );
  }

  flag(reason: string): void {
    const { item } = this;
    if (item === null) return;
    void this.#inOrder(() =>
      this.#app.client.call('grade.flag', { rater: this.#queue.rater, item: pairOf(item), reason }),
    ).then(
      () => this.#app.toasts.success(text.grade.flagged),
      (error: unknown) => this.#app.toasts.error(text.grade.flagFailed, error),
    );
  }

  /** Takes the newest step back and shows its item again, with what had been chosen. */
  async undo(): Promise<void> {
    const step = this.#steps.at(-1);
    if (step === undefined) {
      this.#app.toasts.show({ tone: 'info', title: text.grade.nothingToUndo });
      return;
    }
    this.#steps = this.#steps.slice(0, -1);
    try {
      const item = await this.#inOrder(async () => {
        const { rater } = this.#queue;
        if (step.eventId === null) return null;
        await this.#app.client.call('grade.undo', { rater, targetId: step.eventId });
        return (await this.#fetch(step.promptId - 1, false)).item;
      });
      if (item === null) return;
      this.#undone = [...this.#undone, step];
      this.#count(-1, step.isSkip);
      this.#show(item, step.choice);
    } catch (error) {
      this.#steps = [...this.#steps, step];
      this.#app.toasts.error(text.grade.undoFailed, error);
    }
  }

  /** Submits again what was taken back, if its item is on the screen. */
  redo(): void {
    const step = this.#undone.at(-1);
    if (step === undefined || step.promptId !== this.item?.promptId) return;
    this.choice = step.choice;
    this.submit();
  }

  /** Shows the next item at once, and stores the step behind it. */
  #store(
    step: Step,
    item: BlindItem,
    failed: string,
    call: () => Promise<{ readonly eventId: string }>,
  ): void {
    clearTimeout(this.#commentTimer);
    this.#steps = [...this.#steps, step];
    this.#undone = this.#undone.filter((each) => each.promptId !== step.promptId);
    this.#count(1, step.isSkip);
    const stored = this.#inOrder(call);
    void this.#advance(item.promptId, stored);
    stored.then(
      ({ eventId }) => (step.eventId = eventId),
      (error: unknown) => {
        this.#steps = this.#steps.filter((each) => each !== step);
        this.#count(-1, step.isSkip);
        this.#app.toasts.error(failed, error);
        this.#show(item, step.choice);
      },
    );
  }

  async #advance(promptId: number, stored: Promise<unknown>): Promise<void> {
    const next = this.#next;
    this.#next = null;
    try {
      const ready = next === null ? null : await next;
      if (ready !== null) {
        this.#show(ready);
        return;
      }
      // The end of the queue, or nothing was fetched yet: what was left behind counts only once this step is stored.
      this.isLoading = true;
      await stored;
      const after = await this.#fetch(promptId, false);
      this.#show(after.item ?? (await this.#fetch(0, false)).item);
    } catch (error) {
      this.error = error;
    } finally {
      this.isLoading = false;
    }
  }

  #show(item: BlindItem | null, choice?: Choice): void {
    this.item = item;
    this.choice = choice ?? readDraft(item?.draft ?? null);
    this.hasDraft = this.choice.verdict !== null;
    this.error = null;
    this.#shownMs = performance.now();
    this.#next = item === null ? null : this.#prefetch(item.promptId);
  }

  #prefetch(afterPromptId: number): Promise<BlindItem | null> {
    return this.#fetch(afterPromptId, false).then(
      ({ item }) => item,
      // Asked for again when it is wanted, and then told.
      () => null,
    );
  }

  #fetch(afterPromptId: number, countsRemaining: boolean): Promise<MethodOutput<'grade.next'>> {
    const { rater, models, seed } = this.#queue;
    return this.#app.client.call('grade.next', { rater, models, seed, afterPromptId, countsRemaining });
  }

  #change(choice: Choice): void {
    this.choice = choice;
    this.#saveDraft();
  }

  #saveDraft(): void {
    clearTimeout(this.#commentTimer);
    const { item, choice } = this;
    if (item === null) return;
    const { rater } = this.#queue;
    void this.#inOrder(() =>
      this.#app.client.call('grade.saveDraft', { rater, item: pairOf(item), draft: { ...choice } }),
    ).then(
      () => (this.hasDraft = true),
      (error: unknown) => this.#app.toasts.error(text.grade.draftFailed, error),
    );
  }

  #count(step: 1 | -1, isSkip: boolean): void {
    if (this.remaining !== null) this.remaining = Math.max(0, this.remaining - step);
    if (!isSkip) this.done = Math.max(0, this.done + step);
  }

  /** One call after the other: a draft must never overtake the grade that ends it. */
  #inOrder<T>(call: () => Promise<T>): Promise<T> {
    this.pending += 1;
    const result = this.#chain.then(call);
    this.#chain = result.then(
      () => (this.pending -= 1),
      () => (this.pending -= 1),
    );
    return result;
  }
}

function pairOf(item: BlindItem): { kind: 'pair'; leftId: number; rightId: number } {
  return { kind: 'pair', leftId: item.left.responseId, rightId: item.right.responseId };
}

function readDraft(draft: Readonly<Record<string, unknown>> | null): Choice {
  if (draft === null) return NOTHING;
  const { verdict, strength, comment } = draft;
  return {
    verdict: verdict === 'left' || verdict === 'right' || verdict === 'tie' ? verdict : null,
    strength: typeof strength === 'number' ? strength : null,
    comment: typeof comment === 'string' ? comment : '',
  };
}

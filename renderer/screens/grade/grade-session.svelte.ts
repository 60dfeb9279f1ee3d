import type { MethodOutput } from '../../../src/contract/methods.ts';
import type { App } from '../../app/app.svelte.ts';
import { text } from '../../text.ts';
import { ActiveTime } from './active-time.ts';
import {
  choiceOf,
  gradeOf,
  isComplete,
  NOTHING,
  readDraft,
  type Choice,
  type Correctness,
  type Span,
  type Verdict,
} from './choice.ts';
import type { GradeItem, GradeSource } from './grade-source.ts';

type Event = MethodOutput<'grade.submit'>;
type Needs = Pick<App, 'client' | 'toasts'>;

/** What is laid out for later must not keep anybody from what is shown now. Safari has no idle callbacks. */
const IDLE_MS = 60;
const whenIdle = (work: () => void): void => {
  if ('requestIdleCallback' in globalThis) requestIdleCallback(work, { timeout: 1000 });
  else setTimeout(work, IDLE_MS);
};
const COMMENT_MS = 300;
const clock = (): number => performance.now();

/**
 * Grading at the speed of the keyboard: the next item is fetched while this one is read, and a submitted grade is stored
 * while the next one is looked at. Everything goes to the engine in the order in which it was done; what could not be stored
 * comes back to the screen. What can be taken back is known by the engine, so that it outlives the window.
 */
export class GradeSession {
  item: GradeItem | null = $state.raw(null);
  /** What comes after it, once it is here: laid out behind the item, so that a key only has to show it. */
  next: GradeItem | null = $state.raw(null);
  choice: Choice = $state.raw(NOTHING);
  isLoading = $state(true);
  error: unknown = $state.raw(null);
  remaining: number | null = $state(null);
  done = $state(0);
  /** Calls that are not answered yet. */
  pending = $state(0);
  canUndo = $state(false);
  canRedo = $state(false);
  /** Median time of a grade; null until the queue knows. */
  paceMs: number | null = $state(null);
  #next: Promise<GradeItem | null> | null = null;
  #time = new ActiveTime(0);
  #chain: Promise<unknown> = Promise.resolve();
  /** Items done here, less those taken back. */
  #steps = 0;
  #commentTimer: ReturnType<typeof setTimeout> | undefined;
  readonly source: GradeSource;
  readonly rater: string;
  readonly #app: Needs;

  constructor(app: Needs, source: GradeSource, rater: string) {
    this.#app = app;
    this.source = source;
    this.rater = rater;
  }

  get isComplete(): boolean {
    return isComplete(this.choice, this.source.task.form);
  }

  async start(): Promise<void> {
    this.isLoading = true;
    this.error = null;
    try {
      this.#show((await this.source.next(0, false)).item);
      this.isLoading = false;
      void this.#countLeft();
      this.#readSteps(await this.#app.client.call('grade.steps', { rater: this.rater }));
      await this.#readPace();
    } catch (error) {
      this.error = error;
    }
    this.isLoading = false;
  }

  /** Somebody is at work. */
  touch(isHidden: boolean): void {
    if (isHidden) this.#time.pause(clock());
    else this.#time.touch(clock());
  }

  /** The same verdict again submits it. */
  choose(verdict: Verdict): void {
    const { form } = this.source.task;
    if (this.item === null || form.kind !== 'verdict' || (verdict === 'tie' && !form.allowsTie)) return;
    if (this.choice.verdict === verdict) this.submit();
    else this.change({ verdict, ...(verdict === 'tie' ? { strength: null } : {}) });
  }

  setStrength(strength: number): void {
    if (this.item === null || this.choice.verdict === 'tie') return;
    this.change({ strength: this.choice.strength === strength ? null : strength });
  }

  setScore(score: number): void {
    if (this.choice.score === score) this.submit();
    else this.change({ score });
  }

  setCorrectness(correctness: Correctness): void {
    if (this.choice.correctness === correctness) this.submit();
    else this.change({ correctness });
  }

  toggleCriterion(id: string): void {
    const { metIds } = this.choice;
    const isMet = metIds.includes(id);
    this.change({ isRated: true, metIds: isMet ? metIds.filter((each) => each !== id) : [...metIds, id] });
  }

  toggleCategory(name: string): void {
    const { categories } = this.choice;
    const has = categories.includes(name);
    this.change({ categories: has ? categories.filter((each) => each !== name) : [...categories, name] });
  }

  addSpan(span: Span): void {
    this.change({ spans: [...this.choice.spans, span] });
  }

  removeSpan(span: Span): void {
    this.change({ spans: this.choice.spans.filter((each) => each !== span) });
  }

  setComment(comment: string): void {
    this.choice = { ...this.choice, comment };
    clearTimeout(this.#commentTimer);
    this.#commentTimer = setTimeout(() => this.#saveDraft(), COMMENT_MS);
  }

  submit(): void {
    const { item, choice, rater, source } = this;
    const { form } = source.task;
    if (item === null) return;
    // A rubric of which nothing is met is an answer, but not by accident: it is said by submitting twice.
    if (form.kind === 'rubric' && !choice.isRated) {
      this.change({ isRated: true });
      return;
    }
    const grade = gradeOf(choice, form, item);
    if (grade === null) return;
    const { comment, spans, categories } = choice;
    const given = {
      rater,
      grade,
      latencyMs: this.#time.read(clock()),
      ...this.#inQueue(),
      ...(comment.trim() === '' ? {} : { comment: comment.trim() }),
      ...(spans.length === 0 ? {} : { spans }),
      ...(categories.length === 0 ? {} : { categories }),
    };
    const { current } = item;
    this.#store(item, text.grade.submitFailed, current === null ? 1 : 0, () =>
      current === null
        ? this.#app.client.call('grade.submit', given)
        : this.#app.client.call('grade.revise', { ...given, targetId: current.eventId }),
    );
  }

  skip(reason: string): void {
    const { item, rater } = this;
    if (item === null) return;
    this.#store(item, text.grade.skipFailed, 0, () =>
      this.#app.client.call('grade.skip', { rater, item: item.item, reason, ...this.#inQueue() }),
    );
  }

  flag(reason: string): void {
    const { item, rater } = this;
    if (item === null) return;
    void this.#inOrder(() =>
      this.#app.client.call('grade.flag', { rater, item: item.item, reason, ...this.#inQueue() }),
    ).then(
      () => this.#app.toasts.success(text.grade.flagged),
      (error: unknown) => this.#app.toasts.error(text.grade.flagFailed, error),
    );
  }

  /** Takes the newest step back, also one from before a restart, and shows its item with what had been said. */
  async undo(): Promise<void> {
    await this.#step('grade.undoLast', text.grade.nothingToUndo, text.grade.undoFailed, (event) => {
      this.#count(-1, event.action !== 'skip');
    });
  }

  /** Does again what was taken back last. */
  async redo(): Promise<void> {
    await this.#step('grade.redoLast', text.grade.nothingToRedo, text.grade.redoFailed, (event) => {
      this.#count(1, event.action !== 'skip');
    });
  }

  /** Shows an item again that has been graded, to revise it. */
  async revisit(event: Event): Promise<void> {
    try {
      const item = await this.#inOrder(() => this.source.itemOf(event));
      if (item === null) this.#app.toasts.show({ tone: 'info', title: text.grade.elsewhere });
      else this.#show(item, this.#choiceOf(event));
    } catch (error) {
      this.#app.toasts.error(text.grade.loadFailed, error);
    }
  }

  change(change: Partial<Choice>): void {
    if (this.item === null) return;
    this.choice = { ...this.choice, ...change };
    this.#saveDraft();
  }

  async #step(
    method: 'grade.undoLast' | 'grade.redoLast',
    nothing: string,
    failed: string,
    counted: (event: Event) => void,
  ): Promise<void> {
    const { rater } = this;
    try {
      const { event, ...steps } = await this.#inOrder(() => this.#app.client.call(method, { rater }));
      this.#readSteps(steps);
      if (event === null) {
        this.#app.toasts.show({ tone: 'info', title: nothing });
        return;
      }
      counted(event);
      const item = await this.#inOrder(() => this.source.itemOf(event));
      if (method === 'grade.redoLast')
        await this.#advance(item?.place ?? this.item?.place ?? 0, Promise.resolve());
      else if (item === null) this.#app.toasts.show({ tone: 'info', title: text.grade.undoneElsewhere });
      else this.#show(item, this.#choiceOf(event));
    } catch (error) {
      this.#app.toasts.error(failed, error);
    }
  }

  #choiceOf({ grade, comment, spans, categories }: Event): Choice {
    const rest = { comment: comment ?? '', spans, categories };
    return grade === null ? { ...NOTHING, ...rest } : choiceOf(grade, rest);
  }

  #readSteps(steps: { readonly canUndo: boolean; readonly canRedo: boolean }): void {
    this.canUndo = steps.canUndo;
    this.canRedo = steps.canRedo;
  }

  async #readPace(): Promise<void> {
    const { queueId } = this.source;
    if (queueId === null) return;
    const { medianLatencyMs } = await this.#app.client.call('queue.progress', { queueId, rater: this.rater });
    this.paceMs = medianLatencyMs;
  }

  /** Counting looks at every prompt: the first item does not wait for it, and what is graded meanwhile is known here. */
  async #countLeft(): Promise<void> {
    const before = this.#steps;
    const { remaining } = await this.source.next(0, true).catch(() => ({ remaining: null }));
    if (remaining !== null) this.remaining = Math.max(0, remaining - (this.#steps - before));
  }

  #inQueue(): { readonly queueId?: number } {
    const { queueId } = this.source;
    return queueId === null ? {} : { queueId };
  }

  /** Shows the next item at once, and stores the step behind it. */
  #store(item: GradeItem, failed: string, isGrade: 0 | 1, call: () => Promise<unknown>): void {
    clearTimeout(this.#commentTimer);
    const { choice } = this;
    this.canUndo = true;
    this.canRedo = false;
    this.#count(1, isGrade === 1);
    const stored = this.#inOrder(call);
    void this.#advance(item.place, stored);
    stored.catch((error: unknown) => {
      this.#count(-1, isGrade === 1);
      this.#app.toasts.error(failed, error);
      this.#show(item, choice);
    });
    if (this.done % 10 === 0) void stored.then(() => this.#readPace()).catch(() => undefined);
  }

  async #advance(place: number, stored: Promise<unknown>): Promise<void> {
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
      const after = await this.source.next(place, false);
      this.#show(after.item ?? (await this.source.next(0, false)).item);
    } catch (error) {
      this.error = error;
    } finally {
      this.isLoading = false;
    }
  }

  #show(item: GradeItem | null, choice?: Choice): void {
    this.item = item;
    const draft = readDraft(item?.draft ?? null);
    const graded = item?.current === null || item === null ? null : choiceOf(item.current.grade);
    this.choice = choice ?? (item?.draft === null && graded !== null ? graded : draft);
    this.error = null;
    this.#time = new ActiveTime(clock());
    this.next = null;
    this.#next = item === null ? null : this.#prefetch(item.place);
    const next = this.#next;
    void next?.then((ready) => {
      whenIdle(() => {
        if (this.#next === next) this.next = ready;
      });
    });
  }

  #prefetch(after: number): Promise<GradeItem | null> {
    return this.source.next(after, false).then(
      ({ item }) => item,
      // Asked for again when it is wanted, and then told.
      () => null,
    );
  }

  #saveDraft(): void {
    clearTimeout(this.#commentTimer);
    const { item, choice, rater } = this;
    if (item === null) return;
    this.#inOrder(() =>
      this.#app.client.call('grade.saveDraft', { rater, item: item.item, draft: { ...choice } }),
    ).catch((error: unknown) => this.#app.toasts.error(text.grade.draftFailed, error));
  }

  #count(step: 1 | -1, isGrade: boolean): void {
    this.#steps += step;
    if (this.remaining !== null) this.remaining = Math.max(0, this.remaining - step);
    if (isGrade) this.done = Math.max(0, this.done + step);
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

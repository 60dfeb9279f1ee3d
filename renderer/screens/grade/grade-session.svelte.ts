import type { MethodOutput } from '../../../src/contract/methods.ts';
import type { App } from '../../app/app.svelte.ts';
import { text } from '../../text.ts';
import { ActiveTime } from './active-time.ts';
import { CallOrder } from './call-order.svelte.ts';
import {
  choiceOf,
  choiceOfEvent,
  givenBy,
  isComplete,
  NOTHING,
  readDraft,
  type Choice,
  type Correctness,
  type Span,
  type Verdict,
} from './choice.ts';
import type { GradeItem, GradeSource } from './grade-source.ts';
import { NextItem } from './next-item.svelte.ts';

type Event = MethodOutput<'grade.submit'>;
type Needs = Pick<App, 'client' | 'toasts'>;

const COMMENT_MS = 300;
const clock = (): number => performance.now();

/**
 * Grading at the speed of the keyboard: the next item is fetched while this one is read, and a submitted grade is stored
 * while the next one is looked at. Everything goes to the engine in the order in which it was done; what could not be stored
 * comes back to the screen. What can be taken back is known by the engine, so that it outlives the window.
 */
export class GradeSession {
  item: GradeItem | null = $state.raw(null);
  /** What was submitted or skipped and is on the screen until the next item is here: nothing more is said of it. */
  #left: GradeItem | null = $state.raw(null);
  choice: Choice = $state.raw(NOTHING);
  isLoading = $state(true);
  error: unknown = $state.raw(null);
  remaining: number | null = $state(null);
  done = $state(0);
  canUndo = $state(false);
  canRedo = $state(false);
  /** Median time of a grade; null until the queue knows. */
  paceMs: number | null = $state(null);
  #time = new ActiveTime(0);
  readonly #order = new CallOrder();
  readonly #next: NextItem;
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
    this.#next = new NextItem(source);
  }

  /** What comes after the item, laid out behind it. */
  get next(): GradeItem | null {
    return this.#next.ready;
  }

  /** Calls that are not answered yet. */
  get pending(): number {
    return this.#order.pending;
  }

  /** What keys and buttons speak of; null where there is nothing, or the item is done and the next is not here yet. */
  get answerable(): GradeItem | null {
    return this.item === this.#left ? null : this.item;
  }

  get isComplete(): boolean {
    return this.answerable !== null && isComplete(this.choice, this.source.task.form);
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
    if (form.kind !== 'verdict' || (verdict === 'tie' && !form.allowsTie)) return;
    if (this.choice.verdict === verdict) this.submit();
    else this.change({ verdict, ...(verdict === 'tie' ? { strength: null } : {}) });
  }

  setStrength(strength: number): void {
    if (this.choice.verdict === 'tie') return;
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
    if (this.answerable === null) return;
    this.choice = { ...this.choice, comment };
    clearTimeout(this.#commentTimer);
    this.#commentTimer = setTimeout(() => this.#saveDraft(), COMMENT_MS);
  }

  submit(): void {
    const { answerable: item, choice, rater, source } = this;
    const { form } = source.task;
    if (item === null) return;
    // A rubric of which nothing is met is an answer, but not by accident: it is said by submitting twice.
    if (form.kind === 'rubric' && !choice.isRated) {
      this.change({ isRated: true });
      return;
    }
    const given = givenBy(choice, form, item);
    if (given === null) return;
    const { current } = item;
    const grade = { ...given, rater, latencyMs: this.#time.read(clock()), ...this.#inQueue() };
    this.#store(item, text.grade.submitFailed, current === null ? 1 : 0, () =>
      current === null
        ? this.#app.client.call('grade.submit', grade)
        : this.#app.client.call('grade.revise', { ...grade, targetId: current.eventId }),
    );
  }

  skip(reason: string): void {
    const { answerable: item, rater } = this;
    if (item === null) return;
    this.#store(item, text.grade.skipFailed, 0, () =>
      this.#app.client.call('grade.skip', { rater, item: item.item, reason, ...this.#inQueue() }),
    );
  }

  flag(reason: string): void {
    const { item, rater } = this;
    if (item === null) return;
    void this.#order
      .add(() => this.#app.client.call('grade.flag', { rater, item: item.item, reason, ...this.#inQueue() }))
      .then(
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
      const item = await this.#order.add(() => this.source.itemOf(event));
      if (item === null) this.#app.toasts.show({ tone: 'info', title: text.grade.elsewhere });
      else this.#show(item, choiceOfEvent(event));
    } catch (error) {
      this.#app.toasts.error(text.grade.loadFailed, error);
    }
  }

  change(change: Partial<Choice>): void {
    if (this.answerable === null) return;
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
      const { event, ...steps } = await this.#order.add(() => this.#app.client.call(method, { rater }));
      this.#readSteps(steps);
      if (event === null) {
        this.#app.toasts.show({ tone: 'info', title: nothing });
        return;
      }
      counted(event);
      const item = await this.#order.add(() => this.source.itemOf(event));
      if (method === 'grade.redoLast')
        await this.#advance(item?.place ?? this.item?.place ?? 0, Promise.resolve());
      else if (item === null) this.#app.toasts.show({ tone: 'info', title: text.grade.undoneElsewhere });
      else this.#show(item, choiceOfEvent(event));
    } catch (error) {
      this.#app.toasts.error(failed, error);
    }
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
    const stored = this.#order.add(call);
    void this.#advance(item.place, stored);
    stored.catch((error: unknown) => {
      this.#count(-1, isGrade === 1);
      this.#app.toasts.error(failed, error);
      this.#show(item, choice);
    });
    if (this.done % 10 === 0) void stored.then(() => this.#readPace()).catch(() => undefined);
  }

  async #advance(place: number, stored: Promise<unknown>): Promise<void> {
    const left = this.item;
    this.#left = left;
    // Not where something was undone, revisited or came back meanwhile: that is what is wanted now.
    const isWanted = (): boolean => this.item === left && this.#left === left;
    try {
      let following = await this.#next.take();
      // The end of the queue, or nothing was fetched yet: what was left behind counts only once this step is stored.
      if (following === null) {
        this.isLoading = true;
        await stored;
        following = (await this.source.next(place, false)).item ?? (await this.source.next(0, false)).item;
      }
      if (isWanted()) this.#show(following);
    } catch (error) {
      if (isWanted()) this.error = error;
    } finally {
      this.isLoading = false;
    }
  }

  #show(item: GradeItem | null, choice?: Choice): void {
    this.item = item;
    this.#left = null;
    const draft = readDraft(item?.draft ?? null);
    const graded = item?.current === null || item === null ? null : choiceOf(item.current.grade);
    this.choice = choice ?? (item?.draft === null && graded !== null ? graded : draft);
    this.error = null;
    this.#time = new ActiveTime(clock());
    this.#next.fetchAfter(item);
  }

  #saveDraft(): void {
    clearTimeout(this.#commentTimer);
    const { item, choice, rater } = this;
    if (item === null) return;
    this.#order
      .add(() => this.#app.client.call('grade.saveDraft', { rater, item: item.item, draft: { ...choice } }))
      .catch((error: unknown) => this.#app.toasts.error(text.grade.draftFailed, error));
  }

  #count(step: 1 | -1, isGrade: boolean): void {
    this.#steps += step;
    if (this.remaining !== null) this.remaining = Math.max(0, this.remaining - step);
    if (isGrade) this.done = Math.max(0, this.done + step);
  }
}

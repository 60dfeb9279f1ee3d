import type { App } from '../../app/app.svelte.ts';
import type { EventName } from '../../../src/contract/events.ts';

const GRADES: ReadonlySet<EventName> = new Set<EventName>([
  'grade.submitted',
  'grade.revised',
  'grade.undone',
  'grade.redone',
  'grade.skipped',
  'grade.flagged',
  'pack.merged',
  'queue.created',
]);
const WAIT_MS = 400;

/** What others do while a review is open: raters in browsers, a pack that is merged. */
export class GradeChanges {
  /** Grades and other steps since it was last set to 0. */
  count = $state(0);

  /** Answers what ends it: `$effect(() => changes.follow(app, again))`. @param again is called once for a burst. */
  follow(app: App, again: () => void): () => void {
    const ended = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    app.client.subscribe(
      (event) => {
        if (!GRADES.has(event.name)) return;
        if (event.name !== 'queue.created') this.count += 1;
        clearTimeout(timer);
        timer = setTimeout(again, WAIT_MS);
      },
      { signal: ended.signal },
    );
    return () => {
      clearTimeout(timer);
      ended.abort();
    };
  }
}

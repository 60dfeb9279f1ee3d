import { segmentsOf } from '../../response/segments.ts';
import type { Span } from './choice.ts';
import type { GradeItem } from './grade-source.ts';

type Side = Span['side'];

/** Which sentences of which response are chosen to be marked, by keys or by the mouse. */
export class Marking {
  side: Side = $state('left');
  from = $state(0);
  to = $state(0);
  isAsking = $state(false);
  #item: GradeItem | null = null;

  begin(item: GradeItem): void {
    this.#item = item;
    this.choose(item.right === null ? 'single' : 'left', 0, 0);
    this.isAsking = false;
  }

  choose(side: Side, from: number, to: number): void {
    this.side = side;
    this.from = from;
    this.to = to;
  }

  /** The next or the previous sentence; with `extends` it is added to what is chosen. */
  move(step: 1 | -1, extend: boolean): void {
    const last = this.#segments().length - 1;
    const to = Math.min(last, Math.max(0, this.to + step));
    this.to = to;
    this.from = extend ? Math.min(this.from, to) : to;
  }

  /** The other response of a pair. */
  turn(): void {
    if (this.side !== 'single') this.choose(this.side === 'left' ? 'right' : 'left', 0, 0);
  }

  ask(): void {
    this.isAsking = true;
  }

  /** The chosen sentences as a span of the shown text; null where there is no text. */
  span(): Pick<Span, 'side' | 'start' | 'end'> | null {
    const segments = this.#segments();
    const first = segments.at(this.from);
    const last = segments.at(this.to);
    if (first === undefined || last === undefined) return null;
    return { side: this.side, start: first.start, end: last.start + last.text.trimEnd().length };
  }

  #segments() {
    const item = this.#item;
    if (item === null) return [];
    return segmentsOf((this.side === 'right' ? (item.right ?? item.left) : item.left).text);
  }
}

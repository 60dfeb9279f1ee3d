/**
 * Scrolling through more rows than a browser can hold. An element ends at about 33 million pixels (17 in some browsers); a
 * million rows of 40 are 40 million. Up to `LONGEST` the scroll bar is true; beyond, it stands for a longer list: small steps
 * move the list by as many pixels, so that wheel and keys feel the same at any length, and jumps move it in proportion. What
 * the two drift apart is mended when the scrolling rests.
 */

export const LONGEST_PX = 15_000_000;

export interface Geometry {
  readonly rows: number;
  readonly rowHeight: number;
  /** Height of what is seen at once. */
  readonly viewport: number;
}

export interface Position {
  /** Of the scrolling element. */
  readonly scrollTop: number;
  /** Of the list, as if it were as long as it is. */
  readonly listTop: number;
}

/** Height of the list as it is. */
export function listHeight({ rows, rowHeight }: Geometry): number {
  return rows * rowHeight;
}

/** Height of the element that makes the scroll bar. */
export function scrollHeight(geometry: Geometry): number {
  return Math.min(listHeight(geometry), LONGEST_PX);
}

/** Where the list is when the scroll bar alone decides. */
export function toListTop(scrollTop: number, geometry: Geometry): number {
  const physical = scrollHeight(geometry) - geometry.viewport;
  const virtual = listHeight(geometry) - geometry.viewport;
  if (physical <= 0 || virtual <= physical) return clamp(scrollTop, geometry);
  return clamp((scrollTop / physical) * virtual, geometry);
}

/** Where the scroll bar stands for a place of the list. */
export function toScrollTop(listTop: number, geometry: Geometry): number {
  const physical = Math.max(0, scrollHeight(geometry) - geometry.viewport);
  const virtual = listHeight(geometry) - geometry.viewport;
  if (virtual <= 0) return 0;
  return Math.min(physical, virtual <= physical ? listTop : (listTop / virtual) * physical);
}

/** The position after the element has scrolled to `scrollTop`. */
export function scrolledTo(position: Position, scrollTop: number, geometry: Geometry): Position {
  const step = scrollTop - position.scrollTop;
  const isTrue = scrollHeight(geometry) === listHeight(geometry);
  const end = Math.max(0, scrollHeight(geometry) - geometry.viewport);
  const isAtEnd = scrollTop <= 0 || scrollTop >= end;
  if (isTrue || isAtEnd || Math.abs(step) > 2 * geometry.viewport) {
    return { scrollTop, listTop: toListTop(scrollTop, geometry) };
  }
  return { scrollTop, listTop: clamp(position.listTop + step, geometry) };
}

/** The position with the scroll bar where it should be: to be applied when the scrolling rests. */
export function settled(position: Position, geometry: Geometry): Position {
  const listTop = clamp(position.listTop, geometry);
  return { scrollTop: toScrollTop(listTop, geometry), listTop };
}

/** The position from which a row is seen whole, moving as little as possible. */
export function revealed(position: Position, row: number, geometry: Geometry): Position {
  const top = row * geometry.rowHeight;
  const bottom = top + geometry.rowHeight;
  const { listTop } = position;
  if (top < listTop) return settled({ ...position, listTop: top }, geometry);
  if (bottom > listTop + geometry.viewport) {
    return settled({ ...position, listTop: bottom - geometry.viewport }, geometry);
  }
  return position;
}

/** The rows to draw, with some before and after; `last` is past the end, as in slice. */
export function drawnRows(
  listTop: number,
  geometry: Geometry,
  spare: number,
): { readonly first: number; readonly last: number } {
  const { rows, rowHeight, viewport } = geometry;
  const first = Math.max(0, Math.floor(listTop / rowHeight) - spare);
  const last = Math.min(rows, Math.ceil((listTop + viewport) / rowHeight) + spare);
  return { first: Math.min(first, last), last };
}

/** Where a row is drawn inside the scrolling element. */
export function rowTop(row: number, position: Position, geometry: Geometry): number {
  return row * geometry.rowHeight - position.listTop + position.scrollTop;
}

function clamp(listTop: number, geometry: Geometry): number {
  return Math.max(0, Math.min(listTop, listHeight(geometry) - geometry.viewport));
}

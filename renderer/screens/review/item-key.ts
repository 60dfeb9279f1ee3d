import type { MethodOutput } from '../../../src/contract/methods.ts';

export type Disagreement = MethodOutput<'review.disagreements'>['items'][number];
export type GradedItem = Disagreement['item'];

/** An item in the address: `12` one response, `12-14` a pair, the same on whatever sides. */
export function itemKey(item: GradedItem): string {
  if (item.kind === 'single') return String(item.responseId);
  return [item.leftId, item.rightId].sort((a, b) => a - b).join('-');
}

/** The item of an address; null where it names none. */
export function readItemKey(key: string | undefined): GradedItem | null {
  if (!/^[1-9]\d{0,14}(-[1-9]\d{0,14})?$/.test(key ?? '')) return null;
  const [first, second] = (key ?? '').split('-').map(Number);
  return key?.includes('-') === true
    ? { kind: 'pair', leftId: first, rightId: second }
    : { kind: 'single', responseId: first };
}

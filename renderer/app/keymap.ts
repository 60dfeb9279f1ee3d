import keymap from '../../resources/keymap.json' with { type: 'json' };

/**
 * Keys to actions. A binding is one stroke (`mod+k`, `?`, `shift+u`) or two in a row (`g d`). `mod` is Command on a Mac and
 * Ctrl elsewhere.
 */

export type ActionName = keyof typeof keymap;

/** The part of a keyboard event that decides; a plain object in tests. */
export interface Stroke {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** The bindings of an action: those a person has set, else those it comes with. */
export type Bindings = (action: ActionName) => readonly string[];

export const DEFAULT_BINDINGS: Bindings = (action) => keymap[action];

export function isActionName(name: string): name is ActionName {
  return Object.hasOwn(keymap, name);
}

/** The bindings with what a person has changed. */
export function withChanges(changed: Readonly<Partial<Record<ActionName, readonly string[]>>>): Bindings {
  return (action) => changed[action] ?? DEFAULT_BINDINGS(action);
}

/** A stroke as a binding writes it. Shift is part of a character (`?`), and named only before a letter or a named key. */
export function nameStroke(stroke: Stroke, isMac: boolean): string {
  const { key } = stroke;
  const isCharacter = key.length === 1;
  const isLetter = isCharacter && key.toLowerCase() !== key.toUpperCase();
  const parts = [
    (isMac ? stroke.metaKey : stroke.ctrlKey) ? 'mod' : '',
    (isMac ? stroke.ctrlKey : stroke.metaKey) ? 'other' : '',
    stroke.altKey ? 'alt' : '',
    stroke.shiftKey && (isLetter || !isCharacter) ? 'shift' : '',
    isLetter ? key.toLowerCase() : key,
  ];
  return parts.filter((part) => part !== '').join('+');
}

/** A binding as it is drawn on a button: `⌘ K`, `Ctrl K`, `G D`. */
export function showBinding(binding: string, isMac: boolean): string {
  const names: Readonly<Record<string, string>> = {
    mod: isMac ? '⌘' : 'Ctrl',
    shift: isMac ? '⇧' : 'Shift',
    alt: isMac ? '⌥' : 'Alt',
    Enter: '↵',
    Escape: 'Esc',
    ArrowLeft: '←',
    ArrowRight: '→',
  };
  return binding
    .split(/[+ ]/)
    .map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part))
    .join(' ');
}

export interface Match {
  readonly action: ActionName | null;
  /** The first stroke of a binding of two, to be given back with the next. */
  readonly pending: string | null;
}

/** What a stroke means after a pending one, among the actions that are there now. */
export function matchStroke(
  stroke: string,
  pending: string | null,
  present: Iterable<ActionName>,
  bindingsOf: Bindings = DEFAULT_BINDINGS,
): Match {
  const actions = [...present];
  const wanted = pending === null ? stroke : `${pending} ${stroke}`;
  const action = actions.find((each) => bindingsOf(each).includes(wanted));
  if (action !== undefined) return { action, pending: null };
  if (pending !== null) return matchStroke(stroke, null, actions, bindingsOf);
  const begins = actions.some((each) => bindingsOf(each).some((binding) => binding.startsWith(`${stroke} `)));
  return { action: null, pending: begins ? stroke : null };
}

/** Bindings that two of the given actions share. */
export function clashes(
  actions: readonly ActionName[],
  bindingsOf: Bindings = DEFAULT_BINDINGS,
): readonly string[] {
  const owner = new Map<string, ActionName>();
  const found: string[] = [];
  for (const action of actions) {
    for (const binding of bindingsOf(action)) {
      const other = owner.get(binding);
      if (other !== undefined) found.push(`${binding}: ${other}, ${action}`);
      owner.set(binding, action);
    }
  }
  return found;
}

/** The first of the given actions, other than `action`, that `stroke` would run or begin, or that would hide it. */
export function takenBy(
  stroke: string,
  action: ActionName,
  present: readonly ActionName[],
  bindingsOf: Bindings,
): ActionName | null {
  const isTaken = (binding: string): boolean => binding === stroke || binding.startsWith(`${stroke} `);
  return present.find((other) => other !== action && bindingsOf(other).some(isTaken)) ?? null;
}

import type { IconName } from '../ui/icons.ts';
import {
  DEFAULT_BINDINGS,
  matchStroke,
  nameStroke,
  showBinding,
  type ActionName,
  type Bindings,
} from './keymap.ts';

/** Something a person can do now: in the palette, in the sheet of shortcuts, and by its keys. */
export interface Command {
  readonly name: ActionName;
  readonly title: string;
  readonly group: string;
  readonly icon?: IconName;
  readonly run: () => void;
  /** Not in the palette: it makes sense only where it is shown. */
  readonly isLocal?: boolean;
}

/** How long the second stroke of a binding may take. */
const SEQUENCE_MS = 1200;

/** The commands that are there now. A screen registers its own while it is shown. */
export class Commands {
  all: readonly Command[] = $state.raw([]);
  /** Changes when a person sets other keys. */
  bindings: Bindings = $state.raw(DEFAULT_BINDINGS);
  readonly isMac: boolean;
  /**
   * What `all` shows. Not state: an effect that registers must not run again because of what it registered, and one that
   * ends would read state as it was before another one registered in the same step.
   */
  #present: readonly Command[] = [];
  #pending: string | null = null;
  #pendingTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(isMac: boolean) {
    this.isMac = isMac;
  }

  /** Answers what takes them away again: `$effect(() => app.commands.register([...]))`. */
  register(commands: readonly Command[]): () => void {
    const names = new Set(commands.map((command) => command.name));
    this.#set([...this.#present.filter((each) => !names.has(each.name)), ...commands]);
    return () => this.#set(this.#present.filter((each) => !commands.includes(each)));
  }

  #set(present: readonly Command[]): void {
    this.#present = present;
    this.all = present;
  }

  /** The first binding of an action, to be drawn on a button. */
  keys(name: ActionName): string {
    const [binding = ''] = this.bindings(name);
    return showBinding(binding, this.isMac);
  }

  run(name: ActionName): void {
    this.all.find((each) => each.name === name)?.run();
  }

  /** Runs what the stroke means, unless the person is typing or a dialog is open. */
  readonly onkeydown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing) return;
    const stroke = nameStroke(event, this.isMac);
    const hasModifier = stroke.startsWith('mod+');
    if (isTextField(event.target) && !hasModifier) return;
    if (isDialogOpen() && stroke !== 'mod+k') return;
    if (isOwnKey(event)) return;
    const match = matchStroke(
      stroke,
      this.#pending,
      this.all.map((each) => each.name),
      this.bindings,
    );
    this.#remember(match.pending);
    if (match.action === null) return;
    event.preventDefault();
    this.run(match.action);
  };

  #remember(pending: string | null): void {
    clearTimeout(this.#pendingTimer);
    this.#pending = pending;
    if (pending !== null) this.#pendingTimer = setTimeout(() => (this.#pending = null), SEQUENCE_MS);
  }
}

function isTextField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement)
    return !['checkbox', 'radio', 'button', 'range'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target.isContentEditable;
}

/** Enter and Space on a button or a link mean that button. */
function isOwnKey(event: KeyboardEvent): boolean {
  if (event.key !== 'Enter' && event.key !== ' ') return false;
  return (
    event.target instanceof HTMLElement && event.target.closest('button, a, [role=option], summary') !== null
  );
}

function isDialogOpen(): boolean {
  return (
    document.querySelector('[role=dialog][data-state=open], [role=menu], [role=listbox][data-state=open]') !==
    null
  );
}

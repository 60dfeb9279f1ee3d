import type { Host } from '../host.ts';
import { isActionName, type ActionName } from './keymap.ts';

export type Theme = 'system' | 'light' | 'dark';
export type Motion = 'system' | 'reduced';

const themes: readonly Theme[] = ['system', 'light', 'dark'];
const motions: readonly Motion[] = ['system', 'reduced'];

export type KeyChanges = Readonly<Partial<Record<ActionName, readonly string[]>>>;

/** Entries that name no action, or no keys, are as if they were not there. */
function readKeys(stored: unknown): KeyChanges {
  if (typeof stored !== 'object' || stored === null) return {};
  return Object.fromEntries(
    Object.entries(stored).filter(
      ([name, bindings]) =>
        isActionName(name) &&
        Array.isArray(bindings) &&
        bindings.every((binding) => typeof binding === 'string'),
    ),
  );
}

/** What a person has set, kept by the host. Entries it does not know are kept as they are. */
export class Settings {
  theme: Theme = $state('system');
  motion: Motion = $state('system');
  /** The name that grades are stored under. */
  rater: string = $state('');
  /** Keys that a person has set instead of those that actions come with. */
  keys: KeyChanges = $state.raw({});
  /** Minutes of grading after which a break is suggested; 0: never. */
  breakMinutes = $state(50);
  #stored: Readonly<Record<string, unknown>> = {};
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Before the first paint, so that the window does not change its colours before one's eyes. */
  async load(): Promise<void> {
    try {
      const { settings } = await this.#host.call('host.readSettings', {});
      this.#stored = settings;
    } catch {
      // Defaults: a window without its settings still works.
    }
    const { theme, motion, rater, keys, breakMinutes } = this.#stored;
    this.theme = themes.find((each) => each === theme) ?? 'system';
    this.motion = motions.find((each) => each === motion) ?? 'system';
    this.rater = typeof rater === 'string' ? rater : '';
    this.keys = readKeys(keys);
    this.breakMinutes = typeof breakMinutes === 'number' && breakMinutes >= 0 ? breakMinutes : 50;
    this.#apply();
  }

  /** Rejects where the host cannot keep it; it holds in this window all the same. */
  async set(change: {
    theme?: Theme;
    motion?: Motion;
    rater?: string;
    keys?: KeyChanges;
    breakMinutes?: number;
  }): Promise<void> {
    Object.assign(this, change);
    this.#apply();
    const { theme, motion, rater, keys, breakMinutes } = this;
    this.#stored = { ...this.#stored, theme, motion, rater, keys, breakMinutes };
    await this.#host.call('host.writeSettings', { settings: this.#stored });
  }

  #apply(): void {
    const { dataset } = document.documentElement;
    if (this.theme === 'system') delete dataset['theme'];
    else dataset['theme'] = this.theme;
    if (this.motion === 'system') delete dataset['motion'];
    else dataset['motion'] = this.motion;
  }
}

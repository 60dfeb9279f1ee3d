import type { Host } from '../host.ts';

export type Theme = 'system' | 'light' | 'dark';
export type Motion = 'system' | 'reduced';

const themes: readonly Theme[] = ['system', 'light', 'dark'];
const motions: readonly Motion[] = ['system', 'reduced'];

/** What a person has set, kept by the host. Entries it does not know are kept as they are. */
export class Settings {
  theme: Theme = $state('system');
  motion: Motion = $state('system');
  /** The name that grades are stored under. */
  rater: string = $state('');
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
    const { theme, motion, rater } = this.#stored;
    this.theme = themes.find((each) => each === theme) ?? 'system';
    this.motion = motions.find((each) => each === motion) ?? 'system';
    this.rater = typeof rater === 'string' ? rater : '';
    this.#apply();
  }

  /** Rejects where the host cannot keep it; it holds in this window all the same. */
  async set(change: { theme?: Theme; motion?: Motion; rater?: string }): Promise<void> {
    Object.assign(this, change);
    this.#apply();
    this.#stored = { ...this.#stored, theme: this.theme, motion: this.motion, rater: this.rater };
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

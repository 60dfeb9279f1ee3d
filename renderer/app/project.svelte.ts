import type { Client } from '../../src/contract/client.ts';
import type { AppEvent, EventName } from '../../src/contract/events.ts';
import type { MethodOutput } from '../../src/contract/methods.ts';
import { toErrorPayload } from '../../src/core/errors.ts';

export type ProjectStatus = MethodOutput<'project.status'>;

/** Events after which the counts are others. */
const CHANGES: ReadonlySet<EventName> = new Set<EventName>([
  'project.opened',
  'model.priced',
  'import.merged',
  'gold.drawn',
  'queue.created',
  'run.trained',
  'bundle.exported',
  'pack.merged',
]);
const REFRESH_MS = 250;

/** The open project: what it holds, kept in step with the engine's events. */
export class Project {
  status: ProjectStatus | null = $state.raw(null);
  /** Known before the counts are. */
  name: string | null = $state(null);
  isLoading = $state(true);
  error: unknown = $state.raw(null);
  /** Grows with every change of the data: screens that show data ask again. */
  version = $state(0);
  readonly #client: Client;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: Client) {
    this.#client = client;
  }

  get isOpen(): boolean {
    return this.name !== null;
  }

  async refresh(): Promise<void> {
    this.isLoading = true;
    try {
      const status = await this.#client.call('project.status', {});
      this.status = status;
      this.name = status.project.name;
      this.error = null;
    } catch (error) {
      this.status = null;
      // No project is open: Home says what to do.
      const isClosed = toErrorPayload(error).code === 'usage';
      if (isClosed) this.name = null;
      this.error = isClosed ? null : error;
    }
    this.isLoading = false;
  }

  readonly onEvent = (event: AppEvent): void => {
    if (event.name === 'project.closed') {
      this.status = null;
      this.name = null;
      return;
    }
    if (event.name === 'project.opened') this.name = event.data.name;
    if (!CHANGES.has(event.name)) return;
    this.version += 1;
    clearTimeout(this.#timer);
    // What follows closely on a change is told with it; a project that has been opened is waited for.
    const waitMs = event.name === 'project.opened' ? 0 : REFRESH_MS;
    this.#timer = setTimeout(() => void this.refresh(), waitMs);
  };
}

import type { WritableDb } from '../../db/sqlite.ts';
import type { Clock } from '../core/clock.ts';

/** What everything that grades is given. */
export interface GradingDeps {
  readonly db: WritableDb;
  readonly clock: Clock;
  readonly newId: () => string;
}

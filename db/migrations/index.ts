import * as project from './0001-project.ts';
import * as browse from './0002-browse.ts';
import * as checks from './0003-checks.ts';
import * as workbench from './0004-workbench.ts';
import * as encodersAndDecisions from './0005-encoders-and-decisions.ts';
import * as policies from './0006-policies.ts';

/** One step from format `version - 1` to `version`. Released steps never change: what they said is in people's files. */
export interface Migration {
  /** 1, 2, 3 … without gaps. */
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

export const migrations: readonly Migration[] = [
  { version: 1, name: 'project', sql: project.sql },
  { version: 2, name: 'browse', sql: browse.sql },
  { version: 3, name: 'checks', sql: checks.sql },
  { version: 4, name: 'workbench', sql: workbench.sql },
  { version: 5, name: 'encoders-and-decisions', sql: encodersAndDecisions.sql },
  { version: 6, name: 'policies', sql: policies.sql },
];

import { buildPairSnapshot, buildSnapshot } from '../../../db/repositories/snapshot.ts';
import type { PairRequest } from '../../../db/snapshot/request.ts';
import type { PairSnapshot, Snapshot } from '../../routing/snapshot.ts';
import type { Session } from '../session.ts';

export interface RunRequest {
  readonly strong: string;
  readonly cheap: string;
  readonly source?: string | undefined;
  readonly stage: 'route' | 'cascade';
  readonly signals: readonly string[];
  readonly encoder?: string | undefined;
}

/** Everything a run reads, frozen at this moment: what is graded or imported meanwhile does not change it. */
export function readSnapshot(session: Session, request: RunRequest): Snapshot {
  const { strong, cheap, source, stage, signals, encoder } = request;
  const sources = source === undefined ? [] : [source];
  return buildSnapshot(session.file.db, {
    anchor: cheap,
    models: [strong],
    sources,
    stage,
    signals,
    encoder,
  });
}

/** The same for a task that looks at one pair and one source. */
export function readPairSnapshot(session: Session, request: PairRequest): PairSnapshot {
  const { strong, cheap, source, stage, signals, encoder } = request;
  return buildPairSnapshot(session.file.db, { strong, cheap, source, stage, signals, encoder });
}

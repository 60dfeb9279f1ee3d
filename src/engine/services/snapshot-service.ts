import { buildPairSnapshot } from '../../../db/repositories/pair-snapshot.ts';
import type { PairSnapshot } from '../../routing/snapshot.ts';
import type { Session } from '../session.ts';

export interface SnapshotRequest {
  readonly strong: string;
  readonly cheap: string;
  readonly source?: string | undefined;
  readonly stage: 'route' | 'cascade';
  readonly signals: readonly string[];
  readonly encoder?: string | undefined;
}

/** Everything a task reads, frozen at this moment: what is graded or imported meanwhile does not change it. */
export function readSnapshot(session: Session, request: SnapshotRequest): PairSnapshot {
  const { strong, cheap, source, stage, signals, encoder } = request;
  return buildPairSnapshot(session.file.db, { strong, cheap, source, stage, signals, encoder });
}

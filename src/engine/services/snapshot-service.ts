import { buildPairSnapshot, buildSnapshot } from '../../../db/repositories/snapshot.ts';
import type { PairRequest } from '../../../db/snapshot/request.ts';
import { AppError } from '../../core/errors.ts';
import { withDevSplit } from '../../routing/hold-out-dev.ts';
import type { PairSnapshot, Snapshot } from '../../routing/snapshot.ts';
import type { Session } from '../session.ts';

export interface RunRequest {
  readonly strong?: string | undefined;
  readonly cheap?: string | undefined;
  readonly models?: readonly string[] | undefined;
  readonly anchor?: string | undefined;
  readonly source?: string | undefined;
  readonly sources?: readonly string[];
  readonly stage: 'route' | 'cascade';
  readonly signals: readonly string[];
  readonly encoder?: string | undefined;
  /** The run keeps `dev` out of training: where the data have no such split, it is drawn. */
  readonly holdOutDev?: boolean | undefined;
}

/** Everything a run reads, frozen at this moment: what is graded or imported meanwhile does not change it. */
export function readSnapshot(session: Session, request: RunRequest): Snapshot {
  const { source, sources = [], stage, signals, encoder } = request;
  const snapshot = buildSnapshot(session.file.db, {
    ...modelsOf(request),
    sources: [...(source === undefined ? [] : [source]), ...sources],
    stage,
    signals,
    encoder,
  });
  return request.holdOutDev === true ? withDevSplit(snapshot) : snapshot;
}

/** The same for a task that looks at one pair and one source. */
export function readPairSnapshot(session: Session, request: PairRequest): PairSnapshot {
  const { strong, cheap, source, stage, signals, encoder } = request;
  return buildPairSnapshot(session.file.db, { strong, cheap, source, stage, signals, encoder });
}

function modelsOf({ strong, cheap, models, anchor }: RunRequest): {
  readonly models: readonly string[];
  readonly anchor: string;
} {
  if (models === undefined) {
    if (strong !== undefined && cheap !== undefined) return { models: [strong], anchor: cheap };
    throw new AppError('usage', 'Name the strong and the cheap model, or several models and their anchor.');
  }
  if (strong !== undefined || cheap !== undefined) {
    throw new AppError(
      'usage',
      'Name either a strong and a cheap model, or several models and their anchor.',
    );
  }
  if (anchor === undefined || !models.includes(anchor)) {
    throw new AppError(
      'usage',
      `Say which of the models is the anchor, that gains are measured against: one of ${models.join(', ')}.`,
    );
  }
  return { models: models.filter((name) => name !== anchor), anchor };
}

import { AppError } from '../../src/core/errors.ts';
import type { ReadableDb, WritableDb } from '../sqlite.ts';

export type SourceKind = 'judge' | 'crowd' | 'rule' | 'reward-model' | 'simulated';

/** Lowest and highest score. */
export type Scale = readonly [lo: number, hi: number];

/** Who judged: a crowd, a judge, a rule, a reward model, or a simulation of one. */
export interface Source {
  readonly id: number;
  readonly name: string;
  readonly kind: SourceKind;
  /** As declared; null for verdicts alone and where nobody declared one. */
  readonly scale: Scale | null;
}

interface SourceRow {
  readonly id: number;
  readonly name: string;
  readonly kind: SourceKind;
  readonly scale_lo: number | null;
  readonly scale_hi: number | null;
}

export function listSources(db: ReadableDb): readonly Source[] {
  return db
    .prepare<[], SourceRow>('SELECT id, name, kind, scale_lo, scale_hi FROM source ORDER BY name')
    .all()
    .map(toSource);
}

/** The source of that name; `usage` with the names there are where it is unknown. */
export function getSource(db: ReadableDb, name: string): Source {
  const sources = listSources(db);
  const source = sources.find((each) => each.name === name);
  if (source !== undefined) return source;
  const available = sources.map((each) => each.name);
  const hint = available.length === 0 ? 'It has none.' : `It has: ${available.join(', ')}.`;
  throw new AppError('usage', `The project has no preference source named “${name}”. ${hint}`, {
    details: { source: name, available },
  });
}

/**
 * The id of the source of that name, made where it is missing. `conflict` where it is there as another kind or with
 * another scale: scores on two scales cannot be told apart later.
 */
export function ensureSource(db: WritableDb, source: Omit<Source, 'id'>): number {
  const existing = listSources(db).find((each) => each.name === source.name);
  if (existing === undefined) {
    const inserted = db
      .prepare('INSERT INTO source (name, kind, scale_lo, scale_hi) VALUES (?, ?, ?, ?)')
      .run(source.name, source.kind, source.scale?.[0] ?? null, source.scale?.[1] ?? null);
    return Number(inserted.lastInsertRowid);
  }
  if (existing.kind !== source.kind || describe(existing) !== describe(source)) {
    throw new AppError(
      'conflict',
      `The source “${source.name}” is in the project as ${describe(existing)}, and this says ${describe(source)}. ` +
        'Give one of them another name.',
      { details: { source: source.name } },
    );
  }
  return existing.id;
}

function describe(source: Omit<Source, 'id'>): string {
  return `${source.kind} ${source.scale === null ? 'without a scale' : `on ${source.scale.join(' to ')}`}`;
}

function toSource(row: SourceRow): Source {
  const scale: Scale | null =
    row.scale_lo === null || row.scale_hi === null ? null : [row.scale_lo, row.scale_hi];
  return { id: row.id, name: row.name, kind: row.kind, scale };
}

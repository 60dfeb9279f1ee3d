import { findPrompt } from '../../../db/repositories/prompts.ts';
import type { ReadableDb } from '../../../db/sqlite.ts';
import type { MethodOutput, ParsedInput } from '../../contract/methods.ts';
import { sliceItems, type SliceItems } from '../../routing/slice-items.ts';
import type { PairSnapshot } from '../../routing/snapshot.ts';
import type { Session } from '../session.ts';
import { readPairSnapshot } from './snapshot-service.ts';

type Input = ParsedInput<'bias.items'>;

const EXCERPT = 160;

interface Listing {
  readonly key: string;
  readonly changes: number;
  readonly snapshot: PairSnapshot;
  readonly items: SliceItems;
}

/** Answers for the items of a slice; keeps the list that is paged through until the data change. */
export class SliceBrowser {
  readonly #session: Session;
  #listing: Listing | null = null;

  constructor(session: Session) {
    this.#session = session;
  }

  page(input: Input): MethodOutput<'bias.items'> {
    const { db } = this.#session.file;
    const { snapshot, items } = this.#list(input);
    const label = (gain: number): number | null => (Number.isNaN(gain) ? null : gain);
    const rows = Array.from(items.rows.subarray(input.offset, input.offset + input.limit));
    return {
      total: items.rows.length,
      paired: items.paired,
      rows: rows.flatMap((row) => {
        const prompt = findPrompt(db, snapshot.promptIds[row]);
        if (prompt === null) return [];
        return [
          {
            promptId: prompt.id,
            excerpt: prompt.text.slice(0, EXCERPT),
            category: prompt.category,
            goldGain: label(items.goldGain[row]),
            preferenceGain: label(items.preferenceGain[row]),
          },
        ];
      }),
    };
  }

  #list(input: Input): Listing {
    const { strong, cheap, source, slice, cell } = input;
    const changes = countChanges(this.#session.file.db);
    const key = JSON.stringify([strong, cheap, source, slice, cell]);
    const known = this.#listing;
    if (known?.key === key && known.changes === changes) return known;
    const snapshot = readPairSnapshot(this.#session, { strong, cheap, source, stage: 'route', signals: [] });
    const listing = { key, changes, snapshot, items: sliceItems(snapshot, { slice, cell }) };
    this.#listing = listing;
    return listing;
  }
}

/** Every write on the engine's one connection counts. */
function countChanges(db: ReadableDb): number {
  return db.prepare<[], number>('SELECT total_changes()').pluck().get() ?? 0;
}

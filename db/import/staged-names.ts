import type { CanonicalSource } from '../../src/dataset/canonical.ts';
import type { Connection } from '../sqlite.ts';

/** Ids for names, given in the order the names are first seen. Few: a file has thousands of models at the very most. */
export class StagedNames {
  readonly #ids = new Map<string, number>();
  readonly #insert;

  constructor(db: Connection, table: 'dataset' | 'model') {
    this.#insert = db.prepare<[number, string]>(`INSERT INTO ${table} (id, name) VALUES (?, ?)`);
  }

  idOf(name: string): number {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const id = this.#ids.size + 1;
    this.#insert.run(id, name);
    this.#ids.set(name, id);
    return id;
  }
}

interface StagedSource extends CanonicalSource {
  readonly id: number;
  hasScores: boolean;
}

/** Ids for sources. The same name is another source where its kind or its scale is another. */
export class StagedSources {
  readonly #byName = new Map<string, StagedSource[]>();
  #count = 0;

  idOf(source: CanonicalSource, hasScores: boolean): number {
    const namesakes = this.#byName.get(source.name);
    for (const known of namesakes ?? []) {
      if (
        known.kind === source.kind &&
        known.scale?.lo === source.scale?.lo &&
        known.scale?.hi === source.scale?.hi
      ) {
        if (hasScores) known.hasScores = true;
        return known.id;
      }
    }
    const { name, kind, scale } = source;
    const added: StagedSource = { id: ++this.#count, name, kind, scale, hasScores };
    if (namesakes === undefined) this.#byName.set(name, [added]);
    else namesakes.push(added);
    return added.id;
  }

  write(db: Connection): void {
    const insert = db.prepare(
      'INSERT INTO source (id, name, kind, scale_lo, scale_hi, has_scores) VALUES (?, ?, ?, ?, ?, ?)',
    );
    for (const source of [...this.#byName.values()].flat()) {
      const { id, name, kind, scale, hasScores } = source;
      insert.run(id, name, kind, scale?.lo ?? null, scale?.hi ?? null, hasScores ? 1 : 0);
    }
  }
}

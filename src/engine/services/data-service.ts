import {
  drawOf,
  gradeLines,
  preferenceCounts,
  scoreLines,
  verdictLines,
  type GradeLine,
} from '../../../db/repositories/data-labels.ts';
import { idsAt, promptLines, promptPositions, type Positions } from '../../../db/repositories/data-page.ts';
import { getPrompt } from '../../../db/repositories/prompts.ts';
import { listResponses } from '../../../db/repositories/responses.ts';
import { countUnindexed, indexMore, toMatchQuery } from '../../../db/repositories/search-index.ts';
import type { ReadableDb, WritableDb } from '../../../db/sqlite.ts';
import type { MethodOutput, ParsedInput } from '../../contract/methods.ts';
import { AppError } from '../../core/errors.ts';

type Filter = ParsedInput<'data.page'>['filter'];
type GoldLine = MethodOutput<'data.item'>['gold'][number];

/** Filtered lists that are kept: the one looked at, and those one goes back to. */
const KEPT_LISTS = 4;
const SHOWN_GRADES = 8;
/** A search waits so long for the index; what is then missing is told. */
const INDEX_STEPS_A_SEARCH = 16;

/** Looks through the data of one open project. Keeps the filtered lists, so that scrolling asks for rows only. */
export class DataBrowser {
  readonly #db: WritableDb;
  readonly #lists = new Map<string, Positions>();
  #changes = -1;

  constructor(db: WritableDb) {
    this.#db = db;
  }

  page({ filter, offset, limit }: ParsedInput<'data.page'>): MethodOutput<'data.page'> {
    const db = this.#db;
    const match = filter.search === undefined ? null : toMatchQuery(filter.search);
    if (match !== null) this.#indexSome();
    const positions = this.#positions(filter, match);
    const ids = idsAt(positions, offset, limit);
    const grades = Map.groupBy(gradeLines(db, ids), (grade) => grade.promptId);
    const preferences = preferenceCounts(db, ids);
    return {
      total: positions.total,
      unindexed: match === null ? 0 : countUnindexed(db),
      rows: promptLines(db, ids).map((line) => {
        const own = grades.get(line.promptId) ?? [];
        return {
          ...line,
          gold: own.slice(-SHOWN_GRADES).map(showGrade),
          grades: own.length,
          preferences: preferences.get(line.promptId) ?? 0,
        };
      }),
    };
  }

  /** Brings the search index up to date, a step at a time; answers whether there is more to do. */
  indexMore(): boolean {
    return this.#db.open && indexMore(this.#db);
  }

  #indexSome(): void {
    for (let step = 0; step < INDEX_STEPS_A_SEARCH; step++) if (!this.indexMore()) return;
  }

  #positions(filter: Filter, match: string | null): Positions {
    const changes = countChanges(this.#db);
    if (changes !== this.#changes) this.#lists.clear();
    this.#changes = changes;
    const key = JSON.stringify([
      match,
      filter.split,
      filter.category,
      filter.dataset,
      filter.source,
      filter.hasGold,
    ]);
    const known = this.#lists.get(key);
    if (known !== undefined) return known;
    const positions = promptPositions(this.#db, {
      match,
      split: filter.split ?? null,
      category: filter.category ?? null,
      dataset: filter.dataset ?? null,
      source: filter.source ?? null,
      hasGold: filter.hasGold ?? null,
    });
    this.#lists.set(key, positions);
    const oldest = this.#lists.keys().next();
    if (this.#lists.size > KEPT_LISTS && oldest.done !== true) this.#lists.delete(oldest.value);
    return positions;
  }
}

/** Everything about one prompt; `not-found` where there is none. */
export function describeItem(db: ReadableDb, promptId: number): MethodOutput<'data.item'> {
  const prompt = getPrompt(db, promptId);
  if (prompt === null) throw new AppError('not-found', `There is no prompt ${promptId} in this project.`);
  const draw = drawOf(db, promptId);
  const { dataset, externalId, text, split, category, language, reference } = prompt;
  return {
    promptId,
    dataset,
    externalId,
    text,
    split,
    category,
    language,
    reference,
    responses: listResponses(db, promptId).map(({ id, model, previousText, ...rest }) => ({
      responseId: id,
      model,
      previousText,
      text: rest.text,
      chars: rest.chars,
      isTruncated: rest.isTruncated,
      inputTokens: rest.inputTokens,
      outputTokens: rest.outputTokens,
      costUsd: rest.costUsd,
    })),
    gold: gradeLines(db, [promptId]).map(showGrade),
    scores: scoreLines(db, [promptId]).map(({ source, model, score }) => ({ source, model, score })),
    verdicts: [...verdictLines(db, [promptId])],
    draw: draw === null ? null : { ...draw, isRevealed: draw.isRevealed === 1 },
  };
}

/** Every write on the engine's one connection counts. */
function countChanges(db: ReadableDb): number {
  return db.prepare<[], number>('SELECT total_changes()').pluck().get() ?? 0;
}

function showGrade(line: GradeLine): GoldLine {
  const { eventId, createdMs, rater, raterKind, modelA, modelB, scoreA, scoreB, verdict, strength } = line;
  const { scaleLo, scaleHi } = line;
  const scale: GoldLine['scale'] = scaleLo === null || scaleHi === null ? null : [scaleLo, scaleHi];
  return { eventId, createdMs, rater, raterKind, modelA, modelB, scoreA, scoreB, scale, verdict, strength };
}

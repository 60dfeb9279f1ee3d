import { hash } from 'node:crypto';
import { NO_DETAIL } from '../../src/dataset/canonical.ts';
import type {
  CanonicalGold,
  CanonicalPrompt,
  GoldDetail,
  GoldProvenance,
} from '../../src/dataset/canonical.ts';
import { turnVerdict } from '../../src/dataset/prompt-fields.ts';
import type { Connection } from '../sqlite.ts';

/** What makes two grades of the same prompt and models the same. */
interface Grade {
  readonly score_a: number | null;
  readonly score_b: number | null;
  readonly verdict: string | null;
}

/** The gold of a staging file. */
export class StagedGold {
  readonly #newId;
  readonly #insert;
  readonly #select;

  constructor(db: Connection, newId: () => string) {
    this.#newId = newId;
    this.#insert = db.prepare(
      `INSERT INTO gold (prompt_id, model_a_id, model_b_id, rater, task, action, created_ms, event_id, import_key, score_a,
         score_b, verdict, strength, scale_lo, scale_hi, rater_count, gold_kind, detail_json, detail_turned_json)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    );
    this.#select = db.prepare<[number, number, number, string, string, string], Grade>(
      `SELECT score_a, score_b, verdict FROM gold
       WHERE prompt_id = ? AND model_a_id = ? AND model_b_id = ? AND rater = ? AND task = ? AND action = ?`,
    );
  }

  /** False where another grade of the same prompt and models is there already; it stays. `b` is 0 for a single response. */
  add(gold: CanonicalGold, prompt: CanonicalPrompt, promptId: number, a: number, b: number): boolean {
    const isTurned = b !== 0 && a > b;
    const grade = {
      score_a: isTurned ? gold.scoreB : gold.scoreA,
      score_b: isTurned ? gold.scoreA : gold.scoreB,
      verdict: isTurned ? turnVerdict(gold.verdict) : gold.verdict,
    };
    const { rater, eventId, createdMs, isAdjudicated } = gold.provenance ?? NOBODY;
    const [first, second] = isTurned ? [b, a] : [a, b];
    const action = isAdjudicated ? 'adjudicate' : 'submit';
    const key = [promptId, first, second, rater ?? '', gold.detail.task ?? '', action] as const;
    const detail = gold.detail === NO_DETAIL ? null : toJson(gold.detail);
    const turned = detail === null || b === 0 ? detail : toJson(turnDetail(gold.detail));
    const { changes } = this.#insert.run(
      ...key,
      createdMs,
      eventId ?? this.#newId(),
      importKey(prompt, gold),
      grade.score_a,
      grade.score_b,
      grade.verdict,
      gold.strength,
      gold.scale?.lo ?? null,
      gold.scale?.hi ?? null,
      gold.raterCount,
      gold.kind,
      isTurned ? turned : detail,
      isTurned ? detail : turned,
    );
    if (changes === 1) return true;
    const known = this.#select.get(...key);
    return (
      known?.score_a === grade.score_a && known.score_b === grade.score_b && known.verdict === grade.verdict
    );
  }
}

const NOBODY: GoldProvenance = { rater: null, eventId: null, createdMs: null, isAdjudicated: false };

/**
 * Equal for the same prompt, models and rater, whatever the grade: a second import adds no second vote. A grade that names
 * the event it was exported from is that event.
 */
function importKey(prompt: CanonicalPrompt, gold: CanonicalGold): string {
  const { rater, eventId, isAdjudicated } = gold.provenance ?? NOBODY;
  const models = gold.modelB === null ? [gold.modelA] : [gold.modelA, gold.modelB].sort();
  const { task } = gold.detail;
  const by = [
    ...(rater === null ? [] : ['by', rater]),
    ...(task === null ? [] : ['task', task]),
    ...(isAdjudicated ? ['decides'] : []),
  ];
  const parts = eventId === null ? [prompt.dataset, prompt.externalId, ...models, ...by] : ['event', eventId];
  return hash('sha256', parts.join('\u0000'), 'hex').slice(0, 32);
}

/** The detail with a and b exchanged: the share of a becomes that of b. */
type StoredDetail = Partial<GoldDetail> & { readonly shareB?: number };

function turnDetail(detail: GoldDetail): StoredDetail {
  const { shareA, votes, shownLeft, spans, ...rest } = detail;
  return {
    ...rest,
    shownLeft: shownLeft === null ? null : otherSide(shownLeft),
    spans: spans?.map((span) => ({ ...span, side: otherSide(span.side) })) ?? null,
    votes: votes === null ? null : { a: votes.b, b: votes.a, tie: votes.tie },
    ...(shareA === null ? {} : { shareB: shareA }),
  };
}

function otherSide(side: 'a' | 'b'): 'a' | 'b' {
  return side === 'a' ? 'b' : 'a';
}

/** JSON of what there is, or null where there is nothing. */
function toJson(detail: StoredDetail): string | null {
  const present = Object.entries(detail).filter(([, value]) => value !== null && value !== false);
  return present.length === 0 ? null : JSON.stringify(Object.fromEntries(present));
}

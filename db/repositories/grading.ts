import { AppError } from '../../src/core/errors.ts';
import type { ReadableDb, WritableDb } from '../sqlite.ts';
import type { Scale } from './sources.ts';

/**
 * Gold, as events that are only ever added. What is in force is the view `current_grade`; undo is an event about an event.
 */

export type GradingAction = 'submit' | 'revise' | 'undo' | 'skip' | 'flag' | 'adjudicate';
export type Verdict = 'a' | 'b' | 'tie';
export type GoldKind = 'human_expert' | 'human_annotators' | 'verifiable';

/** What is graded: the response of one model (`modelBId` null), or those of two, the smaller id first. */
export interface GradingItem {
  readonly promptId: number;
  readonly modelAId: number;
  readonly modelBId: number | null;
}

export interface NewGradingEvent {
  readonly id: string;
  readonly createdMs: number;
  readonly raterId: number;
  readonly promptId: number;
  readonly action: GradingAction;
  /** The event that a revise or undo is about. */
  readonly targetId?: string | null;
  readonly modelAId?: number | null;
  readonly modelBId?: number | null;
  readonly scoreA?: number | null;
  readonly scoreB?: number | null;
  readonly verdict?: Verdict | null;
  readonly strength?: number | null;
  readonly scale?: Scale | null;
  /** Graders behind an imported grade. */
  readonly raterCount?: number | null;
  readonly goldKind?: GoldKind | null;
  /** Stored as JSON. */
  readonly detail?: unknown;
  readonly importId?: string | null;
  readonly importKey?: string | null;
  readonly taskId?: string | null;
  /** Of an answer to an attention check, which is never gold. */
  readonly checkId?: string | null;
}

export interface GradingEvent extends Required<NewGradingEvent> {
  readonly rater: string;
  readonly raterKind: 'person' | 'imported';
  /** The models' responses to the prompt, where the project has them. */
  readonly responseAId: number | null;
  readonly responseBId: number | null;
  /** In force: neither revised nor undone since. False for what is no grade. */
  readonly isCurrent: boolean;
}

interface EventRow {
  readonly id: string;
  readonly created_ms: number;
  readonly rater_id: number;
  readonly rater: string;
  readonly rater_kind: 'person' | 'imported';
  readonly prompt_id: number;
  readonly action: GradingAction;
  readonly target_id: string | null;
  readonly model_a_id: number | null;
  readonly model_b_id: number | null;
  readonly response_a_id: number | null;
  readonly response_b_id: number | null;
  readonly score_a: number | null;
  readonly score_b: number | null;
  readonly verdict: Verdict | null;
  readonly strength: number | null;
  readonly scale_lo: number | null;
  readonly scale_hi: number | null;
  readonly rater_count: number | null;
  readonly gold_kind: GoldKind | null;
  readonly detail_json: string | null;
  readonly import_id: string | null;
  readonly import_key: string | null;
  readonly task_id: string | null;
  readonly check_id: string | null;
  readonly is_current: 0 | 1;
}

const SELECT = `SELECT e.*, r.name AS rater, r.kind AS rater_kind, ra.id AS response_a_id, rb.id AS response_b_id,
    EXISTS (SELECT 1 FROM standing_grade c WHERE c.id = e.id) AS is_current
  FROM grading_event e JOIN rater r ON r.id = e.rater_id
  LEFT JOIN response ra ON ra.prompt_id = e.prompt_id AND ra.model_id = e.model_a_id
  LEFT JOIN response rb ON rb.prompt_id = e.prompt_id AND rb.model_id = e.model_b_id`;

/**
 * Adds an event. `usage` where the models of a pair are not in the order of their ids (see `inModelOrder`); `not-found`
 * or `conflict` where a revise or undo is about an event that is not there, or not in force any more.
 */
export function appendGradingEvent(db: WritableDb, event: NewGradingEvent): void {
  db.transaction(() => {
    if (event.action === 'revise' || event.action === 'undo') requireTarget(db, event);
    insertGradingEvent(db, event);
  })();
}

/** Adds an event whose target may come later in the same transaction: a merge of packs, which checks them by itself. */
export function insertGradingEvent(db: WritableDb, event: NewGradingEvent): void {
  requireModelOrder(event);
  const { detail } = event;
  db.prepare(
    `INSERT INTO grading_event (id, created_ms, rater_id, prompt_id, action, target_id, model_a_id, model_b_id,
       score_a, score_b, verdict, strength, scale_lo, scale_hi, rater_count, gold_kind, detail_json, import_id,
       import_key, task_id, check_id)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    event.id,
    event.createdMs,
    event.raterId,
    event.promptId,
    event.action,
    event.targetId ?? null,
    event.modelAId ?? null,
    event.modelBId ?? null,
    event.scoreA ?? null,
    event.scoreB ?? null,
    event.verdict ?? null,
    event.strength ?? null,
    event.scale?.[0] ?? null,
    event.scale?.[1] ?? null,
    event.raterCount ?? null,
    event.goldKind ?? null,
    detail === undefined || detail === null ? null : JSON.stringify(detail),
    event.importId ?? null,
    event.importKey ?? null,
    event.taskId ?? null,
    event.checkId ?? null,
  );
}

function requireModelOrder(event: NewGradingEvent): void {
  const { modelAId, modelBId } = event;
  if (typeof modelAId !== 'number' || typeof modelBId !== 'number' || modelAId < modelBId) return;
  throw new AppError('usage', 'A grade of a pair names two different models, the smaller id first.', {
    details: { modelAId, modelBId },
  });
}

function requireTarget(db: ReadableDb, event: NewGradingEvent): void {
  const target = typeof event.targetId === 'string' ? getGradingEvent(db, event.targetId) : null;
  if (target === null) {
    throw new AppError(
      'not-found',
      `There is no grading event ${String(event.targetId)} to ${event.action}.`,
      { details: { targetId: event.targetId } },
    );
  }
  if (target.promptId !== event.promptId) {
    throw new AppError('usage', `The grading event ${target.id} is about another prompt.`);
  }
  const why = whyNot(db, event.action, target);
  if (why === null) return;
  throw new AppError(
    'conflict',
    `The grading event ${target.id} cannot be the target of ${event.action}: ${why}.`,
    {
      details: { targetId: target.id },
    },
  );
}

function whyNot(db: ReadableDb, action: GradingAction, target: GradingEvent): string | null {
  if (target.action === 'undo') return 'an undo is not undone: grade again';
  if (target.action === 'skip' || target.action === 'flag') {
    if (action === 'revise') return `a ${target.action} has no grade to revise`;
    return isUndone(db, target.id) ? 'it has been undone' : null;
  }
  if (!target.isCurrent) return 'it has been revised or undone since';
  if (action === 'revise' && target.action === 'adjudicate')
    return 'an adjudication is replaced by another one';
  return null;
}

function isUndone(db: ReadableDb, id: string): boolean {
  const undo = db
    .prepare<[string], number>("SELECT 1 FROM grading_event WHERE target_id = ? AND action = 'undo'")
    .get(id);
  return undo !== undefined;
}

export function getGradingEvent(db: ReadableDb, id: string): GradingEvent | null {
  const row = db.prepare<[string], EventRow>(`${SELECT} WHERE e.id = ?`).get(id);
  return row === undefined ? null : toEvent(row);
}

/** Which grades of an item. Left out: any rater, any task, no answers to attention checks. */
export interface GradeScope {
  readonly raterId?: number;
  /** Null: outside any task. */
  readonly taskId?: string | null;
  /** The answers to this check, and nothing else. */
  readonly checkId?: string | null;
}

/**
 * The grades of an item that are in force, oldest first. Masked ones too: who shows them must ask the draw.
 */
export function currentGrades(
  db: ReadableDb,
  item: GradingItem,
  scope: GradeScope = {},
): readonly GradingEvent[] {
  const filter = {
    promptId: item.promptId,
    modelAId: item.modelAId,
    modelBId: item.modelBId,
    raterId: scope.raterId ?? null,
    anyTask: scope.taskId === undefined ? 1 : 0,
    taskId: scope.taskId ?? null,
    checkId: scope.checkId ?? null,
  };
  return db
    .prepare<[typeof filter], EventRow>(
      `${SELECT} WHERE e.prompt_id = @promptId AND e.model_a_id = @modelAId AND e.model_b_id IS @modelBId
         AND (@raterId IS NULL OR e.rater_id = @raterId) AND (@anyTask OR +e.task_id IS @taskId)
         AND +e.check_id IS @checkId AND EXISTS (SELECT 1 FROM standing_grade c WHERE c.id = e.id)
       ORDER BY e.created_ms, e.id`,
    )
    .all(filter)
    .map(toEvent);
}

export interface EventFilter {
  readonly rater?: string | null;
  readonly promptId?: number | null;
  readonly taskId?: string | null;
  readonly queueId?: number | null;
  readonly limit: number;
}

/** What people did here, newest first; imported grades are nobody's event and stay out, masked or not. */
export function listGradingEvents(db: ReadableDb, filter: EventFilter): readonly GradingEvent[] {
  const { rater = null, promptId = null, taskId = null, queueId = null, limit } = filter;
  return db
    .prepare<[Required<EventFilter>], EventRow>(
      `${SELECT} WHERE r.kind = 'person' AND (@rater IS NULL OR r.name = @rater)
         AND (@promptId IS NULL OR e.prompt_id = @promptId) AND (@taskId IS NULL OR e.task_id = @taskId)
         AND (@queueId IS NULL OR e.detail_json ->> '$.queueId' = @queueId)
       ORDER BY e.created_ms DESC, e.id DESC LIMIT @limit`,
    )
    .all({ rater, promptId, taskId, queueId, limit })
    .map(toEvent);
}

/** Every event of a pack, oldest first. */
export function allEvents(db: ReadableDb): readonly GradingEvent[] {
  return db.prepare<[], EventRow>(`${SELECT} ORDER BY e.created_ms, e.id`).all().map(toEvent);
}

/** Items of a task of which one person has two grades in force. */
export function doubleGrades(
  db: ReadableDb,
  taskId: string,
): readonly { readonly promptId: number; readonly rater: string; readonly eventIds: readonly string[] }[] {
  return db
    .prepare<[string], { promptId: number; rater: string; eventIds: string }>(
      `SELECT g.prompt_id AS promptId, r.name AS rater, group_concat(g.id ORDER BY g.created_ms, g.id) AS eventIds
       FROM current_grade g JOIN rater r ON r.id = g.rater_id
       WHERE g.task_id = ? AND g.action <> 'adjudicate'
       GROUP BY g.prompt_id, g.model_a_id, g.model_b_id, g.rater_id HAVING count(*) > 1
       ORDER BY g.prompt_id, r.name`,
    )
    .all(taskId)
    .map(({ eventIds, ...row }) => ({ ...row, eventIds: eventIds.split(',') }));
}

function toEvent(row: EventRow): GradingEvent {
  const detail: unknown = row.detail_json === null ? null : JSON.parse(row.detail_json);
  return {
    id: row.id,
    createdMs: row.created_ms,
    raterId: row.rater_id,
    rater: row.rater,
    raterKind: row.rater_kind,
    promptId: row.prompt_id,
    action: row.action,
    targetId: row.target_id,
    modelAId: row.model_a_id,
    modelBId: row.model_b_id,
    responseAId: row.response_a_id,
    responseBId: row.response_b_id,
    scoreA: row.score_a,
    scoreB: row.score_b,
    verdict: row.verdict,
    strength: row.strength,
    scale: row.scale_lo === null || row.scale_hi === null ? null : [row.scale_lo, row.scale_hi],
    raterCount: row.rater_count,
    goldKind: row.gold_kind,
    detail,
    importId: row.import_id,
    importKey: row.import_key,
    taskId: row.task_id,
    checkId: row.check_id,
    isCurrent: row.is_current === 1,
  };
}

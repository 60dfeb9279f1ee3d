import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ReadableDb, WritableDb } from '../sqlite.ts';

/** What a pack file says of itself. */
export interface Pack {
  readonly id: string;
  readonly projectId: string;
  readonly raterId: number;
  readonly rater: string;
  readonly queueId: number;
  readonly taskId: string;
  readonly createdMs: number;
  readonly signature: string;
}

/** A pack that a project gave out. */
export interface PackExport {
  readonly id: string;
  readonly queueId: number;
  readonly queue: string;
  readonly raterId: number;
  readonly rater: string;
  readonly items: number;
  readonly hiddenNames: readonly string[];
  readonly createdMs: number;
  /** When its results were merged last; null where they were not. */
  readonly mergedMs: number | null;
}

/** Null in a project that is no pack. */
export function readPack(db: ReadableDb): Pack | null {
  return (
    db
      .prepare<[], Pack>(
        `SELECT p.id, p.project_id AS projectId, p.rater_id AS raterId, r.name AS rater, p.queue_id AS queueId,
           q.task_id AS taskId, p.created_ms AS createdMs, p.signature
         FROM pack p JOIN rater r ON r.id = p.rater_id JOIN grading_queue q ON q.id = p.queue_id`,
      )
      .get() ?? null
  );
}

/** The key that signs the packs of a project, made when it is first wanted. It never leaves the project file. */
export function packKey(db: WritableDb): Buffer {
  db.prepare('INSERT INTO pack_key (id, secret) VALUES (1, ?) ON CONFLICT DO NOTHING').run(randomBytes(32));
  const secret = db.prepare<[], Buffer>('SELECT secret FROM pack_key WHERE id = 1').pluck().get();
  if (secret === undefined) throw new Error('The key of the packs was not written.');
  return secret;
}

/** Everything in a pack that a rater does not change, table by table. */
const SIGNED = [
  'SELECT id, project_id, rater_id, queue_id, created_ms FROM pack',
  'SELECT id, name, kind, role FROM rater ORDER BY id',
  'SELECT id, name, kind, form_json, settings_json FROM grading_task ORDER BY id',
  'SELECT task_id, prompt_id, criteria_json FROM rubric ORDER BY task_id, prompt_id',
  'SELECT id, name, task_id, kind, overlap, seed, design_json FROM grading_queue ORDER BY id',
  `SELECT queue_id, position, prompt_id, model_a_id, model_b_id, check_id, reason_json, wanted
   FROM queue_item ORDER BY queue_id, position`,
  'SELECT id, text, category, language, reference, turn FROM prompt ORDER BY id',
  'SELECT id, prompt_id, model_id, text, previous_text FROM response ORDER BY id',
] as const;

/** HMAC-SHA-256 over what a rater does not change, in hexadecimal. */
export function signPack(db: ReadableDb, key: Buffer): string {
  const hmac = createHmac('sha256', key);
  for (const sql of SIGNED) {
    hmac.update(`${sql}\n`);
    for (const row of db.prepare<[], unknown[]>(sql).raw().iterate()) hmac.update(`${JSON.stringify(row)}\n`);
  }
  return hmac.digest('hex');
}

export function isSameSignature(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

export function writePack(db: WritableDb, pack: Omit<Pack, 'rater' | 'taskId'>): void {
  db.prepare(
    'INSERT INTO pack (id, project_id, rater_id, queue_id, created_ms, signature) VALUES (?, ?, ?, ?, ?, ?)',
  ).run(pack.id, pack.projectId, pack.raterId, pack.queueId, pack.createdMs, pack.signature);
}

export function setSignature(db: WritableDb, signature: string): void {
  db.prepare('UPDATE pack SET signature = ?').run(signature);
}

export function insertPackExport(
  db: WritableDb,
  pack: Omit<PackExport, 'rater' | 'queue' | 'mergedMs'>,
): void {
  db.prepare(
    `INSERT INTO pack_export (id, queue_id, rater_id, items, hidden_names_json, created_ms)
     VALUES (?, ?, ?, ?, ?, ?)`,
  ).run(pack.id, pack.queueId, pack.raterId, pack.items, JSON.stringify(pack.hiddenNames), pack.createdMs);
}

interface ExportRow extends Omit<PackExport, 'hiddenNames'> {
  readonly hiddenNamesJson: string;
}

/** Newest first. */
export function listPackExports(db: ReadableDb): readonly PackExport[] {
  return db
    .prepare<[], ExportRow>(
      `SELECT e.id, e.queue_id AS queueId, q.name AS queue, e.rater_id AS raterId, r.name AS rater, e.items,
         e.hidden_names_json AS hiddenNamesJson, e.created_ms AS createdMs, e.merged_ms AS mergedMs
       FROM pack_export e JOIN rater r ON r.id = e.rater_id JOIN grading_queue q ON q.id = e.queue_id
       ORDER BY e.created_ms DESC, e.id DESC`,
    )
    .all()
    .map(({ hiddenNamesJson, ...row }) => {
      const hidden: unknown = JSON.parse(hiddenNamesJson);
      return { ...row, hiddenNames: Array.isArray(hidden) ? hidden.map(String) : [] };
    });
}

export function setMerged(db: WritableDb, id: string, mergedMs: number): void {
  db.prepare('UPDATE pack_export SET merged_ms = max(coalesce(merged_ms, 0), ?) WHERE id = ?').run(
    mergedMs,
    id,
  );
}

import type { ReadableDb, WritableDb } from '../sqlite.ts';

/** What graders are asked, as rows. What the JSON means is told by src/annotate. */
export type TaskKind = 'verdict' | 'score' | 'correctness' | 'rubric';

export interface NewTask {
  readonly id: string;
  readonly name: string;
  readonly kind: TaskKind;
  readonly form: unknown;
  readonly settings: unknown;
  readonly createdMs: number;
  readonly updatedMs: number;
}

export interface TaskCounts {
  /** Prompts with a rubric of their own. */
  readonly rubrics: number;
  /** Grades in force. */
  readonly grades: number;
}

interface TaskRow {
  readonly id: string;
  readonly name: string;
  readonly kind: TaskKind;
  readonly form_json: string;
  readonly settings_json: string;
  readonly created_ms: number;
  readonly updated_ms: number;
}

/** Oldest first. */
export function listTasks(db: ReadableDb): readonly NewTask[] {
  return db.prepare<[], TaskRow>('SELECT * FROM grading_task ORDER BY created_ms, id').all().map(toTask);
}

export function findTask(db: ReadableDb, id: string): NewTask | null {
  const row = db.prepare<[string], TaskRow>('SELECT * FROM grading_task WHERE id = ?').get(id);
  return row === undefined ? null : toTask(row);
}

/** Looks at every grade of the task: not for each item that is served. */
export function countTask(db: ReadableDb, id: string): TaskCounts {
  const counts = db
    .prepare<[{ id: string }], TaskCounts>(
      `SELECT (SELECT count(*) FROM rubric WHERE task_id = @id) AS rubrics,
         (SELECT count(*) FROM current_grade WHERE task_id = @id) AS grades`,
    )
    .get({ id });
  return counts ?? { rubrics: 0, grades: 0 };
}

/** Makes a task or replaces what it asks; its first date stays. */
export function writeTask(db: WritableDb, task: NewTask): void {
  db.prepare(
    `INSERT INTO grading_task (id, name, kind, form_json, settings_json, created_ms, updated_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, kind = excluded.kind, form_json = excluded.form_json,
       settings_json = excluded.settings_json, updated_ms = excluded.updated_ms`,
  ).run(
    task.id,
    task.name,
    task.kind,
    JSON.stringify(task.form),
    JSON.stringify(task.settings),
    task.createdMs,
    task.updatedMs,
  );
}

/** The criteria of a prompt's own rubric, as stored; null where it has none. */
export function readRubric(db: ReadableDb, taskId: string, promptId: number): unknown {
  const json = db
    .prepare<[string, number], string>('SELECT criteria_json FROM rubric WHERE task_id = ? AND prompt_id = ?')
    .pluck()
    .get(taskId, promptId);
  const parsed: unknown = json === undefined ? null : JSON.parse(json);
  return parsed;
}

export function writeRubric(db: WritableDb, taskId: string, promptId: number, criteria: unknown): void {
  db.prepare(
    `INSERT INTO rubric (task_id, prompt_id, criteria_json) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET criteria_json = excluded.criteria_json`,
  ).run(taskId, promptId, JSON.stringify(criteria));
}

export function deleteRubric(db: WritableDb, taskId: string, promptId: number): void {
  db.prepare('DELETE FROM rubric WHERE task_id = ? AND prompt_id = ?').run(taskId, promptId);
}

/** Prompts that belong to a task: by a rubric of their own, an item in a queue, or something a rater did. */
export function promptsOfTask(db: ReadableDb, taskId: string): ReadonlySet<number> {
  return new Set(
    db
      .prepare<[{ taskId: string }], number>(
        `SELECT prompt_id FROM rubric WHERE task_id = @taskId
         UNION SELECT i.prompt_id FROM queue_item i JOIN grading_queue q ON q.id = i.queue_id WHERE q.task_id = @taskId
         UNION SELECT prompt_id FROM grading_event WHERE task_id = @taskId`,
      )
      .pluck()
      .all({ taskId }),
  );
}

/** Prompts by their external ids (in any data set) and by the hash of their normalised text. */
export function findRubricPrompts(
  db: ReadableDb,
  by: { readonly externalIds: readonly string[]; readonly normHashes: readonly string[] },
): {
  readonly byExternalId: ReadonlyMap<string, readonly number[]>;
  readonly byNormHash: ReadonlyMap<string, readonly number[]>;
} {
  const find = (column: 'external_id' | 'norm_hash', values: readonly string[]): Map<string, number[]> => {
    const found = new Map<string, number[]>();
    const rows = db
      .prepare<[string], { id: number; key: string }>(
        `SELECT id, ${column} AS key FROM prompt WHERE ${column} IN (SELECT value FROM json_each(?)) ORDER BY id`,
      )
      .all(JSON.stringify(values));
    for (const { id, key } of rows) found.set(key, [...(found.get(key) ?? []), id]);
    return found;
  };
  return {
    byExternalId: find('external_id', by.externalIds),
    byNormHash: find('norm_hash', by.normHashes),
  };
}

function toTask(row: TaskRow): NewTask {
  const form: unknown = JSON.parse(row.form_json);
  const settings: unknown = JSON.parse(row.settings_json);
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    form,
    settings,
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
  };
}

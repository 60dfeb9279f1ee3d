import type { ReadableDb, WritableDb } from '../sqlite.ts';
import type { QueueItem } from './queue-items.ts';

/** What a pack takes over from its project, with the same ids, so that events come back as they are. */
export interface PackSource {
  readonly raterId: number;
  readonly queueId: number;
  readonly taskId: string;
  readonly items: readonly QueueItem[];
  readonly showsReference: boolean;
  /** What a rater may read of a response. */
  readonly mask: (text: string, prompt: string) => string;
  readonly createdMs: number;
}

interface PromptRow {
  readonly id: number;
  readonly text: string;
  readonly norm_hash: string;
  readonly category: string | null;
  readonly language: string | null;
  readonly turn: number | null;
  readonly reference: string | null;
}

interface ResponseRow {
  readonly id: number;
  readonly prompt_id: number;
  readonly model_id: number;
  readonly text: string | null;
  readonly previous_text: string | null;
}

/**
 * Copies items with their texts into an empty project file. No names of models, no labels, no events, no answers to checks:
 * models are numbered, and a check is an item like any other.
 */
export function copyPackRows(from: ReadableDb, to: WritableDb, source: PackSource): void {
  const promptIds = JSON.stringify([...new Set(source.items.map((item) => item.promptId))]);
  const modelIds = new Set(source.items.flatMap((item) => [item.modelAId, item.modelBId ?? item.modelAId]));
  const wanted = new Set(
    source.items.flatMap(({ promptId, modelAId, modelBId }) => [
      `${promptId}/${modelAId}`,
      `${promptId}/${modelBId ?? modelAId}`,
    ]),
  );
  to.exec("INSERT INTO dataset (id, name) VALUES (1, 'pack')");
  const model = to.prepare('INSERT INTO model (id, name) VALUES (?, ?)');
  for (const id of [...modelIds].sort((a, b) => a - b)) model.run(id, `model ${id}`);

  const prompt = to.prepare(
    `INSERT INTO prompt (id, dataset_id, external_id, text, norm_hash, category, language, turn, reference)
     VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const texts = new Map<number, string>();
  const prompts = from
    .prepare<[string], PromptRow>(
      'SELECT * FROM prompt WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id',
    )
    .all(promptIds);
  for (const row of prompts) {
    texts.set(row.id, row.text);
    const reference = source.showsReference ? row.reference : null;
    prompt.run(
      row.id,
      `p${row.id}`,
      row.text,
      row.norm_hash,
      row.category,
      row.language,
      row.turn,
      reference,
    );
  }
  const response = to.prepare(
    'INSERT INTO response (id, prompt_id, model_id, text, previous_text) VALUES (?, ?, ?, ?, ?)',
  );
  const responses = from
    .prepare<[string], ResponseRow>(
      'SELECT * FROM response WHERE prompt_id IN (SELECT value FROM json_each(?)) ORDER BY id',
    )
    .all(promptIds);
  for (const row of responses) {
    if (!wanted.has(`${row.prompt_id}/${row.model_id}`)) continue;
    const masked = (text: string | null): string | null =>
      text === null ? null : source.mask(text, texts.get(row.prompt_id) ?? '');
    response.run(row.id, row.prompt_id, row.model_id, masked(row.text), masked(row.previous_text));
  }
  copyRows(from, to, 'rater', 'id, name, kind, role', 'id = ?', [source.raterId]);
  copyRows(from, to, 'grading_task', '*', 'id = ?', [source.taskId]);
  copyRows(from, to, 'rubric', '*', 'task_id = ? AND prompt_id IN (SELECT value FROM json_each(?))', [
    source.taskId,
    promptIds,
  ]);
  to.prepare(
    `INSERT INTO grading_queue (id, name, task_id, kind, overlap, seed, design_json, created_ms)
     VALUES (?, ?, ?, 'pack', 1, ?, ?, ?)`,
  ).run(...queueOf(from, source));
  const item = to.prepare(
    `INSERT INTO queue_item (queue_id, position, prompt_id, model_a_id, model_b_id, reason_json, wanted)
     VALUES (?, ?, ?, ?, ?, ?, 1)`,
  );
  for (const each of source.items) {
    const reason = each.reason === null ? null : JSON.stringify(each.reason);
    item.run(source.queueId, each.position, each.promptId, each.modelAId, each.modelBId ?? 0, reason);
  }
}

function queueOf(from: ReadableDb, source: PackSource): readonly unknown[] {
  const row = from
    .prepare<[number], { name: string; seed: number }>('SELECT name, seed FROM grading_queue WHERE id = ?')
    .get(source.queueId);
  const design = {
    models: [],
    design: null,
    split: 'train',
    budget: null,
    eligible: 0,
    drawn: 0,
    warnings: [],
  };
  return [
    source.queueId,
    row?.name ?? '',
    source.taskId,
    row?.seed ?? 0,
    JSON.stringify(design),
    source.createdMs,
  ];
}

function copyRows(
  from: ReadableDb,
  to: WritableDb,
  table: 'rater' | 'grading_task' | 'rubric',
  columns: string,
  where: string,
  values: readonly unknown[],
): void {
  const rows = from
    .prepare<unknown[], Record<string, unknown>>(`SELECT ${columns} FROM ${table} WHERE ${where}`)
    .all(...values);
  for (const row of rows) {
    const names = Object.keys(row);
    to.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`).run(
      ...Object.values(row),
    );
  }
}

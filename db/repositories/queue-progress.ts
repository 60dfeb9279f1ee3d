import type { ReadableDb } from '../sqlite.ts';

/** How far one rater is in a queue. Checks count as items: a rater is not to tell them from others. */
export interface QueueProgress {
  readonly items: number;
  readonly graded: number;
  readonly skipped: number;
  /** Of the last 50 grades that say how long they took; null where none does. */
  readonly medianLatencyMs: number | null;
}

export function queueProgress(
  db: ReadableDb,
  asker: { readonly queueId: number; readonly raterId: number },
): QueueProgress {
  const counts = db
    .prepare<[typeof asker], Omit<QueueProgress, 'medianLatencyMs'>>(
      `SELECT (SELECT count(*) FROM queue_item WHERE queue_id = @queueId) AS items,
         (SELECT count(*) FROM standing_grade WHERE rater_id = @raterId
            AND detail_json ->> '$.queueId' = @queueId) AS graded,
         (SELECT count(*) FROM grading_event s WHERE s.rater_id = @raterId AND s.action = 'skip'
            AND s.detail_json ->> '$.queueId' = @queueId
            AND NOT EXISTS (SELECT 1 FROM grading_event u WHERE u.target_id = s.id AND u.action = 'undo')) AS skipped`,
    )
    .get(asker);
  const latencies = db
    .prepare<[typeof asker], number>(
      `SELECT detail_json ->> '$.latencyMs' FROM grading_event
       WHERE rater_id = @raterId AND detail_json ->> '$.queueId' = @queueId
         AND detail_json ->> '$.latencyMs' IS NOT NULL
       ORDER BY created_ms DESC, id DESC LIMIT 50`,
    )
    .pluck()
    .all(asker)
    .sort((a, b) => a - b);
  return {
    ...(counts ?? { items: 0, graded: 0, skipped: 0 }),
    medianLatencyMs: latencies.at(Math.floor((latencies.length - 1) / 2)) ?? null,
  };
}

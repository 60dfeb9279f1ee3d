import type { ReadableDb } from '../sqlite.ts';

/** What a router has decided in production, as far as it was logged and imported. */
export interface RouterLog {
  readonly router: string;
  readonly decisions: number;
  readonly explored: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

export function listRouterLogs(db: ReadableDb): readonly RouterLog[] {
  return db
    .prepare<[], RouterLog>(
      `SELECT router, count(*) AS decisions, sum(is_explored) AS explored, min(decided_ms) AS firstMs,
         max(decided_ms) AS lastMs
       FROM logged_decision GROUP BY router ORDER BY router`,
    )
    .all();
}

export interface JudgedDecision {
  readonly model: string;
  readonly answeredBy: string;
  readonly propensity: number;
  readonly score: number;
}

/** Decisions with feedback. A decision alone (nobody answered through the server) counts as answered by its model. */
export function listJudgedDecisions(db: ReadableDb, router: string): readonly JudgedDecision[] {
  return db
    .prepare<[string], JudgedDecision>(
      `SELECT m.name AS model, a.name AS answeredBy, d.propensity, s.score
       FROM logged_decision d
       JOIN model m ON m.id = d.model_id
       JOIN model a ON a.id = coalesce(d.answered_model_id, d.model_id)
       JOIN source o ON o.name = 'feedback' AND o.kind = 'crowd'
       JOIN preference_score s ON s.source_id = o.id AND s.prompt_id = d.prompt_id AND s.model_id = a.id
       WHERE d.router = ? ORDER BY d.decided_ms, d.id`,
    )
    .all(router);
}

/**
 * How the vectors of an encoder were made, so that new prompts get the same; what a server of a bundle has decided; and jobs
 * of any kind (the contract has the closed list).
 */
export const sql = `
CREATE TABLE encoder (
  name TEXT PRIMARY KEY,
  created_ms INTEGER NOT NULL,
  description_json TEXT NOT NULL
) STRICT;

-- One line of a decision log. Feedback on it is a preference_score of the source it came under.
CREATE TABLE logged_decision (
  id TEXT PRIMARY KEY,
  prompt_id INTEGER NOT NULL REFERENCES prompt (id),
  router TEXT NOT NULL,
  bundle_id TEXT NOT NULL,
  stage TEXT NOT NULL CHECK (stage IN ('route', 'cascade')),
  decided_ms INTEGER NOT NULL,
  -- the choice of the policy, and the probability with which it chose so
  model_id INTEGER NOT NULL REFERENCES model (id),
  propensity REAL NOT NULL CHECK (propensity > 0 AND propensity <= 1),
  is_explored INTEGER NOT NULL CHECK (is_explored IN (0, 1)),
  -- whose answer was given: another's after a failover, nobody's where only a decision was asked for
  answered_model_id INTEGER REFERENCES model (id),
  action TEXT NOT NULL,
  gain REAL,
  threshold REAL,
  cost_usd REAL
) STRICT;
CREATE INDEX logged_decision_by_prompt ON logged_decision (prompt_id);

CREATE TABLE job_of_any_kind (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  error_json TEXT,
  created_ms INTEGER NOT NULL,
  started_ms INTEGER,
  finished_ms INTEGER
) STRICT;
INSERT INTO job_of_any_kind SELECT id, kind, state, error_json, created_ms, started_ms, finished_ms FROM job;
DROP TABLE job;
ALTER TABLE job_of_any_kind RENAME TO job;
`;

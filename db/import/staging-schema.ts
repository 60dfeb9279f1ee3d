/**
 * The file that rows are staged in before they are merged: what the file says, without duplicates, with ids of its own.
 * It lives beside the project for the length of an import and is never opened again after a crash.
 *
 * Keys begin with the prompt, so that rows arrive in the order of every table. model_a_id < model_b_id in staged ids; the
 * merge turns pairs once more into the order of the project's ids.
 */
export const STAGING_SCHEMA = `
CREATE TABLE dataset (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE model (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE source (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  scale_lo REAL,
  scale_hi REAL,
  has_scores INTEGER NOT NULL
) STRICT;

CREATE TABLE prompt (
  id INTEGER PRIMARY KEY,
  dataset_id INTEGER NOT NULL,
  external_id TEXT NOT NULL,
  text TEXT NOT NULL,
  norm_hash TEXT NOT NULL,
  split TEXT,
  category TEXT,
  language TEXT,
  turn INTEGER,
  reference TEXT,
  covariates_json TEXT,
  UNIQUE (dataset_id, external_id)
) STRICT;

-- Which lines said something about which prompt: to refuse them where the project has another text for it.
CREATE TABLE taken_line (line INTEGER PRIMARY KEY, prompt_id INTEGER NOT NULL) STRICT;
CREATE TABLE refusal (line INTEGER NOT NULL, reason TEXT NOT NULL) STRICT;

CREATE TABLE response (
  prompt_id INTEGER NOT NULL,
  model_id INTEGER NOT NULL,
  text TEXT,
  previous_text TEXT,
  chars INTEGER,
  is_truncated INTEGER,
  input_tokens INTEGER,
  output_tokens INTEGER,
  cost_usd REAL,
  PRIMARY KEY (prompt_id, model_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE preference_score (
  prompt_id INTEGER NOT NULL,
  source_id INTEGER NOT NULL,
  model_id INTEGER NOT NULL,
  vote TEXT NOT NULL,
  score REAL NOT NULL,
  PRIMARY KEY (prompt_id, source_id, model_id, vote)
) STRICT, WITHOUT ROWID;

CREATE TABLE preference_verdict (
  prompt_id INTEGER NOT NULL,
  source_id INTEGER NOT NULL,
  model_a_id INTEGER NOT NULL,
  model_b_id INTEGER NOT NULL,
  shown TEXT NOT NULL,
  vote TEXT NOT NULL,
  verdict TEXT,
  strength REAL,
  score_a REAL,
  score_b REAL,
  is_consistent INTEGER,
  PRIMARY KEY (prompt_id, source_id, model_a_id, model_b_id, shown, vote)
) STRICT, WITHOUT ROWID;

-- model_b_id is 0 for a grade of a single response; rater and task are '' where the file names none. detail_turned_json is
-- detail_json with a and b exchanged.
CREATE TABLE gold (
  prompt_id INTEGER NOT NULL,
  model_a_id INTEGER NOT NULL,
  model_b_id INTEGER NOT NULL,
  rater TEXT NOT NULL,
  task TEXT NOT NULL,
  action TEXT NOT NULL CHECK (action IN ('submit', 'adjudicate')),
  created_ms INTEGER,
  event_id TEXT NOT NULL,
  import_key TEXT NOT NULL,
  score_a REAL,
  score_b REAL,
  verdict TEXT,
  strength REAL,
  scale_lo REAL,
  scale_hi REAL,
  rater_count INTEGER,
  gold_kind TEXT,
  detail_json TEXT,
  detail_turned_json TEXT,
  PRIMARY KEY (prompt_id, model_a_id, model_b_id, rater, task, action)
) STRICT, WITHOUT ROWID;

CREATE TABLE decision (
  id TEXT PRIMARY KEY,
  prompt_id INTEGER NOT NULL,
  router TEXT NOT NULL,
  bundle_id TEXT NOT NULL,
  stage TEXT NOT NULL,
  decided_ms INTEGER NOT NULL,
  model_id INTEGER NOT NULL,
  propensity REAL NOT NULL,
  is_explored INTEGER NOT NULL,
  answered_model_id INTEGER,
  action TEXT NOT NULL,
  gain REAL,
  threshold REAL,
  cost_usd REAL
) STRICT;

CREATE TABLE embedding (prompt_id INTEGER PRIMARY KEY, vector BLOB NOT NULL) STRICT;
`;

/**
 * The project file, version 1. Released migrations never change: a new version is a new file.
 *
 * Bulk rows (prompts, responses, preferences) have integer keys; what travels between machines or is named by a person
 * (grading events, runs, exports, jobs, imports) has a UUIDv7. Times are integer milliseconds UTC.
 */
export const sql = `
CREATE TABLE project (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  is_simulated INTEGER NOT NULL DEFAULT 0 CHECK (is_simulated IN (0, 1))
) STRICT;

CREATE TABLE dataset (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE import (
  id TEXT PRIMARY KEY,
  file_name TEXT NOT NULL,
  file_sha256 TEXT NOT NULL,
  format TEXT NOT NULL,
  mapping_json TEXT,
  rows_read INTEGER NOT NULL,
  rows_refused INTEGER NOT NULL,
  added_json TEXT NOT NULL,
  warnings_json TEXT NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE import_refusal (
  import_id TEXT NOT NULL REFERENCES import (id),
  line INTEGER NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX import_refusal_by_import ON import_refusal (import_id, line);

CREATE TABLE prompt (
  id INTEGER PRIMARY KEY,
  dataset_id INTEGER NOT NULL REFERENCES dataset (id),
  external_id TEXT NOT NULL,
  text TEXT NOT NULL,
  -- SHA-256 of the normalised text (NFKC, lower case, white space folded), first 16 hex digits: what counts as the same prompt
  norm_hash TEXT NOT NULL,
  split TEXT CHECK (split IN ('train', 'dev', 'test')),
  category TEXT,
  language TEXT,
  turn INTEGER,
  reference TEXT,
  covariates_json TEXT,
  UNIQUE (dataset_id, external_id)
) STRICT;
-- with the split, so that the splits of all prompts are read without their texts
CREATE INDEX prompt_by_norm_hash ON prompt (norm_hash, split);

CREATE TABLE model (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  input_usd_per_million REAL CHECK (input_usd_per_million >= 0),
  output_usd_per_million REAL CHECK (output_usd_per_million >= 0)
) STRICT;

CREATE TABLE response (
  id INTEGER PRIMARY KEY,
  prompt_id INTEGER NOT NULL REFERENCES prompt (id),
  model_id INTEGER NOT NULL REFERENCES model (id),
  text TEXT,
  -- what the model had answered to the turn before, where the prompt is a second turn
  previous_text TEXT,
  -- length in characters before any truncation by the exporter of the data
  chars INTEGER,
  is_truncated INTEGER CHECK (is_truncated IN (0, 1)),
  input_tokens INTEGER,
  output_tokens INTEGER,
  cost_usd REAL,
  UNIQUE (prompt_id, model_id)
) STRICT;

CREATE TABLE source (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('judge', 'crowd', 'rule', 'reward-model', 'simulated')),
  scale_lo REAL,
  scale_hi REAL,
  CHECK ((scale_lo IS NULL) = (scale_hi IS NULL))
) STRICT;

-- A source's score of a single response.
CREATE TABLE preference_score (
  source_id INTEGER NOT NULL REFERENCES source (id),
  prompt_id INTEGER NOT NULL REFERENCES prompt (id),
  model_id INTEGER NOT NULL REFERENCES model (id),
  -- tells several votes of one source on one response apart
  vote TEXT NOT NULL DEFAULT '',
  score REAL NOT NULL,
  PRIMARY KEY (source_id, prompt_id, model_id, vote)
) STRICT, WITHOUT ROWID;

-- A source's verdict on a pair. a and b are as stored here whatever the order of presentation; model_a_id < model_b_id.
CREATE TABLE preference_verdict (
  source_id INTEGER NOT NULL REFERENCES source (id),
  prompt_id INTEGER NOT NULL REFERENCES prompt (id),
  model_a_id INTEGER NOT NULL REFERENCES model (id),
  model_b_id INTEGER NOT NULL REFERENCES model (id),
  -- 'ab' = the source saw a first; 'both' = merged over both orders; '' = not recorded
  shown TEXT NOT NULL CHECK (shown IN ('ab', 'ba', 'both', '')),
  vote TEXT NOT NULL DEFAULT '',
  verdict TEXT CHECK (verdict IN ('a', 'b', 'tie')),
  -- how much better, from 0 to 1, where the source says so
  strength REAL CHECK (strength BETWEEN 0 AND 1),
  score_a REAL,
  score_b REAL,
  is_consistent INTEGER CHECK (is_consistent IN (0, 1)),
  PRIMARY KEY (source_id, prompt_id, model_a_id, model_b_id, shown, vote),
  CHECK (model_a_id < model_b_id),
  CHECK (verdict IS NOT NULL OR (score_a IS NOT NULL AND score_b IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE rater (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  -- 'person' grades in the app; 'imported' stands for the graders behind an imported file
  kind TEXT NOT NULL CHECK (kind IN ('person', 'imported'))
) STRICT;

-- Gold, append only. A grade is an event; revising, undoing and adjudicating are events about an earlier one.
CREATE TABLE grading_event (
  id TEXT PRIMARY KEY,
  created_ms INTEGER NOT NULL,
  rater_id INTEGER NOT NULL REFERENCES rater (id),
  prompt_id INTEGER NOT NULL REFERENCES prompt (id),
  action TEXT NOT NULL CHECK (action IN ('submit', 'revise', 'undo', 'skip', 'flag', 'adjudicate')),
  -- the event that a revise or undo is about
  target_id TEXT REFERENCES grading_event (id),
  -- one model: a score of a single response; two: a verdict or two scores on a pair, model_a_id < model_b_id
  model_a_id INTEGER REFERENCES model (id),
  model_b_id INTEGER REFERENCES model (id),
  score_a REAL,
  score_b REAL,
  verdict TEXT CHECK (verdict IN ('a', 'b', 'tie')),
  strength REAL CHECK (strength BETWEEN 0 AND 1),
  scale_lo REAL,
  scale_hi REAL,
  -- graders behind an imported grade
  rater_count INTEGER,
  gold_kind TEXT CHECK (gold_kind IN ('human_expert', 'human_annotators', 'verifiable')),
  -- which side the first model was shown on, how long it took, comment, reason of a skip, metric, share of votes
  detail_json TEXT,
  import_id TEXT REFERENCES import (id),
  -- equal for the same imported grade, so that importing a file again adds nothing
  import_key TEXT UNIQUE,
  CHECK (model_b_id IS NULL OR model_a_id < model_b_id),
  CHECK ((action IN ('revise', 'undo')) <= (target_id IS NOT NULL))
) STRICT;
CREATE INDEX grading_event_by_prompt ON grading_event (prompt_id, model_a_id, model_b_id);
CREATE INDEX grading_event_by_target ON grading_event (target_id) WHERE target_id IS NOT NULL;

CREATE TRIGGER grading_event_no_update BEFORE UPDATE ON grading_event
BEGIN SELECT RAISE(ABORT, 'grading events are append-only'); END;
CREATE TRIGGER grading_event_no_delete BEFORE DELETE ON grading_event
BEGIN SELECT RAISE(ABORT, 'grading events are append-only'); END;

-- The grades in force: submitted, revised or adjudicated, and neither revised nor undone since. Undoing an undo is not
-- an action: redo submits again.
CREATE VIEW current_grade AS
SELECT e.* FROM grading_event e
WHERE e.action IN ('submit', 'revise', 'adjudicate')
  AND NOT EXISTS (
    SELECT 1 FROM grading_event later
    WHERE later.target_id = e.id AND later.action = 'undo')
  AND NOT EXISTS (
    SELECT 1 FROM grading_event later
    WHERE later.target_id = e.id AND later.action = 'revise'
      AND NOT EXISTS (SELECT 1 FROM grading_event undone WHERE undone.target_id = later.id AND undone.action = 'undo'));

-- Which prompts were sent to experts, with what probability, and what the draw looked at. Drawn once, never redrawn.
CREATE TABLE gold_draw (
  prompt_id INTEGER PRIMARY KEY REFERENCES prompt (id),
  is_revealed INTEGER NOT NULL CHECK (is_revealed IN (0, 1)),
  propensity REAL NOT NULL CHECK (propensity > 0 AND propensity <= 1),
  looked_at TEXT NOT NULL CHECK (looked_at IN ('nothing', 'prompt', 'verdict')),
  method TEXT NOT NULL,
  seed INTEGER NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;

-- A draft of a grade, overwritten at every change and gone when submitted.
CREATE TABLE grading_draft (
  rater_id INTEGER NOT NULL REFERENCES rater (id),
  prompt_id INTEGER NOT NULL REFERENCES prompt (id),
  model_a_id INTEGER NOT NULL REFERENCES model (id),
  model_b_id INTEGER NOT NULL DEFAULT 0,
  draft_json TEXT NOT NULL,
  updated_ms INTEGER NOT NULL,
  PRIMARY KEY (rater_id, prompt_id, model_a_id, model_b_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE embedding (
  prompt_id INTEGER NOT NULL REFERENCES prompt (id),
  encoder TEXT NOT NULL,
  -- float64, little endian
  vector BLOB NOT NULL,
  PRIMARY KEY (prompt_id, encoder)
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
  id TEXT PRIMARY KEY,
  created_ms INTEGER NOT NULL,
  config_json TEXT NOT NULL,
  manifest_json TEXT NOT NULL,
  result_json TEXT NOT NULL
) STRICT;

-- The trained router of a run: router.safetensors, byte for byte as an export writes it.
CREATE TABLE run_artifact (
  run_id TEXT PRIMARY KEY REFERENCES run (id),
  safetensors BLOB NOT NULL
) STRICT;

CREATE TABLE export (
  id TEXT PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES run (id),
  directory TEXT NOT NULL,
  formats_json TEXT NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE job (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('import', 'train', 'evaluate', 'replicate', 'bias', 'export', 'verify')),
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  error_json TEXT,
  created_ms INTEGER NOT NULL,
  started_ms INTEGER,
  finished_ms INTEGER
) STRICT;
`;

/**
 * Grading by tasks, queues, several raters and packs.
 *
 * A queue is materialised: its items have places, and an index holds the open ones, so that the next item is a seek and not
 * a search. How many raters have graded an item is kept beside it and always follows from the events.
 */
export const sql = `
-- What graders are asked. The id travels with packs.
CREATE TABLE grading_task (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('verdict', 'score', 'correctness', 'rubric')),
  form_json TEXT NOT NULL,
  settings_json TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE rubric (
  task_id TEXT NOT NULL REFERENCES grading_task (id),
  prompt_id INTEGER NOT NULL REFERENCES prompt (id),
  criteria_json TEXT NOT NULL,
  PRIMARY KEY (task_id, prompt_id)
) STRICT, WITHOUT ROWID;

ALTER TABLE rater ADD COLUMN role TEXT NOT NULL DEFAULT 'rater' CHECK (role IN ('rater', 'senior'));
ALTER TABLE rater ADD COLUMN note TEXT NOT NULL DEFAULT '';

-- An item whose answer is known. In a pack the answer is left out.
CREATE TABLE attention_check (
  id TEXT PRIMARY KEY,
  task_id TEXT NOT NULL REFERENCES grading_task (id),
  prompt_id INTEGER NOT NULL REFERENCES prompt (id),
  model_a_id INTEGER NOT NULL REFERENCES model (id),
  model_b_id INTEGER REFERENCES model (id),
  answer_json TEXT,
  created_ms INTEGER NOT NULL
) STRICT;

ALTER TABLE grading_event ADD COLUMN task_id TEXT REFERENCES grading_task (id);
-- The answer to an attention check: an event like others, and never a grade in force.
ALTER TABLE grading_event ADD COLUMN check_id TEXT REFERENCES attention_check (id);
CREATE INDEX grading_event_by_rater ON grading_event (rater_id, created_ms, id);
CREATE INDEX grading_event_by_task ON grading_event (task_id) WHERE task_id IS NOT NULL;
CREATE INDEX grading_event_by_check ON grading_event (check_id) WHERE check_id IS NOT NULL;

-- What stands of submissions, revisions, adjudications and answers to checks: neither revised nor undone since.
DROP VIEW current_grade;
CREATE VIEW standing_grade AS
SELECT e.* FROM grading_event e
WHERE e.action IN ('submit', 'revise', 'adjudicate')
  AND NOT EXISTS (
    SELECT 1 FROM grading_event later
    WHERE later.target_id = e.id AND later.action = 'undo')
  AND NOT EXISTS (
    SELECT 1 FROM grading_event later
    WHERE later.target_id = e.id AND later.action = 'revise'
      AND NOT EXISTS (SELECT 1 FROM grading_event undone WHERE undone.target_id = later.id AND undone.action = 'undo'));
-- The grades in force. Answers to checks are none: whatever reads gold reads this.
CREATE VIEW current_grade AS SELECT * FROM standing_grade WHERE check_id IS NULL;

CREATE TABLE grading_queue (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  task_id TEXT NOT NULL REFERENCES grading_task (id),
  kind TEXT NOT NULL CHECK (kind IN ('random', 'active', 'slice', 'adjudication', 'pack')),
  overlap INTEGER NOT NULL DEFAULT 1 CHECK (overlap >= 1),
  seed INTEGER NOT NULL,
  -- what was asked for and what came of the draw
  design_json TEXT NOT NULL,
  is_open INTEGER NOT NULL DEFAULT 1 CHECK (is_open IN (0, 1)),
  created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE queue_rater (
  queue_id INTEGER NOT NULL REFERENCES grading_queue (id),
  rater_id INTEGER NOT NULL REFERENCES rater (id),
  PRIMARY KEY (queue_id, rater_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE queue_item (
  queue_id INTEGER NOT NULL REFERENCES grading_queue (id),
  position INTEGER NOT NULL,
  prompt_id INTEGER NOT NULL REFERENCES prompt (id),
  model_a_id INTEGER NOT NULL REFERENCES model (id),
  -- 0 for a single response
  model_b_id INTEGER NOT NULL DEFAULT 0,
  check_id TEXT REFERENCES attention_check (id),
  -- what the draw saw at this prompt
  reason_json TEXT,
  wanted INTEGER NOT NULL,
  graded INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (queue_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX queue_item_open ON queue_item (queue_id, position) WHERE graded < wanted;
CREATE INDEX queue_item_by_prompt ON queue_item (prompt_id, model_a_id, model_b_id);

-- Up to where a rater has nothing left to do in a queue.
CREATE TABLE queue_cursor (
  queue_id INTEGER NOT NULL REFERENCES grading_queue (id),
  rater_id INTEGER NOT NULL REFERENCES rater (id),
  position INTEGER NOT NULL,
  PRIMARY KEY (queue_id, rater_id)
) STRICT, WITHOUT ROWID;

-- Packs that this project gave out, and what came back. The key that signs them never leaves the project.
CREATE TABLE pack_key (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  secret BLOB NOT NULL
) STRICT;

CREATE TABLE pack_export (
  id TEXT PRIMARY KEY,
  queue_id INTEGER NOT NULL REFERENCES grading_queue (id),
  rater_id INTEGER NOT NULL REFERENCES rater (id),
  items INTEGER NOT NULL,
  -- the names that were hidden in its texts
  hidden_names_json TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  merged_ms INTEGER
) STRICT;

-- In a pack, and nowhere else: what it is.
CREATE TABLE pack (
  id TEXT PRIMARY KEY,
  project_id TEXT NOT NULL,
  rater_id INTEGER NOT NULL REFERENCES rater (id),
  queue_id INTEGER NOT NULL REFERENCES grading_queue (id),
  created_ms INTEGER NOT NULL,
  signature TEXT NOT NULL
) STRICT;
`;

/** The estimators of a run as numbers instead of text, and the operating points that a person has kept. */
export const sql = `
CREATE TABLE run_models (
  run_id TEXT PRIMARY KEY REFERENCES run (id),
  -- every estimator of every head
  safetensors BLOB NOT NULL
) STRICT;

CREATE TABLE operating_point (
  id TEXT PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES run (id),
  name TEXT NOT NULL,
  -- what decides: exactly one of the three
  w REAL CHECK (w >= 0),
  threshold REAL,
  strong_share REAL CHECK (strong_share BETWEEN 0 AND 1),
  note TEXT NOT NULL DEFAULT '',
  created_ms INTEGER NOT NULL,
  UNIQUE (run_id, name),
  CHECK ((w IS NOT NULL) + (threshold IS NOT NULL) + (strong_share IS NOT NULL) = 1)
) STRICT;
`;

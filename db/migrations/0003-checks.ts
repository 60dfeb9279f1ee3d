/** What is worked out about a run after its training: the newest diagnostics, and every certificate. */
export const sql = `
CREATE TABLE run_diagnostics (
  run_id TEXT PRIMARY KEY REFERENCES run (id),
  created_ms INTEGER NOT NULL,
  document_json TEXT NOT NULL
) STRICT;

CREATE TABLE certificate (
  id TEXT PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES run (id),
  created_ms INTEGER NOT NULL,
  document_json TEXT NOT NULL
) STRICT;
CREATE INDEX certificate_by_run ON certificate (run_id);
`;

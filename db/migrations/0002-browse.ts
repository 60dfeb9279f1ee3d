/**
 * What the Data screen looks through: indexes for its filters, and full-text search over prompts and responses.
 *
 * The search tables refer to the rows they index and hold no text of their own. They are filled after the rows, in small
 * steps (`db/repositories/search-index.ts`), because an import must not hold the writer for as long as indexing takes; the
 * text of a row never changes, so what has been indexed stays right.
 */
export const sql = `
CREATE INDEX prompt_by_split ON prompt (split);
CREATE INDEX prompt_by_category ON prompt (category);
CREATE INDEX response_by_model ON response (model_id) WHERE text IS NOT NULL;

CREATE VIRTUAL TABLE prompt_search USING fts5 (
  text, content = 'prompt', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE response_search USING fts5 (
  text, content = 'response', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');
`;

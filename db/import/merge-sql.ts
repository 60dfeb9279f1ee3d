/**
 * The statements that carry a staged file, attached as `alias`, into the project. Everything is set-based; ids are
 * translated by the tables `temp.map_*`, and what is there already stays as it is.
 */

/** Names of what one merge makes on the connection and drops again. */
const TEMPORARY = {
  tables: ['map_dataset', 'map_model', 'map_source', 'map_prompt', 'map_rater', 'refused_line'],
  views: ['incoming_response', 'incoming_score', 'incoming_verdict', 'incoming_gold'],
} as const;

export function dropTemporary(): string {
  return [
    ...TEMPORARY.views.map((name) => `DROP VIEW IF EXISTS temp.${name};`),
    ...TEMPORARY.tables.map((name) => `DROP TABLE IF EXISTS temp.${name};`),
  ].join('\n');
}

export const CREATE_MAPS = `
CREATE TEMP TABLE map_dataset (staged_id INTEGER PRIMARY KEY, id INTEGER NOT NULL);
CREATE TEMP TABLE map_model (staged_id INTEGER PRIMARY KEY, id INTEGER NOT NULL);
CREATE TEMP TABLE map_source (staged_id INTEGER PRIMARY KEY, id INTEGER NOT NULL);
CREATE TEMP TABLE map_prompt (staged_id INTEGER PRIMARY KEY, id INTEGER NOT NULL, is_new INTEGER NOT NULL);
CREATE TEMP TABLE map_rater (name TEXT PRIMARY KEY, id INTEGER NOT NULL);
CREATE TEMP TABLE refused_line (line INTEGER PRIMARY KEY);
`;

/** Datasets and models by name; inserted in the order of the file. */
export function mergeNames(alias: string, table: 'dataset' | 'model') {
  return {
    insert: `INSERT INTO main.${table} (name) SELECT name FROM ${alias}.${table} WHERE true ORDER BY id
             ON CONFLICT (name) DO NOTHING`,
    map: `INSERT INTO temp.map_${table} (staged_id, id)
          SELECT s.id, t.id FROM ${alias}.${table} s JOIN main.${table} t ON t.name = s.name`,
  };
}

const PROMPT_FACTS = ['split', 'category', 'language', 'turn', 'reference', 'covariates_json'];
const RESPONSE_FACTS = [
  'text',
  'previous_text',
  'chars',
  'is_truncated',
  'input_tokens',
  'output_tokens',
  'cost_usd',
];

/** The end of an upsert that fills in what is not known yet, and touches no row that it would leave as it is. */
function fillIn(columns: readonly string[]): string {
  const set = columns.map((column) => `${column} = coalesce(${column}, excluded.${column})`);
  const isMissing = columns.map((column) => `(${column} IS NULL AND excluded.${column} IS NOT NULL)`);
  return `${set.join(', ')} WHERE (${isMissing.join(' OR ')})`;
}

/** Prompts with their ids to be; those with another text in the project are left out, which keeps all of theirs out. */
export function mergePrompts(alias: string) {
  const known = `FROM ${alias}.prompt s CROSS JOIN temp.map_dataset d ON d.staged_id = s.dataset_id
    LEFT JOIN main.prompt p ON p.dataset_id = d.id AND p.external_id = s.external_id`;
  return {
    map: `INSERT INTO temp.map_prompt (staged_id, id, is_new)
          SELECT s.id, coalesce(p.id, (SELECT coalesce(max(id), 0) FROM main.prompt) + s.id), p.id IS NULL
          ${known} WHERE p.id IS NULL OR p.text = s.text`,
    refuse: `INSERT INTO temp.refused_line (line)
             SELECT t.line FROM ${alias}.taken_line t LEFT JOIN temp.map_prompt m ON m.staged_id = t.prompt_id
             WHERE m.id IS NULL`,
    insert: `INSERT INTO main.prompt (id, dataset_id, external_id, text, norm_hash, split, category, language, turn,
               reference, covariates_json)
             SELECT m.id, d.id, s.external_id, s.text, s.norm_hash, s.split, s.category, s.language, s.turn, s.reference,
               s.covariates_json
             FROM temp.map_prompt m CROSS JOIN ${alias}.prompt s ON s.id = m.staged_id
             CROSS JOIN temp.map_dataset d ON d.staged_id = s.dataset_id
             WHERE m.is_new = 1 ORDER BY m.staged_id`,
    differingSplits: `SELECT count(*) FROM temp.map_prompt m CROSS JOIN ${alias}.prompt s ON s.id = m.staged_id
             CROSS JOIN main.prompt p ON p.id = m.id
             WHERE m.is_new = 0 AND p.split IS NOT NULL AND s.split IS NOT NULL AND p.split <> s.split`,
    /** What the project did not know of a prompt it has. */
    complete: `INSERT INTO main.prompt (id, dataset_id, external_id, text, norm_hash, split, category, language, turn,
                 reference, covariates_json)
               SELECT m.id, d.id, s.external_id, s.text, s.norm_hash, s.split, s.category, s.language, s.turn, s.reference,
                 s.covariates_json
               FROM temp.map_prompt m CROSS JOIN ${alias}.prompt s ON s.id = m.staged_id
               CROSS JOIN temp.map_dataset d ON d.staged_id = s.dataset_id
               WHERE m.is_new = 0 ON CONFLICT (id) DO UPDATE SET ${fillIn(PROMPT_FACTS)}`,
  };
}

/** Turns a staged pair into the order of the project's model ids. */
const turned = (a: string, b: string): string => `CASE WHEN ma.id < mb.id THEN ${a} ELSE ${b} END`;
const turnedWord = (column: string, a: string, b: string): string =>
  `CASE WHEN ma.id < mb.id THEN ${column} WHEN ${column} = '${a}' THEN '${b}' WHEN ${column} = '${b}' THEN '${a}'
   ELSE ${column} END`;
const fromPrompts = (alias: string, table: string): string =>
  `FROM ${alias}.${table} s CROSS JOIN temp.map_prompt p ON p.staged_id = s.prompt_id`;

/** Staged rows as the project would hold them. */
export function createViews(alias: string): string {
  return `
CREATE TEMP VIEW incoming_response AS
SELECT p.id AS prompt_id, m.id AS model_id, s.text, s.previous_text, s.chars, s.is_truncated, s.input_tokens,
  s.output_tokens, s.cost_usd
${fromPrompts(alias, 'response')} CROSS JOIN temp.map_model m ON m.staged_id = s.model_id;

CREATE TEMP VIEW incoming_score AS
SELECT o.id AS source_id, p.id AS prompt_id, m.id AS model_id, s.vote, s.score
${fromPrompts(alias, 'preference_score')} CROSS JOIN temp.map_source o ON o.staged_id = s.source_id
  CROSS JOIN temp.map_model m ON m.staged_id = s.model_id;

CREATE TEMP VIEW incoming_verdict AS
SELECT o.id AS source_id, p.id AS prompt_id, ${turned('ma.id', 'mb.id')} AS model_a_id,
  ${turned('mb.id', 'ma.id')} AS model_b_id, ${turnedWord('s.shown', 'ab', 'ba')} AS shown, s.vote,
  ${turnedWord('s.verdict', 'a', 'b')} AS verdict, s.strength, ${turned('s.score_a', 's.score_b')} AS score_a,
  ${turned('s.score_b', 's.score_a')} AS score_b, s.is_consistent
${fromPrompts(alias, 'preference_verdict')} CROSS JOIN temp.map_source o ON o.staged_id = s.source_id
  CROSS JOIN temp.map_model ma ON ma.staged_id = s.model_a_id CROSS JOIN temp.map_model mb ON mb.staged_id = s.model_b_id;

-- A grade of a single response has no second model, and nothing to turn.
CREATE TEMP VIEW incoming_gold AS
SELECT s.event_id AS id, p.id AS prompt_id, s.action, s.import_key, s.created_ms,
  (SELECT r.id FROM temp.map_rater r WHERE r.name = s.rater) AS rater_id, s.strength, s.scale_lo, s.scale_hi, s.rater_count, s.gold_kind,
  CASE WHEN mb.id < ma.id THEN mb.id ELSE ma.id END AS model_a_id,
  CASE WHEN mb.id < ma.id THEN ma.id ELSE mb.id END AS model_b_id,
  CASE WHEN mb.id < ma.id THEN s.score_b ELSE s.score_a END AS score_a,
  CASE WHEN mb.id < ma.id THEN s.score_a ELSE s.score_b END AS score_b,
  CASE WHEN mb.id < ma.id AND s.verdict = 'a' THEN 'b' WHEN mb.id < ma.id AND s.verdict = 'b' THEN 'a' ELSE s.verdict END
    AS verdict,
  CASE WHEN mb.id < ma.id THEN s.detail_turned_json ELSE s.detail_json END AS detail_json
${fromPrompts(alias, 'gold')} CROSS JOIN temp.map_model ma ON ma.staged_id = s.model_a_id
  LEFT JOIN temp.map_model mb ON mb.staged_id = s.model_b_id;
`;
}

export interface TableMerge {
  /** Adds what is new. */
  readonly insert: string;
  /** How many staged rows belong to prompts that were taken. */
  readonly count: string;
  /** How many of those say something else than what is there. */
  readonly differing: string;
}

export const RESPONSES: TableMerge & { readonly complete: string } = {
  insert: `INSERT INTO main.response (prompt_id, model_id, text, previous_text, chars, is_truncated, input_tokens,
             output_tokens, cost_usd)
           SELECT * FROM temp.incoming_response WHERE true ON CONFLICT (prompt_id, model_id) DO NOTHING`,
  count: 'SELECT count(*) FROM temp.incoming_response',
  differing: `SELECT count(*) FROM temp.incoming_response i CROSS JOIN main.response r
              ON r.prompt_id = i.prompt_id AND r.model_id = i.model_id WHERE r.text <> i.text`,
  complete: `INSERT INTO main.response (prompt_id, model_id, text, previous_text, chars, is_truncated, input_tokens,
               output_tokens, cost_usd)
             SELECT * FROM temp.incoming_response WHERE true
             ON CONFLICT (prompt_id, model_id) DO UPDATE SET ${fillIn(RESPONSE_FACTS)}
             AND (text IS NULL OR excluded.text IS NULL OR text = excluded.text)`,
};

export const SCORES: TableMerge = {
  insert: `INSERT INTO main.preference_score (source_id, prompt_id, model_id, vote, score)
           SELECT * FROM temp.incoming_score WHERE true ON CONFLICT DO NOTHING`,
  count: 'SELECT count(*) FROM temp.incoming_score',
  differing: `SELECT count(*) FROM temp.incoming_score i CROSS JOIN main.preference_score k
              ON k.source_id = i.source_id AND k.prompt_id = i.prompt_id AND k.model_id = i.model_id AND k.vote = i.vote
              WHERE k.score <> i.score`,
};

export const VERDICTS: TableMerge = {
  insert: `INSERT INTO main.preference_verdict (source_id, prompt_id, model_a_id, model_b_id, shown, vote, verdict,
             strength, score_a, score_b, is_consistent)
           SELECT * FROM temp.incoming_verdict WHERE true ON CONFLICT DO NOTHING`,
  count: 'SELECT count(*) FROM temp.incoming_verdict',
  differing: `SELECT count(*) FROM temp.incoming_verdict i CROSS JOIN main.preference_verdict k
              ON k.source_id = i.source_id AND k.prompt_id = i.prompt_id AND k.model_a_id = i.model_a_id
              AND k.model_b_id = i.model_b_id AND k.shown = i.shown AND k.vote = i.vote
              WHERE k.verdict IS NOT i.verdict OR k.score_a IS NOT i.score_a OR k.score_b IS NOT i.score_b`,
};

/** Binds: created_ms, rater_id, import_id. */
export const GOLD: TableMerge = {
  insert: `INSERT INTO main.grading_event (id, created_ms, rater_id, prompt_id, action, model_a_id, model_b_id, score_a,
             score_b, verdict, strength, scale_lo, scale_hi, rater_count, gold_kind, detail_json, import_id, import_key)
           SELECT id, coalesce(created_ms, ?), coalesce(rater_id, ?), prompt_id, action, model_a_id, model_b_id, score_a, score_b, verdict, strength, scale_lo,
             scale_hi, rater_count, gold_kind, detail_json, ?, import_key
           FROM temp.incoming_gold WHERE true ON CONFLICT DO NOTHING`,
  count: 'SELECT count(*) FROM temp.incoming_gold',
  differing: `SELECT count(*) FROM temp.incoming_gold i CROSS JOIN main.grading_event k ON k.import_key = i.import_key
              WHERE k.score_a IS NOT i.score_a OR k.score_b IS NOT i.score_b OR k.verdict IS NOT i.verdict`,
};

/** Decisions of a log, by their ids. */
export function mergeDecisions(alias: string): TableMerge {
  const incoming = fromPrompts(alias, 'decision');
  return {
    insert: `INSERT INTO main.logged_decision (id, prompt_id, router, bundle_id, stage, decided_ms, model_id, propensity,
               is_explored, answered_model_id, action, gain, threshold, cost_usd)
             SELECT s.id, p.id, s.router, s.bundle_id, s.stage, s.decided_ms, m.id, s.propensity, s.is_explored, a.id,
               s.action, s.gain, s.threshold, s.cost_usd
             ${incoming} CROSS JOIN temp.map_model m ON m.staged_id = s.model_id
             LEFT JOIN temp.map_model a ON a.staged_id = s.answered_model_id WHERE true ON CONFLICT (id) DO NOTHING`,
    count: `SELECT count(*) ${incoming}`,
    differing: `SELECT count(*) ${incoming} CROSS JOIN main.logged_decision k ON k.id = s.id
                WHERE k.propensity <> s.propensity OR k.decided_ms <> s.decided_ms`,
  };
}

/** Vectors that came with the data. Binds the encoder's name. */
export function mergeVectors(alias: string): TableMerge {
  const incoming = fromPrompts(alias, 'embedding');
  return {
    insert: `INSERT INTO main.embedding (prompt_id, encoder, vector) SELECT p.id, ?, s.vector ${incoming} WHERE true
             ON CONFLICT DO NOTHING`,
    count: `SELECT count(*) ${incoming}`,
    differing: `SELECT count(*) ${incoming} CROSS JOIN main.embedding k ON k.prompt_id = p.id AND k.encoder = ?
                WHERE k.vector <> s.vector`,
  };
}

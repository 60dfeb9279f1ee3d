import type {
  CanonicalDecision,
  CanonicalPrompt,
  CanonicalResponse,
  CanonicalRow,
  CanonicalVerdict,
} from '../../src/dataset/canonical.ts';
import { RowError } from '../../src/dataset/fields.ts';
import { turnShown, turnVerdict } from '../../src/dataset/prompt-fields.ts';
import type { Connection } from '../sqlite.ts';
import { addNotes, NO_IMPORT_NOTES } from './import-report.ts';
import type { ImportNotes } from './import-report.ts';
import { StagedGold } from './staged-gold.ts';
import { StagedNames, StagedSources } from './staged-names.ts';
import { STAGING_SCHEMA } from './staging-schema.ts';

interface KnownPrompt {
  readonly id: number;
  readonly text: string;
  readonly split: string | null;
}

/**
 * Writes canonical rows into a staging file. A row is written whole or, where it contradicts an earlier row, not at all:
 * everything that can refuse it is looked at before its first insert.
 */
export class StagingWriter {
  readonly #db: Connection;
  readonly #datasets: StagedNames;
  readonly #models: StagedNames;
  readonly #sources = new StagedSources();
  readonly #gold: StagedGold;
  readonly #statements;
  #notes = { ...NO_IMPORT_NOTES };
  #vectorLength: number | null = null;
  #latest: { readonly dataset: string; readonly externalId: string; readonly known: KnownPrompt } | null =
    null;

  constructor(db: Connection, newId: () => string) {
    db.exec(STAGING_SCHEMA);
    this.#db = db;
    this.#datasets = new StagedNames(db, 'dataset');
    this.#models = new StagedNames(db, 'model');
    this.#gold = new StagedGold(db, newId);
    this.#statements = prepareStatements(db);
  }

  /** Throws RowError where the row contradicts an earlier one. */
  add(line: number, row: CanonicalRow): void {
    this.#requireVectorLength(row.vector);
    const promptId = this.#addPrompt(row.prompt);
    this.#statements.takenLine.run(line, promptId);
    for (const model of row.models) this.#models.idOf(model);
    for (const response of row.responses) this.#addResponse(promptId, response);
    for (const gold of row.gold) {
      const b = gold.modelB === null ? 0 : this.#models.idOf(gold.modelB);
      const isSame = this.#gold.add(gold, row.prompt, promptId, this.#models.idOf(gold.modelA), b);
      if (!isSame) this.#notes.differingGold++;
    }
    for (const score of row.scores) {
      const sourceId = this.#sources.idOf(score.source, true);
      const key = [promptId, sourceId, this.#models.idOf(score.model), score.vote] as const;
      if (this.#statements.score.run(...key, score.score).changes === 1) continue;
      if (this.#statements.scoreOf.get(...key) !== score.score) this.#notes.differingPreferences++;
    }
    for (const verdict of row.verdicts) this.#addVerdict(promptId, verdict);
    if (row.vector !== null) this.#addVector(promptId, row.vector);
    if (row.decision !== undefined) this.#addDecision(promptId, row.decision);
    this.#note(row);
  }

  refuse(line: number, reason: string): void {
    this.#statements.refusal.run(line, reason);
  }

  /** Writes what was kept in memory; answers what was noticed. */
  finish(): ImportNotes {
    this.#sources.write(this.#db);
    return addNotes(NO_IMPORT_NOTES, this.#notes);
  }

  #requireVectorLength(vector: Float64Array | null): void {
    if (vector === null) return;
    this.#vectorLength ??= vector.length;
    if (vector.length !== this.#vectorLength) {
      throw new RowError(
        'vector',
        `expected ${this.#vectorLength} numbers as in the rows before, found ${vector.length}`,
      );
    }
  }

  #addPrompt(prompt: CanonicalPrompt): number {
    const { dataset, externalId } = prompt;
    const latest = this.#latest;
    if (latest?.externalId === externalId && latest.dataset === dataset) {
      return this.#mergePrompt(latest.known, prompt);
    }
    const datasetId = this.#datasets.idOf(dataset);
    const { changes, lastInsertRowid } = this.#statements.prompt.run(
      datasetId,
      externalId,
      prompt.text,
      prompt.normHash,
      prompt.split,
      prompt.category,
      prompt.language,
      prompt.turn,
      prompt.reference,
      prompt.covariates.length === 0 ? null : JSON.stringify(Object.fromEntries(prompt.covariates)),
    );
    const known =
      changes === 1
        ? { id: Number(lastInsertRowid), text: prompt.text, split: prompt.split }
        : this.#statements.promptOf.get(datasetId, externalId);
    if (known === undefined) throw new Error('A staged prompt is neither new nor there');
    this.#latest = { dataset, externalId, known };
    return changes === 1 ? known.id : this.#mergePrompt(known, prompt);
  }

  #mergePrompt(known: KnownPrompt, prompt: CanonicalPrompt): number {
    if (known.text !== prompt.text) {
      throw new RowError('prompt', 'an earlier row of the file has another text for this prompt_id');
    }
    if (known.split !== null && prompt.split !== null && known.split !== prompt.split) {
      this.#notes.differingSplits++;
    }
    return known.id;
  }

  #addResponse(promptId: number, response: CanonicalResponse): void {
    const modelId = this.#models.idOf(response.model);
    const { changes } = this.#statements.response.run(
      promptId,
      modelId,
      response.text,
      response.previousText,
      response.chars,
      toInteger(response.isTruncated),
      response.inputTokens,
      response.outputTokens,
      response.costUsd,
    );
    if (changes === 1 || response.text === null) return;
    const known = this.#statements.responseOf.get(promptId, modelId);
    if (known !== response.text) this.#notes.differingResponses++;
  }

  #addVerdict(promptId: number, verdict: CanonicalVerdict): void {
    const { scoreA, scoreB } = verdict;
    const sourceId = this.#sources.idOf(verdict.source, scoreA !== null || scoreB !== null);
    const a = this.#models.idOf(verdict.modelA);
    const b = this.#models.idOf(verdict.modelB);
    const isTurned = a > b;
    const key = [
      promptId,
      sourceId,
      Math.min(a, b),
      Math.max(a, b),
      isTurned ? turnShown(verdict.shown) : verdict.shown,
      verdict.vote,
    ] as const;
    const said = isTurned ? turnVerdict(verdict.verdict) : verdict.verdict;
    const { changes } = this.#statements.verdict.run(
      ...key,
      said,
      verdict.strength,
      isTurned ? scoreB : scoreA,
      isTurned ? scoreA : scoreB,
      toInteger(verdict.isConsistent),
    );
    if (changes === 1) return;
    const known = this.#statements.verdictOf.get(...key);
    if (known !== undefined && known !== said) this.#notes.differingPreferences++;
  }

  #addVector(promptId: number, vector: Float64Array): void {
    const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
    if (this.#statements.vector.run(promptId, bytes).changes === 1) return;
    const known = this.#statements.vectorOf.get(promptId);
    if (known !== undefined && !bytes.equals(known)) this.#notes.differingVectors++;
  }

  #addDecision(promptId: number, decision: CanonicalDecision): void {
    const { answeredBy } = decision;
    this.#statements.decision.run(
      decision.id,
      promptId,
      decision.router,
      decision.bundleId,
      decision.stage,
      decision.decidedMs,
      this.#models.idOf(decision.model),
      decision.propensity,
      toInteger(decision.isExplored),
      answeredBy === null ? null : this.#models.idOf(answeredBy),
      decision.action,
      decision.gain,
      decision.threshold,
      decision.costUsd,
    );
  }

  #note({ notes }: CanonicalRow): void {
    this.#notes.absentJudgements += notes.absentJudgements;
    this.#notes.unsubmittedAnswers += notes.unsubmittedAnswers;
    this.#notes.gainsOutOfRange += notes.gainsOutOfRange;
    if (notes.hasUnnamedModels) this.#notes.unnamedPairs++;
    if (notes.goldContradictsScores) this.#notes.contradictingGold++;
    if (notes.goldWithoutScale) this.#notes.goldWithoutScale++;
  }
}

function toInteger(value: boolean | null): 0 | 1 | null {
  if (value === null) return null;
  return value ? 1 : 0;
}

function prepareStatements(db: Connection) {
  return {
    takenLine: db.prepare('INSERT INTO taken_line (line, prompt_id) VALUES (?, ?)'),
    refusal: db.prepare('INSERT INTO refusal (line, reason) VALUES (?, ?)'),
    prompt: db.prepare(
      `INSERT INTO prompt (dataset_id, external_id, text, norm_hash, split, category, language, turn, reference,
         covariates_json) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    ),
    promptOf: db.prepare<[number, string], KnownPrompt>(
      'SELECT id, text, split FROM prompt WHERE dataset_id = ? AND external_id = ?',
    ),
    // A later row may bring the text that an earlier one lacked.
    response: db.prepare(
      `INSERT INTO response (prompt_id, model_id, text, previous_text, chars, is_truncated, input_tokens, output_tokens,
         cost_usd) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET text = excluded.text, previous_text = coalesce(previous_text, excluded.previous_text),
         chars = coalesce(chars, excluded.chars), is_truncated = excluded.is_truncated
       WHERE text IS NULL AND excluded.text IS NOT NULL`,
    ),
    responseOf: db
      .prepare<[number, number], string | null>(
        'SELECT text FROM response WHERE prompt_id = ? AND model_id = ?',
      )
      .pluck(),
    score: db.prepare(
      `INSERT INTO preference_score (prompt_id, source_id, model_id, vote, score) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    ),
    scoreOf: db
      .prepare<[number, number, number, string], number>(
        'SELECT score FROM preference_score WHERE prompt_id = ? AND source_id = ? AND model_id = ? AND vote = ?',
      )
      .pluck(),
    verdict: db.prepare(
      `INSERT INTO preference_verdict (prompt_id, source_id, model_a_id, model_b_id, shown, vote, verdict, strength,
         score_a, score_b, is_consistent) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    ),
    verdictOf: db
      .prepare<[number, number, number, number, string, string], string | null>(
        `SELECT verdict FROM preference_verdict WHERE prompt_id = ? AND source_id = ? AND model_a_id = ?
           AND model_b_id = ? AND shown = ? AND vote = ?`,
      )
      .pluck(),
    decision: db.prepare(
      `INSERT INTO decision (id, prompt_id, router, bundle_id, stage, decided_ms, model_id, propensity, is_explored,
         answered_model_id, action, gain, threshold, cost_usd) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    ),
    vector: db.prepare('INSERT INTO embedding (prompt_id, vector) VALUES (?, ?) ON CONFLICT DO NOTHING'),
    vectorOf: db.prepare<[number], Buffer>('SELECT vector FROM embedding WHERE prompt_id = ?').pluck(),
  };
}

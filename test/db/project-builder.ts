import { appendGradingEvent } from '../../db/repositories/grading.ts';
import type { NewGradingEvent } from '../../db/repositories/grading.ts';
import { insertGoldDraws } from '../../db/repositories/gold-draw.ts';
import type { DrawMethod, DrawnPrompt } from '../../db/repositories/gold-draw.ts';
import { ensureModel } from '../../db/repositories/models.ts';
import { buildPairSnapshot } from '../../db/repositories/snapshot.ts';
import { ensureDataset } from '../../db/repositories/prompts.ts';
import { ensureRater } from '../../db/repositories/raters.ts';
import { ensureSource } from '../../db/repositories/sources.ts';
import type { Source } from '../../db/repositories/sources.ts';
import type { PairRequest } from '../../db/snapshot/request.ts';
import type { ReadableDb, WritableDb } from '../../db/sqlite.ts';
import type { PairSnapshot } from '../../src/routing/snapshot.ts';
import { newProject, projectPath } from './temporary-project.ts';

type Columns = Readonly<Record<string, string | number | null>>;

/** Fills a project by hand, a row at a time. Models `A` (id 1), `B` (id 2) and `C` (id 3) are there from the start. */
export interface ProjectBuilder {
  readonly db: WritableDb;
  /** Answers the id of the prompt. A prompt is the same as another where `norm_hash` is. */
  readonly prompt: (columns?: Columns) => number;
  readonly response: (promptId: number, model: string, columns?: Columns) => void;
  readonly source: (source: Partial<Omit<Source, 'id'>> & { readonly name: string }) => number;
  readonly score: (source: string, promptId: number, model: string, score: number, vote?: string) => void;
  /** A verdict on A against B; columns win. */
  readonly verdict: (source: string, promptId: number, columns: Columns) => void;
  /** A grade by a rater; `imported` raters stand for a file. */
  readonly grade: (
    promptId: number,
    grade: Partial<NewGradingEvent> & { readonly rater?: string; readonly imported?: boolean },
  ) => string;
  readonly draw: (
    promptId: number,
    isRevealed: boolean,
    draw?: Partial<DrawMethod & Pick<DrawnPrompt, 'propensity'>>,
  ) => void;
}

export function buildProject(isSimulated = false): ProjectBuilder {
  const { db } = newProject(projectPath(), isSimulated);
  ensureDataset(db, 'd');
  for (const name of ['A', 'B', 'C']) ensureModel(db, name);
  let prompts = 0;
  let events = 0;

  function insert(table: string, columns: Columns): void {
    const names = Object.keys(columns);
    db.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`).run(
      ...Object.values(columns),
    );
  }
  const sourceId = (name: string): number =>
    db.prepare<[string], number>('SELECT id FROM source WHERE name = ?').pluck().get(name) ?? 0;

  return {
    db,
    prompt: (columns = {}) => {
      const id = ++prompts;
      // A hash above the threshold of the test split, different for every prompt.
      const hash = `f${String(id).padStart(15, '0')}`;
      const standard = { id, dataset_id: 1, external_id: `x${id}`, text: `prompt ${id}`, norm_hash: hash };
      insert('prompt', { ...standard, ...columns });
      return id;
    },
    response: (promptId, model, columns = {}) => {
      const modelId = ensureModel(db, model);
      insert('response', { prompt_id: promptId, model_id: modelId, text: `${model} says`, ...columns });
    },
    source: (source) => ensureSource(db, { kind: 'judge', scale: null, ...source }),
    score: (source, promptId, model, score, vote = '') => {
      const modelId = ensureModel(db, model);
      insert('preference_score', {
        source_id: sourceId(source),
        prompt_id: promptId,
        model_id: modelId,
        vote,
        score,
      });
    },
    verdict: (source, promptId, columns) => {
      insert('preference_verdict', {
        source_id: sourceId(source),
        prompt_id: promptId,
        model_a_id: 1,
        model_b_id: 2,
        shown: '',
        ...columns,
      });
    },
    grade: (promptId, { rater = 'Ada', imported = false, ...grade }) => {
      const id = `e${String(++events).padStart(4, '0')}`;
      const raterId = ensureRater(db, imported ? 'the file' : rater, imported ? 'imported' : 'person');
      appendGradingEvent(db, { id, createdMs: events, raterId, promptId, action: 'submit', ...grade });
      return id;
    },
    draw: (promptId, isRevealed, draw = {}) => {
      const standard = {
        propensity: 0.5,
        lookedAt: 'nothing',
        method: 'count',
        seed: 1,
        createdMs: 1,
      } as const;
      const { propensity, ...method } = { ...standard, ...draw };
      insertGoldDraws(db, method, [{ promptId, isRevealed, propensity }]);
    },
  };
}

/** The snapshot of A (strong) against B (cheap), unless the request says otherwise. */
export function snapshotOf(db: ReadableDb, request: Partial<PairRequest> = {}): PairSnapshot {
  return buildPairSnapshot(db, { strong: 'A', cheap: 'B', stage: 'route', signals: [], ...request });
}

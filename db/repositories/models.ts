import { AppError } from '../../src/core/errors.ts';
import type { ReadableDb, WritableDb } from '../sqlite.ts';

export interface Price {
  readonly inputUsdPerMillion: number;
  readonly outputUsdPerMillion: number;
}

export interface Model {
  readonly id: number;
  readonly name: string;
  /** Both or, where nobody gave a price, neither. */
  readonly inputUsdPerMillion: number | null;
  readonly outputUsdPerMillion: number | null;
}

const SELECT = `SELECT id, name, input_usd_per_million AS inputUsdPerMillion,
  output_usd_per_million AS outputUsdPerMillion FROM model`;

export function listModels(db: ReadableDb): readonly Model[] {
  return db.prepare<[], Model>(`${SELECT} ORDER BY name`).all();
}

/** The model of that name; `usage` with the names there are where it is unknown. */
export function getModel(db: ReadableDb, name: string): Model {
  const model = db.prepare<[string], Model>(`${SELECT} WHERE name = ?`).get(name);
  if (model !== undefined) return model;
  const available = listModels(db).map((each) => each.name);
  const hint =
    available.length === 0 ? 'It has none yet: import data first.' : `It has: ${available.join(', ')}.`;
  throw new AppError('usage', `The project has no model named “${name}”. ${hint}`, {
    details: { model: name, available },
  });
}

/** `not-found` where there is none of that id. */
export function getModelById(db: ReadableDb, id: number): Model {
  const model = db.prepare<[number], Model>(`${SELECT} WHERE id = ?`).get(id);
  if (model !== undefined) return model;
  throw new AppError('not-found', `There is no model ${id} in this project.`);
}

/** The id of the model of that name, made where it is missing. */
export function ensureModel(db: WritableDb, name: string): number {
  db.prepare('INSERT INTO model (name) VALUES (?) ON CONFLICT (name) DO NOTHING').run(name);
  return getModel(db, name).id;
}

/** What a million tokens cost; `usage` where the model is unknown or a price is not a number from 0 up. */
export function setPrice(db: WritableDb, name: string, price: Price): void {
  const model = getModel(db, name);
  for (const usd of [price.inputUsdPerMillion, price.outputUsdPerMillion]) {
    if (!Number.isFinite(usd) || usd < 0) {
      throw new AppError('usage', `A price is a number of dollars from 0 up, and ${usd} is not.`);
    }
  }
  db.prepare('UPDATE model SET input_usd_per_million = ?, output_usd_per_million = ? WHERE id = ?').run(
    price.inputUsdPerMillion,
    price.outputUsdPerMillion,
    model.id,
  );
}

import { v7 } from 'uuid';
import { createProject } from '../../../db/open.ts';
import { indexMore } from '../../../db/repositories/search-index.ts';
import { inTransaction, type WritableDb } from '../../../db/sqlite.ts';
import { createRng } from '../../../src/core/rng.ts';

/** Occurs in every thousandth prompt and in no response. */
export const RARE_WORD = 'zebra';
/** Occurs in about half of the prompts. */
export const COMMON_WORD = 'harbour';

const WORDS =
  'when the a of water light number left stone paper answer because large small river seven'.split(' ');
const SENTENCES = 4096;
const GRADED = 10_000;
const INDEX_EVERY = 1_000;

/**
 * A project with so many prompts of about 200 characters, two responses of about 100 and one verdict each; one in five is a
 * test prompt, and 10,000 have gold. Written straight into the tables, then indexed for search by the program's own steps
 * unless that is left for later.
 */
export function makeLargeProject(
  path: string,
  prompts: number,
  { isIndexed = true }: { readonly isIndexed?: boolean } = {},
): void {
  const options = { clock: () => Math.round(performance.timeOrigin), newId: () => v7() };
  const project = createProject(path, { ...options, name: 'A million rows', isSimulated: true });
  try {
    inTransaction(project.db, () => {
      writeNames(project.db);
      writeRows(project.db, prompts);
      writeGold(project.db, Math.min(GRADED, Math.floor(prompts / 100)), options);
    });
    project.db.pragma('wal_checkpoint(TRUNCATE)');
    if (isIndexed) indexAll(project.db);
  } finally {
    project.close();
  }
}

/** What the program does in the background, at once. */
export function indexAll(db: WritableDb): void {
  for (let step = 1; indexMore(db); step++) {
    if (step % INDEX_EVERY === 0) db.pragma('wal_checkpoint(TRUNCATE)');
  }
}

function writeNames(db: WritableDb): void {
  db.exec(`
    INSERT INTO dataset (id, name) VALUES (1, 'bench');
    INSERT INTO model (id, name) VALUES (1, 'strong'), (2, 'cheap');
    INSERT INTO source (id, name, kind) VALUES (1, 'judge', 'judge');
    INSERT INTO rater (id, name, kind) VALUES (1, 'graders', 'imported');`);
}

function writeRows(db: WritableDb, prompts: number): void {
  const rng = createRng(1);
  const sentences = (characters: number): readonly string[] =>
    Array.from({ length: SENTENCES }, () => sentence(rng.uniform, characters));
  const asked = sentences(190);
  const answered = sentences(100);
  const pick = (from: readonly string[]): string => from[Math.floor(rng.uniform() * from.length)] ?? '';
  const prompt = db.prepare<[number, string, string, string, string, string]>(
    `INSERT INTO prompt (id, dataset_id, external_id, text, norm_hash, split, category, language)
     VALUES (?, 1, ?, ?, ?, ?, ?, 'en')`,
  );
  const response = db.prepare<[number, number, string, number]>(
    'INSERT INTO response (prompt_id, model_id, text, chars) VALUES (?, ?, ?, ?)',
  );
  const verdict = db.prepare<[number, string]>(
    `INSERT INTO preference_verdict (source_id, prompt_id, model_a_id, model_b_id, shown, verdict)
     VALUES (1, ?, 1, 2, 'both', ?)`,
  );
  for (let id = 1; id <= prompts; id++) {
    const mark = `${id % 1000 === 0 ? `${RARE_WORD} ` : ''}${rng.uniform() < 0.5 ? `${COMMON_WORD} ` : ''}`;
    prompt.run(
      id,
      `bench/${id}`,
      `${id} ${mark}${pick(asked)}`,
      // As spread out as the hash of a text.
      ((BigInt(id) * 0x9e3779b97f4a7c15n) % 2n ** 64n).toString(16).padStart(16, '0'),
      id % 5 === 0 ? 'test' : 'train',
      `category ${id % 12}`,
    );
    for (const model of [1, 2]) {
      const text = pick(answered);
      response.run(id, model, text, text.length);
    }
    verdict.run(id, rng.uniform() < 0.6 ? 'a' : 'b');
  }
}

function writeGold(
  db: WritableDb,
  graded: number,
  options: { readonly clock: () => number; readonly newId: () => string },
): void {
  const grade = db.prepare<[string, number, number, string]>(
    `INSERT INTO grading_event (id, created_ms, rater_id, prompt_id, action, model_a_id, model_b_id, verdict, gold_kind)
     VALUES (?, ?, 1, ?, 'submit', 1, 2, ?, 'human_expert')`,
  );
  for (let i = 0; i < graded; i++) {
    grade.run(options.newId(), options.clock(), i * 100 + 1, i % 3 === 0 ? 'b' : 'a');
  }
}

function sentence(uniform: () => number, characters: number): string {
  let words = '';
  while (words.length < characters) words += `${WORDS[Math.floor(uniform() * WORDS.length)] ?? ''} `;
  return words.trimEnd();
}

import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createProject } from '../../db/open.ts';
import { copyPackRows } from '../../db/repositories/pack-rows.ts';
import { insertPackExport, packKey, setSignature, signPack, writePack } from '../../db/repositories/packs.ts';
import { listModels } from '../../db/repositories/models.ts';
import { getProject } from '../../db/repositories/project.ts';
import { leftToDo } from '../../db/repositories/queue-items.ts';
import { ensureRater } from '../../db/repositories/raters.ts';
import { inTransaction } from '../../db/sqlite.ts';
import { AppError } from '../core/errors.ts';
import type { GradingDeps } from './grading-deps.ts';
import { createMasker } from './mask-identity.ts';
import { requireServed } from './queue-context.ts';
import { getTask } from './tasks.ts';

export interface ExportedPack {
  readonly packId: string;
  readonly path: string;
  readonly items: number;
}

/**
 * Writes what a rater has left to do in a queue into one file, which opens like a project on another machine: blind, without
 * other people's labels, signed. The file appears under its name when it is whole. Errors: `already-exists`, `not-found`
 * (folder), `not-enough-data` (nothing left), `usage` (an adjudication shows other people's grades).
 */
export function exportPack(
  deps: GradingDeps,
  input: { readonly queueId: number; readonly rater: string; readonly path: string },
): ExportedPack {
  const { db } = deps;
  const path = resolve(input.path);
  requireFree(path);
  const raterId = ensureRater(db, input.rater, 'person');
  const queue = requireServed(db, input.queueId, raterId);
  if (queue.kind === 'adjudication') {
    throw new AppError(
      'usage',
      'A pack holds nobody else’s grades, and an adjudication needs them: decide here.',
    );
  }
  const items = leftToDo(db, { queueId: queue.id, raterId });
  if (items.length === 0) {
    throw new AppError('not-enough-data', `${input.rater} has nothing left to grade in “${queue.name}”.`);
  }
  const task = getTask(db, queue.taskId);
  const hiddenNames = listModels(db).map((model) => model.name);
  const masker = createMasker(hiddenNames);
  const packId = deps.newId();
  const createdMs = deps.clock();
  const { id: projectId, isSimulated } = getProject(db);
  const unfinished = `${path}.unfinished-${packId}`;
  try {
    const file = createProject(unfinished, {
      clock: deps.clock,
      newId: deps.newId,
      name: `${queue.name} (${input.rater})`,
      isSimulated,
    });
    try {
      inTransaction(file.db, () => {
        copyPackRows(db, file.db, {
          raterId,
          queueId: queue.id,
          taskId: task.id,
          items,
          showsReference: task.showsReference,
          mask: (text, prompt) => masker(text, prompt).text,
          createdMs,
        });
        writePack(file.db, { id: packId, projectId, raterId, queueId: queue.id, createdMs, signature: '' });
        setSignature(file.db, signPack(file.db, packKey(db)));
      });
    } finally {
      file.close();
    }
    inTransaction(db, () => {
      insertPackExport(db, {
        id: packId,
        queueId: queue.id,
        raterId,
        items: items.length,
        hiddenNames,
        createdMs,
      });
      requireFree(path);
      renameSync(unfinished, path);
    });
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
  return { packId, path, items: items.length };
}

function requireFree(path: string): void {
  if (!existsSync(dirname(path))) {
    throw new AppError('not-found', `There is no folder ${dirname(path)} to write the pack to.`);
  }
  if (existsSync(path)) {
    throw new AppError('already-exists', `There is a file ${path} already: choose another name.`);
  }
}

import { listPackExports } from '../../../db/repositories/packs.ts';
import { exportPack } from '../../annotate/pack-export.ts';
import { gradeConflicts, mergePack } from '../../annotate/pack-merge.ts';
import { savePackCopy } from '../../annotate/pack-copy.ts';
import { listTasks } from '../../annotate/tasks.ts';
import type { EngineContext, QueryHandlers, QueryMethodName } from '../engine-context.ts';

type Handlers = Pick<QueryHandlers, Extract<QueryMethodName, `pack.${string}`>>;

export function packHandlers({ deps, emit, session }: EngineContext): Handlers {
  const grading = () => ({ db: session().file.db, clock: deps.clock, newId: deps.newId });

  return {
    'pack.export': (input) => {
      const exported = exportPack(grading(), input);
      emit({ name: 'pack.exported', data: { packId: exported.packId, path: exported.path } });
      return exported;
    },
    'pack.saveCopy': ({ path, overwrite }) => {
      const saved = savePackCopy(session().file.db, path, overwrite);
      emit({ name: 'pack.exported', data: { packId: saved.packId, path: saved.path } });
      return { path: saved.path, bytes: saved.bytes };
    },
    'pack.merge': ({ path }) => {
      const merged = mergePack(grading(), path);
      emit({ name: 'pack.merged', data: { packId: merged.packId, added: merged.added } });
      return merged;
    },
    'pack.list': () => ({
      packs: listPackExports(session().file.db).map(
        ({ id, queueId, queue, rater, items, createdMs, mergedMs }) => ({
          packId: id,
          queueId,
          queue,
          rater,
          items,
          createdMs,
          mergedMs,
        }),
      ),
    }),
    'pack.conflicts': ({ taskId }) => {
      const { db } = session().file;
      const tasks = taskId === undefined ? listTasks(db).map((task) => task.id) : [taskId];
      return { conflicts: gradeConflicts(db, tasks) };
    },
  };
}

import type { ProjectFile } from '../../../db/open.ts';
import { readPack } from '../../../db/repositories/packs.ts';
import { getProject } from '../../../db/repositories/project.ts';
import type { MethodOutput } from '../../contract/methods.ts';

/** What a file says it is: a project, or a pack of one. */
export function projectInfo({ path, db }: ProjectFile): MethodOutput<'project.open'> {
  const pack = readPack(db);
  return {
    path,
    ...getProject(db),
    pack:
      pack === null
        ? null
        : { packId: pack.id, rater: pack.rater, queueId: pack.queueId, taskId: pack.taskId },
  };
}

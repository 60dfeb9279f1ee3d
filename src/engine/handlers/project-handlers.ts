import { basename, extname } from 'node:path';
import { createProject, openProject, type ProjectFile } from '../../../db/open.ts';
import { setPrice } from '../../../db/repositories/models.ts';
import type { MethodOutput } from '../../contract/methods.ts';
import type { EngineContext, QueryHandlers } from '../engine-context.ts';
import { projectInfo } from '../services/project-info.ts';
import { describeProject } from '../services/status-service.ts';
import { openSession } from '../session.ts';

type Handlers = Pick<
  QueryHandlers,
  'project.create' | 'project.open' | 'project.close' | 'project.status' | 'model.setPrice'
>;

export function projectHandlers(context: EngineContext): Handlers {
  const { deps, emit, session } = context;

  async function use(open: () => ProjectFile): Promise<MethodOutput<'project.open'>> {
    const { file } = await context.setSession(() => openSession(open(), deps, emit));
    const info = projectInfo(file);
    emit({ name: 'project.opened', data: { path: file.path, name: info.name } });
    return info;
  }

  return {
    'project.create': ({ path, name, isSimulated }) =>
      use(() => createProject(path, { ...deps, name: name ?? basename(path, extname(path)), isSimulated })),
    'project.open': ({ path }) => use(() => openProject(path, deps)),
    'project.close': async () => {
      await context.closeSession();
      return {};
    },
    'project.status': () => describeProject(session().file),
    'model.setPrice': ({ model, ...price }) => {
      setPrice(session().file.db, model, price);
      emit({ name: 'model.priced', data: { model } });
      return { model, ...price };
    },
  };
}

import type { EngineContext, QueryHandlers } from '../engine-context.ts';

type Handlers = Pick<QueryHandlers, 'job.list' | 'job.get' | 'job.result' | 'job.cancel'>;

export function jobHandlers({ session }: EngineContext): Handlers {
  return {
    'job.list': ({ limit }) => ({ jobs: session().jobs.list(limit) }),
    'job.get': ({ jobId }) => session().jobs.get(jobId),
    'job.result': ({ jobId }) => ({ result: session().jobs.result(jobId) }),
    'job.cancel': ({ jobId }) => session().jobs.cancel(jobId),
  };
}

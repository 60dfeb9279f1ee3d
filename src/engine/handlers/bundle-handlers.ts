import type { EngineContext, JobHandlers, QueryHandlers } from '../engine-context.ts';
import { createBundleRouters, decide } from '../services/bundle-routers.ts';
import { exportBundle, verify } from '../services/export-service.ts';

type Queries = Pick<QueryHandlers, 'bundle.verify' | 'bundle.route'>;

export function bundleHandlers(context: EngineContext): Queries {
  const routers = createBundleRouters();
  return {
    'bundle.verify': (input) => verify(context, input),
    'bundle.route': async ({ directory, items, w, strongShare }) => {
      const router = await routers.load(directory);
      return { decisions: items.map((item) => decide(router, item, { w, strongShare })) };
    },
  };
}

export function bundleJobs(context: EngineContext): Pick<JobHandlers, 'bundle.export'> {
  return {
    'bundle.export': { kind: 'export', work: (input, job) => exportBundle(context, input, job) },
  };
}

import { listJudgedDecisions, listRouterLogs } from '../../../db/repositories/decisions.ts';
import { valueOfLoggedPolicies } from '../../routing/logged-value.ts';
import type { EngineContext, QueryHandlers } from '../engine-context.ts';

export function decisionHandlers({ session }: EngineContext): Pick<QueryHandlers, 'decision.summary'> {
  return {
    'decision.summary': () => {
      const { db } = session().file;
      const routers = listRouterLogs(db).map((log) => {
        const { decisions: judged, ...values } = valueOfLoggedPolicies(listJudgedDecisions(db, log.router));
        return { ...log, judged, ...values };
      });
      return { routers };
    },
  };
}

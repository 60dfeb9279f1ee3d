import type { EngineContext, QueryHandlers } from '../engine-context.ts';
import { listOperatingPoints, removeOperatingPoint, saveOperatingPoint } from '../services/point-service.ts';

type Methods = Pick<QueryHandlers, 'points.list' | 'points.save' | 'points.remove'>;

export function pointHandlers(context: EngineContext): Methods {
  return {
    'points.list': ({ runId }) => ({ points: listOperatingPoints(context.session(), runId) }),
    'points.save': (input) => saveOperatingPoint(context, input),
    'points.remove': ({ pointId }) => {
      removeOperatingPoint(context, pointId);
      return {};
    },
  };
}

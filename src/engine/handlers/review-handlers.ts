import { agreementOf } from '../../annotate/review-agreement.ts';
import { disagreements, gradedForReview, itemHistory } from '../../annotate/review-items.ts';
import { raterReports } from '../../annotate/review-raters.ts';
import type { EngineContext, QueryHandlers, QueryMethodName } from '../engine-context.ts';

type Handlers = Pick<QueryHandlers, Extract<QueryMethodName, `review.${string}`>>;

export function reviewHandlers({ session }: EngineContext): Handlers {
  return {
    'review.agreement': (input) => agreementOf(session().file.db, input),
    'review.raters': ({ taskId }) => ({ reports: raterReports(session().file.db, taskId) }),
    'review.disagreements': (input) => disagreements(session().file.db, input),
    'review.graded': (input) => gradedForReview(session().file.db, input),
    'review.item': ({ promptId }) => itemHistory(session().file.db, promptId),
  };
}

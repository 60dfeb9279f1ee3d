import type { EventName } from '../../contract/events.ts';
import { countLeft, draftsOf, nextItem, saveDraft } from '../../annotate/grading-queue.ts';
import {
  flagItem,
  gradingHistory,
  reviseGrade,
  skipItem,
  submitGrade,
  undoGrade,
} from '../../annotate/grading.ts';
import type { GradingEvent } from '../../annotate/event-view.ts';
import type { GradingDeps } from '../../annotate/grading-deps.ts';
import { redoLast, stepsOf, undoLast, type Stepped } from '../../annotate/steps.ts';
import type { EngineContext, QueryHandlers, QueryMethodName } from '../engine-context.ts';

type Handlers = Pick<QueryHandlers, Extract<QueryMethodName, `grade.${string}`>>;

export function gradingHandlers({ deps, emit, session }: EngineContext): Handlers {
  const grading = (): GradingDeps => ({ db: session().file.db, clock: deps.clock, newId: deps.newId });

  function announce(name: Extract<EventName, `grade.${string}`>, event: GradingEvent): GradingEvent {
    const { eventId, promptId, rater, targetId } = event;
    emit({ name, data: { eventId, promptId, rater, targetId } });
    return event;
  }

  function announceStep(name: 'grade.undone' | 'grade.redone', stepped: Stepped): Stepped {
    if (stepped.event !== null) announce(name, stepped.event);
    return stepped;
  }

  return {
    'grade.next': async ({ countsRemaining, ...input }) => {
      const item = nextItem(grading(), input);
      return { item, remaining: countsRemaining ? await countLeft(grading(), input) : null };
    },
    'grade.submit': (input) => announce('grade.submitted', submitGrade(grading(), input)),
    'grade.revise': (input) => announce('grade.revised', reviseGrade(grading(), input)),
    'grade.undo': (input) => announce('grade.undone', undoGrade(grading(), input)),
    'grade.undoLast': ({ rater }) => announceStep('grade.undone', undoLast(grading(), rater)),
    'grade.redoLast': ({ rater }) => announceStep('grade.redone', redoLast(grading(), rater)),
    'grade.steps': ({ rater }) => stepsOf(grading(), rater),
    'grade.skip': (input) => announce('grade.skipped', skipItem(grading(), input)),
    'grade.flag': (input) => announce('grade.flagged', flagItem(grading(), input)),
    'grade.history': (input) => ({ events: gradingHistory(session().file.db, input) }),
    'grade.saveDraft': (input) => ({ updatedMs: saveDraft(grading(), input) }),
    'grade.drafts': ({ rater }) => ({ drafts: draftsOf(grading(), rater) }),
  };
}

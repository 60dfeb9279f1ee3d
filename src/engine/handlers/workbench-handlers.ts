import { setOverlap, setQueueOpen, setQueueRaters, getQueue } from '../../../db/repositories/queues.ts';
import { ensureRater } from '../../../db/repositories/raters.ts';
import { inTransaction } from '../../../db/sqlite.ts';
import { createAdjudication } from '../../annotate/adjudication-queue.ts';
import { addCheck, checkResults } from '../../annotate/attention-checks.ts';
import type { GradingDeps } from '../../annotate/grading-deps.ts';
import { importRubrics } from '../../annotate/import-rubrics.ts';
import { queueInfo, queueInfos } from '../../annotate/queue-info.ts';
import { itemInQueue, nextInQueue, progressInQueue } from '../../annotate/queue-serve.ts';
import { raterProfiles, saveRater } from '../../annotate/raters.ts';
import { getCountedTask, getTask, listTasks, rubricOf, saveRubric, saveTask } from '../../annotate/tasks.ts';
import type { ParsedInput } from '../../contract/methods.ts';
import { planBudget } from '../services/plan-service.ts';
import { drawQueue } from '../services/queue-service.ts';
import type { EngineContext, JobHandlers, QueryHandlers, QueryMethodName } from '../engine-context.ts';

type Handlers = Pick<
  QueryHandlers,
  Extract<QueryMethodName, `${'task' | 'queue' | 'rater' | 'plan'}.${string}`>
>;

/** Tasks, queues and raters. */
export function workbenchHandlers({ deps, emit, session }: EngineContext): Handlers {
  const grading = (): GradingDeps => ({ db: session().file.db, clock: deps.clock, newId: deps.newId });

  return {
    'task.list': () => ({ tasks: listTasks(session().file.db) }),
    'task.save': (input) => {
      const task = saveTask(grading(), input);
      emit({ name: 'task.saved', data: { taskId: task.id } });
      return task;
    },
    'task.saveRubric': (input) => ({ criteria: saveRubric(grading(), input) }),
    'task.rubric': ({ taskId, promptId }) => {
      const { db } = session().file;
      return rubricOf(db, taskId, getTask(db, taskId).form, promptId);
    },
    'task.importRubrics': (input) => {
      const imported = importRubrics(grading(), input);
      emit({ name: 'task.saved', data: { taskId: input.taskId } });
      return imported;
    },
    'queue.list': () => ({ queues: queueInfos(session().file.db) }),
    'queue.createAdjudication': (input) => {
      const queue = createAdjudication(grading(), input);
      emit({ name: 'queue.created', data: { queueId: queue.id } });
      return queue;
    },
    'queue.update': (input) => {
      updateQueue(grading(), input);
      return queueInfo(session().file.db, input.queueId);
    },
    'queue.next': (input) => nextInQueue(grading(), input),
    'queue.item': (input) => ({ item: itemInQueue(grading(), input) }),
    'queue.task': ({ queueId }) => {
      const { db } = session().file;
      return getCountedTask(db, getQueue(db, queueId).taskId);
    },
    'queue.progress': (input) => progressInQueue(grading(), input),
    'queue.addCheck': (input) => ({ checkId: addCheck(grading(), input) }),
    'queue.checks': ({ taskId }) => ({ checks: checkResults(session().file.db, taskId) }),
    'plan.budget': (input) => planBudget(session(), input),
    'rater.list': () => ({ raters: raterProfiles(session().file.db) }),
    'rater.save': (input) => saveRater(grading(), input),
  };
}

export function workbenchJobs(context: EngineContext): Pick<JobHandlers, 'queue.create'> {
  return { 'queue.create': { kind: 'draw', work: (input, job) => drawQueue(context, input, job) } };
}

function updateQueue(deps: GradingDeps, input: ParsedInput<'queue.update'>): void {
  const { db } = deps;
  inTransaction(db, () => {
    getQueue(db, input.queueId);
    if (input.isOpen !== undefined) setQueueOpen(db, input.queueId, input.isOpen);
    if (input.overlap !== undefined) setOverlap(db, input.queueId, input.overlap);
    if (input.raters === undefined) return;
    const ids = input.raters.map((name) => ensureRater(db, name, 'person'));
    setQueueRaters(db, input.queueId, ids);
  });
}

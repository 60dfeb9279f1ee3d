import { findQueue } from '../../../db/repositories/queues.ts';
import { storeQueue } from '../../annotate/queue-create.ts';
import type { JobResult, ParsedInput } from '../../contract/methods.ts';
import { AppError } from '../../core/errors.ts';
import type { EngineContext } from '../engine-context.ts';
import type { JobContext } from '../job-host.ts';
import { runJobTask } from '../run-tasks.ts';
import type { Session } from '../session.ts';

/** Of the progress of a draw: storing it is one transaction, that reports nothing itself. */
const PLANNING_PART = 0.95;

/** One draw after the other: a second one must see the draws of the first. */
const drawing = new WeakMap<Session, Promise<unknown>>();

/**
 * Draws a queue: planned in a worker that reads the project, then stored in one short transaction on the engine's connection.
 * A cancel or a crash before that leaves the project as it was: nothing is half drawn.
 */
export async function drawQueue(
  context: EngineContext,
  input: ParsedInput<'queue.create'>,
  job: JobContext,
): Promise<JobResult<'queue.create'>> {
  const session = context.session();
  const before = drawing.get(session) ?? Promise.resolve();
  const drawn = before.then(() => drawOne(context, input, job));
  drawing.set(
    session,
    drawn.catch(() => undefined),
  );
  return drawn;
}

async function drawOne(
  { deps, session, emit }: EngineContext,
  input: ParsedInput<'queue.create'>,
  job: JobContext,
): Promise<JobResult<'queue.create'>> {
  job.control.throwIfCancelled();
  const { db, path } = session().file;
  // Told before the work, and not after it.
  if (findQueue(db, input.name) !== null) {
    throw new AppError('already-exists', `There is a queue “${input.name}” already: choose another name.`);
  }
  const part = { from: 0, to: PLANNING_PART };
  const plan = await runJobTask(deps, job, 'plan-queue', { projectPath: path, input }, part);
  job.control.throwIfCancelled();
  job.control.report({ stage: 'Storing the queue', fraction: PLANNING_PART });
  const queue = storeQueue({ db, clock: deps.clock, newId: deps.newId }, input, plan);
  emit({ name: 'queue.created', data: { queueId: queue.id } });
  return queue;
}

import { availableParallelism } from 'node:os';
import type { AppEvent } from '../contract/events.ts';
import type {
  Answer,
  JobMethodName,
  JobResult,
  MethodName,
  MethodOutput,
  ParsedInput,
} from '../contract/methods.ts';
import { isJobMethodName, isMethodName, methods } from '../contract/methods.ts';
import type { z } from '../contract/zod.ts';
import { AppError, toErrorPayload } from '../core/errors.ts';
import { authorise, withoutOthers, type Caller } from './authorise.ts';
import type { EngineContext, JobHandlers, QueryHandlers, QueryMethodName } from './engine-context.ts';
import type { EngineDeps } from './engine-deps.ts';
import { createEventBus } from './event-bus.ts';
import { biasHandlers, biasJobs } from './handlers/bias-handlers.ts';
import { bundleHandlers, bundleJobs } from './handlers/bundle-handlers.ts';
import { checkHandlers, checkJobs } from './handlers/check-handlers.ts';
import { dataHandlers } from './handlers/data-handlers.ts';
import { decisionHandlers } from './handlers/decision-handlers.ts';
import { embeddingHandlers, embeddingJobs } from './handlers/embedding-handlers.ts';
import { gradingHandlers } from './handlers/grading-handlers.ts';
import { importHandlers, importJobs } from './handlers/import-handlers.ts';
import { previewHandlers } from './handlers/preview-handlers.ts';
import { inspectionHandlers, inspectionJobs } from './handlers/inspection-handlers.ts';
import { jobHandlers } from './handlers/job-handlers.ts';
import { pointHandlers } from './handlers/point-handlers.ts';
import { projectHandlers } from './handlers/project-handlers.ts';
import { runHandlers, runJobs } from './handlers/run-handlers.ts';
import { packHandlers } from './handlers/pack-handlers.ts';
import { reviewHandlers } from './handlers/review-handlers.ts';
import { workbenchHandlers, workbenchJobs } from './handlers/workbench-handlers.ts';
import { createQuiet } from './quiet.ts';
import { closeSession, type Session } from './session.ts';

/** All behaviour of the product, behind the contract. One engine holds at most one project. */
export interface Engine {
  /** Answers a method of the contract; never rejects. `caller`: a rater, who may grade and nothing else. */
  readonly call: (method: string, input: unknown, caller?: Caller) => Promise<Answer<unknown>>;
  readonly subscribe: (
    listener: (event: AppEvent) => void,
    options?: { readonly signal?: AbortSignal },
  ) => void;
  /** Cancels the jobs that run, closes the project. Can be called twice. */
  readonly close: () => Promise<void>;
}

type Inputs = { readonly [N in MethodName]: { readonly input: z.ZodType<ParsedInput<N>> } };
type Outputs = { readonly [N in MethodName]: { readonly output: z.ZodType<MethodOutput<N>> } };
type Results = { readonly [N in JobMethodName]: { readonly result: z.ZodType<JobResult<N>> } };
const inputs: Inputs = methods;
const outputs: Outputs = methods;
const results: Results = methods;

const DEFAULTS = { maxJobs: 2, cancelGraceMs: 1500 };

export function createEngine(given: EngineDeps): Engine {
  const deps = { ...DEFAULTS, maxWorkers: availableParallelism(), ...given };
  const bus = createEventBus();
  let session: Session | null = null;

  async function close(): Promise<void> {
    const closing = session;
    session = null;
    if (closing === null) return;
    await closeSession(closing);
    bus.emit({ name: 'project.closed', data: { path: closing.file.path } });
  }

  const context: EngineContext = {
    deps,
    emit: bus.emit,
    quiet: createQuiet(deps.clock),
    session: () => {
      if (session === null) throw new AppError('usage', 'No project is open: call project.open first.');
      return session;
    },
    setSession: async (open) => {
      await close();
      session = open();
      return session;
    },
    closeSession: close,
  };
  const queries: QueryHandlers = {
    ...projectHandlers(context),
    ...importHandlers(context),
    ...previewHandlers(),
    ...dataHandlers(context),
    ...gradingHandlers(context),
    ...workbenchHandlers(context),
    ...reviewHandlers(context),
    ...packHandlers(context),
    ...runHandlers(context),
    ...biasHandlers(context),
    ...inspectionHandlers(context),
    ...checkHandlers(context),
    ...pointHandlers(context),
    ...bundleHandlers(context),
    ...embeddingHandlers(context),
    ...decisionHandlers(context),
    ...jobHandlers(context),
  };
  const jobs: JobHandlers = {
    ...importJobs(context),
    ...workbenchJobs(context),
    ...runJobs(context),
    ...biasJobs(context),
    ...inspectionJobs(context),
    ...checkJobs(context),
    ...bundleJobs(context),
    ...embeddingJobs(context),
  };

  async function answerQuery<N extends QueryMethodName>(name: N, raw: unknown): Promise<MethodOutput<N>> {
    const input = readInput(name, raw);
    return outputs[name].output.parse(await queries[name](input));
  }

  function startJob<N extends JobMethodName>(name: N, raw: unknown): MethodOutput<N> {
    const input = readInput(name, raw);
    const { kind, work } = jobs[name];
    const jobId = context
      .session()
      .jobs.start(kind, async (job) => results[name].result.parse(await work(input, job)));
    return outputs[name].output.parse({ jobId });
  }

  /** Refuses what this caller may not ask; answers who it is, null for somebody who may do everything. */
  function restrict(method: MethodName, raw: unknown, caller?: Caller): Caller | null {
    const packRater = session?.packRater ?? null;
    if (caller === undefined && packRater === null) return null;
    const who = caller ?? { rater: packRater ?? '' };
    authorise(context.session().file.db, who, method, raw, caller === undefined);
    return caller ?? null;
  }

  return {
    call: async (method, raw, caller) => {
      context.quiet.touch();
      try {
        if (!isMethodName(method)) {
          throw new AppError(
            'usage',
            `There is no method ${method}. Methods: ${Object.keys(methods).join(', ')}.`,
          );
        }
        const restricted = restrict(method, raw, caller);
        const value = isJobMethodName(method) ? startJob(method, raw) : await answerQuery(method, raw);
        return { ok: true, value: restricted === null ? value : withoutOthers(restricted, value) };
      } catch (error) {
        return { ok: false, error: toErrorPayload(error) };
      }
    },
    subscribe: bus.subscribe,
    close: async () => {
      await close();
      bus.clear();
    },
  };
}

function readInput<N extends MethodName>(name: N, raw: unknown): ParsedInput<N> {
  const parsed = inputs[name].input.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new AppError('usage', `${name}: ${describeIssues(parsed.error)}`);
}

/** Where and what, never the value: it may hold the text of a prompt. */
function describeIssues(error: z.ZodError): string {
  return error.issues
    .map((issue) => `${issue.path.length === 0 ? 'input' : issue.path.join('.')}: ${issue.message}`)
    .join('; ');
}

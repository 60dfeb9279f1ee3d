import type { App } from '../../app/app.svelte.ts';
import type { JobRun } from '../../app/jobs.svelte.ts';

/**
 * The figures of one run, worked out on the gold there is now. A job that did the same for this run since the data last
 * changed is used again, so that going from screen to screen computes nothing twice.
 */
export class RunFigures {
  evaluation: JobRun<'run.evaluate'> | null = $state.raw(null);
  inspection: JobRun<'run.inspect'> | null = $state.raw(null);
  readonly #app: App;

  constructor(app: App) {
    this.#app = app;
  }

  showEvaluation(runId: string): void {
    const latest = this.#app.jobs.latest('run.evaluate');
    this.evaluation = isUsable(latest, runId) ? latest : this.#app.jobs.start('run.evaluate', { runId });
  }

  showAll(runId: string): void {
    this.showEvaluation(runId);
    const latest = this.#app.jobs.latest('run.inspect');
    this.inspection = isUsable(latest, runId) ? latest : this.#app.jobs.start('run.inspect', { runId });
  }

  retry(runId: string): void {
    this.evaluation = this.#app.jobs.start('run.evaluate', { runId });
    this.inspection = this.#app.jobs.start('run.inspect', { runId });
  }
}

function isUsable<
  J extends { readonly state: string; readonly input: { readonly runId?: string | undefined } },
>(job: J | undefined, runId: string): job is J {
  return (
    job !== undefined && job.input.runId === runId && (job.state === 'running' || job.state === 'succeeded')
  );
}

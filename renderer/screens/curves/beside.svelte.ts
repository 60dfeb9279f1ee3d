import type { MethodOutput } from '../../../src/contract/methods.ts';
import type { App } from '../../app/app.svelte.ts';
import { Resource } from '../../app/resource.svelte.ts';
import type { CurveSeries } from '../../charts/curve-layout.ts';
import { estimatorName } from '../analysis/names.ts';
import { besideSeries } from './series.ts';

type Run = MethodOutput<'run.list'>['runs'][number];

/** Another run of the same models, whose curve is drawn beside the one that is looked at. */
export class Beside {
  runId: string | null = $state(null);
  readonly series = new Resource<CurveSeries>();
  readonly #app: App;

  constructor(app: App) {
    this.#app = app;
  }

  choose(run: Run | null): void {
    this.runId = run?.runId ?? null;
    if (run === null) {
      this.series.clear();
      return;
    }
    void this.series.load(async () => {
      const evaluation = await this.#app.client.run('run.evaluate', { runId: run.runId });
      return besideSeries(evaluation, `${run.stage}, ${estimatorName(run.estimator)}`);
    });
  }
}

/** Runs whose curve means the same: other trainings between the same two models. */
export function comparableRuns(runs: readonly Run[], shown: Run): readonly Run[] {
  const isSame = (run: Run): boolean =>
    run.pair.strong === shown.pair.strong &&
    run.pair.cheap === shown.pair.cheap &&
    run.models.length === shown.models.length;
  return runs.filter((run) => run.runId !== shown.runId && isSame(run));
}

/** The figures of a run as tables of the card: named metrics, methods side by side, and everything else as it is. */
import { escapeMarkdown, flatten, table } from './markdown.ts';

type FreeForm = Readonly<Record<string, unknown>>;

/** What the metrics of a run mean; a metric that is not here keeps its name. */
const METRICS: Readonly<Record<string, string>> = {
  meanGain: 'mean gold gain of strong over cheap',
  strongShare: 'share that goes to the strong model',
  egMean: 'efficiency gain: gold gain over random routing at the same share, mean over shares',
  egTruncatedMean: 'efficiency gain, strong only where the gain is above 0',
  gainRelMse: 'squared error of the predicted gain (1 = no better than its mean)',
  pgr: 'PGR: share of the strong model’s gain that is recovered',
  apgr: 'APGR: mean of PGR over all shares (random: 0.5)',
  cpt20: 'CPT(20 %): share of strong calls that recovers 20 %',
  cpt50: 'CPT(50 %): share of strong calls that recovers 50 %',
  cpt80: 'CPT(80 %): share of strong calls that recovers 80 %',
  aiq: 'AIQ, over the range of cost',
  aiqPerMaximumCost: 'AIQ, over the maximum cost',
  regretToOracle: 'regret to an oracle that knows every gain',
};

function isFreeForm(value: unknown): value is FreeForm {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function twoColumns(rows: readonly (readonly [string, string])[], head: readonly string[]): string {
  const filled = rows.filter(([, value]) => value !== '');
  return filled.length === 0 ? 'None recorded.' : table(head, filled);
}

/** Anything a run wrote down, one row a figure. */
export function freeTable(value: FreeForm): string {
  return twoColumns(flatten(value), ['', '']);
}

/** The metrics of the router, with their intervals. */
export function metricsTable(diagnostics: FreeForm): string {
  const metrics = isFreeForm(diagnostics.metrics) ? diagnostics.metrics : {};
  const rows = Object.keys(metrics).flatMap((name) => {
    const label = Object.hasOwn(METRICS, name) ? METRICS[name] : escapeMarkdown(name);
    return flatten(metrics[name]).map(([part, figure]): [string, string] => [
      part === '' ? label : `${label}: ${part}`,
      figure,
    ]);
  });
  const values = flatten(isFreeForm(diagnostics.policyValue) ? diagnostics.policyValue : {});
  const policy = values.map(([w, figure]): [string, string] => [
    `V(w = ${w}): gain minus w · cost over always cheap`,
    figure,
  ]);
  return twoColumns([...rows, ...policy], ['metric', 'on the test prompts']);
}

/** Every estimator and baseline in one table: a row each, a column a figure. */
export function methodsTable(diagnostics: FreeForm): string {
  if (!isFreeForm(diagnostics.estimators)) return 'None recorded.';
  const methods = Object.entries(diagnostics.estimators).map(([name, figures]) => ({
    name,
    figures: new Map(flatten(figures)),
  }));
  const columns = [...new Set(methods.flatMap(({ figures }) => [...figures.keys()]))];
  if (columns.length === 0) return 'None recorded.';
  const label = (column: string): string => column.replace(/^policyValue › (.*)$/, 'V($1)');
  return table(
    ['method', ...columns.map(label)],
    methods
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, figures }) => [
        escapeMarkdown(name),
        ...columns.map((column) => figures.get(column) ?? ''),
      ]),
  );
}

const SHOWN_ELSEWHERE = {
  metrics: undefined,
  policyValue: undefined,
  estimators: undefined,
  warnings: undefined,
};

/** Diagnostics that no other section of the card shows. */
export function otherDiagnostics(diagnostics: FreeForm): string {
  return freeTable({ ...diagnostics, ...SHOWN_ELSEWHERE });
}

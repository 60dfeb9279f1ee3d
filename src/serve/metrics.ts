/** Counters, gauges and histograms in the text format of Prometheus (version 0.0.4). Why our own: docs/adr. */

export type Labels = Readonly<Record<string, string>>;

export interface Counter {
  readonly add: (labels: Labels, amount?: number) => void;
}

export interface Histogram {
  readonly observe: (labels: Labels, value: number) => void;
}

export interface Metrics {
  readonly counter: (name: string, help: string) => Counter;
  readonly gauge: (name: string, help: string, read: () => number) => void;
  /** @param bounds upper bounds, ascending; +Inf is added */
  readonly histogram: (name: string, help: string, bounds: readonly number[]) => Histogram;
  readonly render: () => string;
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function labelText(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeLabel(value)}"`)
    .join(',');
}

function sample(name: string, labels: string, value: number): string {
  return `${name}${labels === '' ? '' : `{${labels}}`} ${value}`;
}

interface Buckets {
  readonly counts: number[];
  sum: number;
}

export function createMetrics(): Metrics {
  const families: (() => readonly string[])[] = [];
  const head = (name: string, help: string, type: string): readonly string[] => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
  ];
  return {
    counter: (name, help) => {
      const values = new Map<string, number>();
      families.push(() => [
        ...head(name, help, 'counter'),
        ...[...values].map(([labels, value]) => sample(name, labels, value)),
      ]);
      return {
        add: (labels, amount = 1) => {
          const key = labelText(labels);
          values.set(key, (values.get(key) ?? 0) + amount);
        },
      };
    },
    gauge: (name, help, read) => {
      families.push(() => [...head(name, help, 'gauge'), sample(name, '', read())]);
    },
    histogram: (name, help, bounds) => {
      const values = new Map<string, Buckets>();
      families.push(() => [
        ...head(name, help, 'histogram'),
        ...[...values].flatMap(([labels, { counts, sum }]) =>
          renderBuckets(name, labels, bounds, counts, sum),
        ),
      ]);
      return {
        observe: (labels, value) => {
          const key = labelText(labels);
          const buckets = values.get(key) ?? { counts: bounds.map(() => 0).concat(0), sum: 0 };
          const at = bounds.findIndex((bound) => value <= bound);
          buckets.counts[at < 0 ? bounds.length : at]++;
          buckets.sum += value;
          values.set(key, buckets);
        },
      };
    },
    render: () => `${families.flatMap((family) => family()).join('\n')}\n`,
  };
}

function renderBuckets(
  name: string,
  labels: string,
  bounds: readonly number[],
  counts: readonly number[],
  sum: number,
): readonly string[] {
  let total = 0;
  const lines = counts.map((count, i) => {
    total += count;
    const bound = i < bounds.length ? String(bounds[i]) : '+Inf';
    return sample(`${name}_bucket`, [labels, `le="${bound}"`].filter((part) => part !== '').join(','), total);
  });
  return [...lines, sample(`${name}_sum`, labels, sum), sample(`${name}_count`, labels, total)];
}

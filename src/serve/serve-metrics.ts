/** What the server counts. Labels are names of the configuration only: never what a caller has sent. */
import { createMetrics, type Counter, type Histogram } from './metrics.ts';

export interface ServeMetrics {
  readonly requests: Counter;
  readonly decisions: Counter;
  readonly failures: Counter;
  readonly tokens: Counter;
  readonly costUsd: Counter;
  readonly logFailures: Counter;
  readonly decideSeconds: Histogram;
  readonly firstByteSeconds: Histogram;
  readonly requestSeconds: Histogram;
  readonly gain: Histogram;
  readonly render: () => string;
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];
const DECIDE_SECONDS = [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1];

/** For bundles of more than two models, whose training gains have no percentiles of one gain. */
const GAINS = [-0.5, -0.2, -0.1, -0.05, 0, 0.05, 0.1, 0.2, 0.5];

/** Every tenth percentile of the gains in training: a stream like the training prompts puts a tenth into each bucket. */
function gainBounds(percentiles: readonly number[] | null): readonly number[] {
  if (percentiles === null) return GAINS;
  const deciles = percentiles.filter((_, i) => i % 10 === 0 && i > 0 && i < 100);
  return [...new Set(deciles)];
}

export function createServeMetrics(
  gainPercentiles: readonly number[] | null,
  inFlight: () => number,
): ServeMetrics {
  const metrics = createMetrics();
  metrics.gauge('metarouter_in_flight', 'Requests in progress.', inFlight);
  return {
    requests: metrics.counter('metarouter_requests_total', 'Requests by endpoint and status.'),
    decisions: metrics.counter('metarouter_decisions_total', 'Decisions by model and action.'),
    failures: metrics.counter(
      'metarouter_upstream_failures_total',
      'Failed upstream calls by model and kind.',
    ),
    tokens: metrics.counter(
      'metarouter_tokens_total',
      'Tokens that upstreams reported, by model and direction.',
    ),
    costUsd: metrics.counter(
      'metarouter_cost_usd_total',
      'Cost of those tokens at the prices of the bundle.',
    ),
    logFailures: metrics.counter(
      'metarouter_log_failures_total',
      'Lines that could not be written, by file.',
    ),
    decideSeconds: metrics.histogram('metarouter_decide_seconds', 'Time to decide.', DECIDE_SECONDS),
    firstByteSeconds: metrics.histogram(
      'metarouter_first_byte_seconds',
      'From a request to the first byte of its answer, by the model that answered.',
      SECONDS,
    ),
    requestSeconds: metrics.histogram('metarouter_request_seconds', 'Whole requests, by endpoint.', SECONDS),
    gain: metrics.histogram(
      'metarouter_gain',
      'Predicted gain. Of two models the bounds are the deciles in training: unequal buckets mean that prompts changed.',
      gainBounds(gainPercentiles),
    ),
    render: metrics.render,
  };
}

import type { Warning } from '../../src/core/warning.ts';
import type { PairSnapshot } from '../../src/routing/snapshot.ts';
import type { Model } from '../repositories/models.ts';
import { meanOfPresent } from './scores.ts';

/** What a call is known to have used. */
export interface CallUsage {
  readonly costUsd: number | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
}

/** The calls of one model, in the order of the rows; null where a prompt has no response of it. */
export interface ModelCalls {
  readonly model: Model;
  readonly calls: readonly (CallUsage | null)[];
}

export interface Costs extends Pick<PairSnapshot, 'costStrong' | 'costCheap' | 'costUnit'> {
  readonly warnings: readonly Warning[];
}

/**
 * The cost of a call: as imported, else tokens × price. In dollars only where that gives a cost to every response of both
 * models, since two units cannot be compared; else a strong call costs 1 and a cheap one 0. A prompt without a response
 * costs what the model's responses cost on average.
 */
export function pairCosts(strong: ModelCalls, cheap: ModelCalls): Costs {
  const n = strong.calls.length;
  const usd = [strong, cheap].map((each) => each.calls.map((call) => usdOf(call, each.model)));
  const called = [strong, cheap].map((each) => each.calls.filter((call) => call !== null).length);
  const priced = usd.map((costs) => costs.filter((cost) => !Number.isNaN(cost)).length);
  const isComplete = called.every((count, i) => count > 0 && count === priced[i]);
  if (!isComplete) {
    const warnings = priced.some((count) => count > 0) ? [partialCost(strong, cheap, called, priced)] : [];
    return {
      costStrong: new Float64Array(n).fill(1),
      costCheap: new Float64Array(n),
      costUnit: 'strong-call',
      warnings,
    };
  }
  const [costStrong, costCheap] = usd.map(withMeanWhereAbsent);
  const absent = 2 * n - called.reduce((sum, count) => sum + count, 0);
  return {
    costStrong,
    costCheap,
    costUnit: 'usd',
    warnings:
      absent === 0
        ? []
        : [
            {
              code: 'imputed-cost',
              message: `${absent} responses are not in the project; each is taken to cost what the model's others cost on average.`,
            },
          ],
  };
}

function usdOf(call: CallUsage | null, model: Model): number {
  if (call === null) return Number.NaN;
  if (call.costUsd !== null) return call.costUsd;
  const { inputTokens, outputTokens } = call;
  const { inputUsdPerMillion, outputUsdPerMillion } = model;
  if (inputTokens === null || outputTokens === null) return Number.NaN;
  if (inputUsdPerMillion === null || outputUsdPerMillion === null) return Number.NaN;
  return (inputTokens * inputUsdPerMillion + outputTokens * outputUsdPerMillion) / 1e6;
}

function withMeanWhereAbsent(costs: readonly number[]): Float64Array {
  const mean = meanOfPresent(costs);
  return Float64Array.from(costs, (cost) => (Number.isNaN(cost) ? mean : cost));
}

function partialCost(
  strong: ModelCalls,
  cheap: ModelCalls,
  called: readonly number[],
  priced: readonly number[],
): Warning {
  const counts = [strong, cheap].map(
    (each, i) => `${priced[i]} of ${called[i]} responses of “${each.model.name}”`,
  );
  return {
    code: 'partial-cost',
    message:
      `Only ${counts.join(' and ')} have a cost in dollars. Costs count as 1 for a strong call and 0 for a cheap one. ` +
      'Give the models prices, and the responses token counts or costs, to see dollars.',
  };
}

import type { Warning } from '../../src/core/warning.ts';
import type { Snapshot } from '../../src/routing/snapshot.ts';
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

export interface Costs extends Pick<Snapshot, 'costUnit'> {
  /** Of the anchor's calls, and of those of each other model. */
  readonly anchor: Float64Array;
  readonly models: readonly Float64Array[];
  readonly warnings: readonly Warning[];
}

/**
 * The cost of a call: as imported, else tokens × price. In dollars only where that gives a cost to every response of every
 * model, since two units cannot be compared; else as `unitCosts` says. A prompt without a response costs what the model's
 * responses cost on average.
 */
export function callCosts(models: readonly ModelCalls[], anchor: ModelCalls): Costs {
  const all = [...models, anchor];
  const n = anchor.calls.length;
  const usd = all.map((each) => each.calls.map((call) => usdOf(call, each.model)));
  const called = all.map((each) => each.calls.filter((call) => call !== null).length);
  const priced = usd.map((costs) => costs.filter((cost) => !Number.isNaN(cost)).length);
  const isComplete = called.every((count, i) => count > 0 && count === priced[i]);
  if (!isComplete) {
    const { costs, warnings } = unitCosts(
      models.map(({ model }) => model),
      anchor.model,
    );
    const isPartial = priced.some((count) => count > 0);
    return {
      anchor: new Float64Array(n),
      models: costs.map((cost) => new Float64Array(n).fill(cost)),
      costUnit: 'strong-call',
      warnings: [...(isPartial ? [partialCost(all, called, priced)] : []), ...warnings],
    };
  }
  const complete = usd.map(withMeanWhereAbsent);
  const absent = all.length * n - called.reduce((sum, count) => sum + count, 0);
  return {
    anchor: complete[models.length],
    models: complete.slice(0, models.length),
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

/**
 * Costs where calls have none in dollars: the anchor 0, the dearest model 1. Of several models, those in between by their
 * prices per token where every model has some; without prices every call beside the anchor's counts as 1.
 */
function unitCosts(
  models: readonly Model[],
  anchor: Model,
): { readonly costs: readonly number[]; readonly warnings: readonly Warning[] } {
  if (models.length === 1) return { costs: [1], warnings: [] };
  const base = priceOf(anchor);
  const extra = models.map((model) => priceOf(model) - base);
  if (extra.every(Number.isFinite)) {
    // With the anchor the dearest there is no unit to divide by, which a run refuses in words.
    const dearest = Math.max(...extra);
    return {
      costs: extra.map((price) => (dearest > 0 ? price / dearest : price)),
      warnings: [
        {
          code: 'costs-by-price',
          message:
            'The responses have no token counts, so that a call counts by the prices of its model: as if all answers ' +
            'were equally long.',
        },
      ],
    };
  }
  return {
    costs: models.map(() => 1),
    warnings: [
      {
        code: 'no-costs',
        message:
          `Nothing says what a call costs: any model but “${anchor.name}” counts as 1. Give every model prices ` +
          '(metarouter price) to weigh one against another; while w is 0 it makes no difference.',
      },
    ],
  };
}

/** Of a million tokens in and a million out; NaN where nobody gave prices. */
function priceOf({ inputUsdPerMillion, outputUsdPerMillion }: Model): number {
  return inputUsdPerMillion === null || outputUsdPerMillion === null
    ? Number.NaN
    : inputUsdPerMillion + outputUsdPerMillion;
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
  all: readonly ModelCalls[],
  called: readonly number[],
  priced: readonly number[],
): Warning {
  const counts = all.map((each, i) => `${priced[i]} of ${called[i]} responses of “${each.model.name}”`);
  return {
    code: 'partial-cost',
    message:
      `Only ${counts.join(' and ')} have a cost in dollars. ` +
      (all.length === 2 ? 'Costs count as 1 for a strong call and 0 for a cheap one. ' : '') +
      'Give the models prices, and the responses token counts or costs, to see dollars.',
  };
}

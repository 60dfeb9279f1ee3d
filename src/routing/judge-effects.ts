import {
  addCluster,
  clusteredMean,
  clusteredShare,
  emptySums,
  type ClusteredValue,
  type ClusterSums,
} from '../stats/clustered-share.ts';

/**
 * What a source's verdicts hang on besides quality: the order in which the responses were shown, and their length; and
 * where it parts from gold. Counted over pairs of responses; prompts are the clusters of every interval.
 */

/** What a source says of two responses to a prompt: 1 where a is better, −1 where b is, 0 for a tie. */
export interface JudgedPair {
  readonly modelAId: number;
  readonly modelBId: number;
  /** Over all its judgements of the pair. */
  readonly sign: number;
  /** Of the judgements that saw a first, or b first; null where there is none. */
  readonly signAFirst: number | null;
  readonly signBFirst: number | null;
  /** Judgements merged over both orders that say whether the two agreed, and how many did. */
  readonly merged: number;
  readonly mergedSame: number;
  /** Characters of the two responses. */
  readonly charsA: number | null;
  readonly charsB: number | null;
}

/** The same pair as gold sees it. */
export interface GoldPair {
  readonly sign: number;
}

/** Length ratios, longer to shorter: the bounds of the bins of the length effect. */
export const LENGTH_RATIOS = [1, 1.25, 1.5, 2, 3, Infinity] as const;

interface LengthSums {
  readonly all: ClusterSums;
  readonly bins: readonly ClusterSums[];
}

/** Counts of one source (or of gold), filled prompt by prompt. */
export interface EffectTally {
  readonly bothOrders: ClusterSums;
  readonly anyOrder: ClusterSums;
  readonly consistent: ClusterSums;
  readonly swapped: { first: number; second: number; tie: number };
  readonly length: LengthSums;
  readonly onBoth: {
    readonly gold: LengthSums;
    readonly source: LengthSums;
    readonly difference: ClusterSums;
  };
  /** cells[gold][source], each a, tie, b. */
  readonly cells: readonly [Cells, Cells, Cells];
  readonly right: ClusterSums;
  readonly rightWhereDecided: ClusterSums;
}
type Cells = [a: number, tie: number, b: number];

export function emptyTally(): EffectTally {
  return {
    bothOrders: emptySums(),
    anyOrder: emptySums(),
    consistent: emptySums(),
    swapped: { first: 0, second: 0, tie: 0 },
    length: emptyLength(),
    onBoth: { gold: emptyLength(), source: emptyLength(), difference: emptySums() },
    cells: [
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ],
    right: emptySums(),
    rightWhereDecided: emptySums(),
  };
}

function emptyLength(): LengthSums {
  return { all: emptySums(), bins: LENGTH_RATIOS.slice(1).map(emptySums) };
}

/** Counts what a source says at one prompt; `gold` answers null for a pair that gold says nothing about. */
export function tallyPrompt(
  tally: EffectTally,
  pairs: readonly JudgedPair[],
  gold: (modelAId: number, modelBId: number) => GoldPair | null,
): void {
  tallyOrders(tally, pairs);
  tallyLength(tally.length, pairs);
  const compared = pairs.flatMap((pair) => {
    const truth = gold(pair.modelAId, pair.modelBId);
    return truth === null ? [] : [{ pair, truth }];
  });
  for (const { pair, truth } of compared) tally.cells[1 - truth.sign][1 - pair.sign]++;
  const decided = compared.filter(({ truth }) => truth.sign !== 0);
  const same = ({ pair, truth }: (typeof compared)[number]): boolean => pair.sign === truth.sign;
  addCluster(tally.right, decided.filter(same).length, decided.length);
  const bothDecided = decided.filter(({ pair }) => pair.sign !== 0);
  addCluster(tally.rightWhereDecided, bothDecided.filter(same).length, bothDecided.length);
  const { onBoth } = tally;
  tallyLength(
    onBoth.source,
    bothDecided.map(({ pair }) => pair),
  );
  tallyLength(
    onBoth.gold,
    bothDecided.map(({ pair, truth }) => ({ ...pair, sign: truth.sign })),
  );
  const measured = bothDecided.filter(({ pair }) => longerSide(pair) !== 0);
  const difference = measured.map(
    ({ pair, truth }) => Number(pair.sign === longerSide(pair)) - Number(truth.sign === longerSide(pair)),
  );
  addCluster(
    onBoth.difference,
    difference.reduce((sum, d) => sum + d, 0),
    difference.length,
  );
}

function tallyOrders(tally: EffectTally, pairs: readonly JudgedPair[]): void {
  const both = { first: 0, decided: 0 };
  const any = { first: 0, decided: 0 };
  const swap = { same: 0, n: 0 };
  for (const { signAFirst, signBFirst, merged, mergedSame } of pairs) {
    // Seen from the response that was shown first.
    const first = [signAFirst, signBFirst === null ? null : -signBFirst].filter((s) => s !== null);
    const decided = first.filter((sign) => sign !== 0);
    const wins = decided.filter((sign) => sign > 0).length;
    any.first += wins;
    any.decided += decided.length;
    swap.n += merged;
    swap.same += mergedSame;
    if (signAFirst === null || signBFirst === null) continue;
    both.first += wins;
    both.decided += decided.length;
    swap.n++;
    if (signAFirst === signBFirst) swap.same++;
    else if (signAFirst === 0 || signBFirst === 0) tally.swapped.tie++;
    else if (signAFirst > 0) tally.swapped.first++;
    else tally.swapped.second++;
  }
  addCluster(tally.bothOrders, both.first, both.decided);
  addCluster(tally.anyOrder, any.first, any.decided);
  addCluster(tally.consistent, swap.same, swap.n);
}

type Measured = Pick<JudgedPair, 'sign' | 'charsA' | 'charsB'>;

/** Counts how often the longer of two responses is preferred, among pairs with a winner and different lengths. */
export function tallyLength(sums: LengthSums, pairs: readonly Measured[]): void {
  const decided = pairs.filter((pair) => pair.sign !== 0 && longerSide(pair) !== 0);
  const longer = decided.filter((pair) => pair.sign === longerSide(pair));
  addCluster(sums.all, longer.length, decided.length);
  sums.bins.forEach((bin, k) => {
    addCluster(
      bin,
      longer.filter((pair) => binOf(pair) === k).length,
      decided.filter((p) => binOf(p) === k).length,
    );
  });
}

/** 1 where a is longer, −1 where b is, 0 where that is not known or they are as long. */
function longerSide({ charsA, charsB }: Pick<JudgedPair, 'charsA' | 'charsB'>): number {
  return charsA === null || charsB === null ? 0 : Math.sign(charsA - charsB);
}

function binOf({ charsA, charsB }: Measured): number {
  const [a, b] = [charsA ?? 0, charsB ?? 0];
  const ratio = Math.max(a, b) / Math.max(1, Math.min(a, b));
  return LENGTH_RATIOS.findLastIndex((bound, k) => k < LENGTH_RATIOS.length - 1 && ratio >= bound);
}

export interface JudgeEffects {
  readonly position: PositionEffect;
  readonly swap: SwapConsistency;
  readonly length: LengthEffect;
  readonly confusion: Confusion;
}

export interface PositionEffect {
  /**
   * Pairs judged in both orders show the position alone: without an effect the share is one half. Else every pair with a
   * known order, where better responses may have stood first more often. Null where no order is known.
   */
  readonly basis: 'both-orders' | 'one-order' | null;
  /** Verdicts for the response shown first, among those with a winner. */
  readonly firstShown: ClusteredValue;
}

export interface SwapConsistency {
  /** Pairs judged in both orders with the same verdict. */
  readonly consistent: ClusteredValue;
  /** The others, where both verdicts are known: twice the one shown first, twice the second, or a tie once. */
  readonly twiceFirst: number;
  readonly twiceSecond: number;
  readonly onceTie: number;
}

export interface LengthEffect {
  /** The longer response preferred, among pairs with a winner: by the source, over everything it says. */
  readonly source: ClusteredValue;
  /** On the pairs that gold and the source both decide. */
  readonly onBoth: {
    readonly gold: ClusteredValue;
    readonly source: ClusteredValue;
    /** Source minus gold. */
    readonly difference: ClusteredValue;
    readonly bins: readonly LengthBin[];
  };
}

export interface LengthBin {
  /** Longer to shorter, from `from` to below `to`; null where there is no upper bound. */
  readonly from: number;
  readonly to: number | null;
  readonly gold: ClusteredValue;
  readonly source: ClusteredValue;
}

export interface Confusion {
  /** cells[gold][source], each: the first response, tie, the second. */
  readonly cells: readonly (readonly number[])[];
  readonly n: number;
  /** Of the pairs with a gold winner, those where the source names it; a tie counts as wrong, or is left out. */
  readonly right: ClusteredValue;
  readonly rightWhereDecided: ClusteredValue;
}

export function effectsOf(tally: EffectTally): JudgeEffects {
  const isBoth = tally.bothOrders.n > 0;
  const { onBoth, swapped } = tally;
  return {
    position: {
      basis: isBoth ? 'both-orders' : tally.anyOrder.n > 0 ? 'one-order' : null,
      firstShown: clusteredShare(isBoth ? tally.bothOrders : tally.anyOrder),
    },
    swap: {
      consistent: clusteredShare(tally.consistent),
      twiceFirst: swapped.first,
      twiceSecond: swapped.second,
      onceTie: swapped.tie,
    },
    length: {
      source: clusteredShare(tally.length.all),
      onBoth: {
        gold: clusteredShare(onBoth.gold.all),
        source: clusteredShare(onBoth.source.all),
        difference: clusteredMean(onBoth.difference),
        bins: onBoth.gold.bins.map((gold, k) => {
          const to = LENGTH_RATIOS[k + 1];
          return {
            from: LENGTH_RATIOS[k],
            to: Number.isFinite(to) ? to : null,
            gold: clusteredShare(gold),
            source: clusteredShare(onBoth.source.bins[k]),
          };
        }),
      },
    },
    confusion: {
      cells: tally.cells,
      n: tally.cells.flat().reduce((sum, count) => sum + count, 0),
      right: clusteredShare(tally.right),
      rightWhereDecided: clusteredShare(tally.rightWhereDecided),
    },
  };
}

import {
  addCluster,
  clusteredShare,
  emptySums,
  type ClusteredValue,
  type ClusterSums,
} from '../stats/clustered-share.ts';

/** A source that scores responses one by one against gold that does too: do both pass the same ones? */

/** One response scored by both, as fractions of their scales. */
export interface ScoredResponse {
  readonly gold: number;
  readonly source: number;
}

export interface PassTally {
  /** cells[gold][source], each fail, pass. */
  readonly cells: readonly [[number, number], [number, number]];
  readonly right: ClusterSums;
  readonly falsePass: ClusterSums;
  readonly falseFail: ClusterSums;
}

export function emptyPassTally(): PassTally {
  return {
    cells: [
      [0, 0],
      [0, 0],
    ],
    right: emptySums(),
    falsePass: emptySums(),
    falseFail: emptySums(),
  };
}

/** Counts the responses to one prompt. A score passes from the mark up. */
export function tallyScores(tally: PassTally, responses: readonly ScoredResponse[], passMark: number): void {
  const judged = responses.map(({ gold, source }) => ({
    gold: Number(gold >= passMark),
    source: Number(source >= passMark),
  }));
  for (const { gold, source } of judged) tally.cells[gold][source]++;
  const failed = judged.filter(({ gold }) => gold === 0);
  const passed = judged.filter(({ gold }) => gold === 1);
  addCluster(tally.right, judged.filter(({ gold, source }) => gold === source).length, judged.length);
  addCluster(tally.falsePass, failed.filter(({ source }) => source === 1).length, failed.length);
  addCluster(tally.falseFail, passed.filter(({ source }) => source === 0).length, passed.length);
}

export interface PassConfusion {
  readonly passMark: number;
  readonly cells: readonly (readonly number[])[];
  readonly n: number;
  readonly right: ClusteredValue;
  /** Of the responses that gold fails, those that the source passes; and the other way round. */
  readonly falsePass: ClusteredValue;
  readonly falseFail: ClusteredValue;
}

/** Null where gold and the source scored no response both. */
export function passConfusion(tally: PassTally, passMark: number): PassConfusion | null {
  const n = tally.right.n;
  if (n === 0) return null;
  return {
    passMark,
    cells: tally.cells,
    n,
    right: clusteredShare(tally.right),
    falsePass: clusteredShare(tally.falsePass),
    falseFail: clusteredShare(tally.falseFail),
  };
}

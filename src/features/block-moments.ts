/** The centre of a block, and the one number that it is divided by. */
export interface BlockMoments {
  /** Mean of every component, as the runtime will read it. */
  readonly center: Float32Array;
  /** Root mean component variance; 1 where the block is constant. */
  readonly scale: number;
  readonly isConstant: boolean;
}

/** A standard deviation below this share of the root mean square is rounding of a constant. */
const CONSTANT = 1e-9;

/** Collects rows of a block (Welford's recurrence, one pass). */
export interface MomentCollector {
  /** Adds raw[0 … dim). */
  readonly add: (raw: Float64Array) => void;
  readonly moments: () => BlockMoments;
}

export function collectMoments(dim: number): MomentCollector {
  const mean = new Float64Array(dim);
  let rows = 0;
  let sumOfSquares = 0;
  return {
    add: (raw) => {
      rows++;
      for (let j = 0; j < dim; j++) {
        const difference = raw[j] - mean[j];
        mean[j] += difference / rows;
        sumOfSquares += difference * (raw[j] - mean[j]);
      }
    },
    moments: () => {
      const deviation = rows === 0 ? 0 : Math.sqrt(sumOfSquares / rows / dim);
      const level = Math.sqrt(mean.reduce((sum, x) => sum + x * x, 0) / dim);
      const isConstant = !(deviation > CONSTANT * level);
      return { center: Float32Array.from(mean), scale: isConstant ? 1 : deviation, isConstant };
    },
  };
}

import type { Matrix } from '../core/matrix.ts';
import { gram } from './linalg.ts';
import { rowStart } from './ridge-factor.ts';

/**
 * Weighted second moments Σ w a u uᵀ of rows u, cell by cell, for many draws of the weights w: lower triangles, packed row by
 * row.
 *
 * Rows of a unit share one weight. Few rows are multiplied out in every draw. Many are summed once in blocks of whole
 * units, and a draw then weighs the blocks: its cost does not depend on the number of rows. Blocks of independent units
 * are independent and alike, so weighing them is as good a bootstrap as weighing the units, with as many draws of nature
 * as there are blocks (hundreds).
 */
export interface MomentCell {
  /** Rows that are multiplied out in every draw. */
  readonly x: Matrix;
  readonly unit: Int32Array;
  /** For every kind of moment, the factor a of each row; one number where it is the same for all. Kind 0 is a = 1. */
  readonly factors: readonly (Float64Array | number)[];
  readonly blocks: MomentBlocks | null;
}

export interface MomentBlocks {
  readonly units: Int32Array;
  /**
   * For every kind with factors of its own: blocks × q(q + 1)/2. Shared memory, so that workers need no copy.
   */
  readonly packed: readonly (Float64Array | null)[];
}

export interface CellRows {
  readonly rows: Int32Array;
  /** A number a row: rows with equal numbers stay together. */
  readonly group: Int32Array;
  /** Factors of each kind, by position in `rows`. The first kind is 1 throughout. */
  readonly factors: readonly Float64Array[];
}

/**
 * @param x all rows
 * @param blockCount at most so many blocks; 0 = every row is multiplied out in every draw
 * @param unitOfGroup numbers the units; shared by the cells of a problem
 */
export function createCell(
  x: Matrix,
  cell: CellRows,
  blockCount: number,
  unitOfGroup: (key: number | string) => number,
  name: string,
): MomentCell {
  const isBlocked = blockCount > 0 && cell.rows.length > 4 * blockCount;
  const factors = cell.factors.map(constantOr);
  if (!isBlocked) {
    return { x: gather(x, cell.rows), unit: cell.group.map(unitOfGroup), factors, blocks: null };
  }
  const members = dealGroups(cell.group, blockCount);
  return {
    x: { rows: 0, cols: x.cols, data: new Float64Array(0) },
    unit: new Int32Array(0),
    factors: factors.map((f) => (typeof f === 'number' ? f : new Float64Array(0))),
    blocks: {
      units: Int32Array.from(members, (_, b) => unitOfGroup(`${name}/${b}`)),
      packed: factors.map((f, kind) =>
        kind > 0 && typeof f === 'number' ? null : sumBlocks(x, cell, members, kind),
      ),
    },
  };
}

function constantOr(factors: Float64Array): Float64Array | number {
  return factors.length > 0 && factors.every((f) => f === factors[0]) ? factors[0] : factors;
}

/** Positions of rows in each block: whole groups in the order they appear, dealt out in turn. */
function dealGroups(group: Int32Array, blockCount: number): readonly (readonly number[])[] {
  const order = new Map<number, number>();
  const members = Array.from({ length: blockCount }, (): number[] => []);
  group.forEach((g, i) => {
    const known = order.get(g) ?? order.size;
    order.set(g, known);
    members[known % blockCount].push(i);
  });
  return members;
}

function sumBlocks(
  x: Matrix,
  cell: CellRows,
  members: readonly (readonly number[])[],
  kind: number,
): Float64Array {
  const q = x.cols;
  const size = rowStart(q);
  const packed = new Float64Array(new SharedArrayBuffer(members.length * size * 8));
  members.forEach((positions, block) => {
    const rows = gather(
      x,
      positions.map((i) => cell.rows[i]),
    );
    const factors = Float64Array.from(positions, (i) => cell.factors[kind][i]);
    packed.set(weightedGram(rows, factors), block * size);
  });
  return packed;
}

/**
 * Σ w a u uᵀ of a cell for one draw and one kind.
 * @param plain the same of kind 0, for kinds whose factor is one number
 */
export function momentsOf(
  cell: MomentCell,
  kind: number,
  weights: Float64Array,
  plain: () => Float64Array,
): Float64Array {
  const factor = cell.factors[kind];
  if (kind > 0 && typeof factor === 'number') return plain().map((v) => v * factor);
  if (cell.blocks === null) {
    return weightedGram(
      cell.x,
      Float64Array.from(cell.unit, (u, i) => weights[u] * (typeof factor === 'number' ? factor : factor[i])),
    );
  }
  const packed = cell.blocks.packed[kind];
  if (packed === null) return plain();
  return weighBlocks(cell.blocks.units, packed, weights);
}

function weighBlocks(units: Int32Array, packed: Float64Array, weights: Float64Array): Float64Array {
  const size = packed.length / units.length;
  const sum = new Float64Array(size);
  for (let b = 0; b < units.length; b++) {
    const w = weights[units[b]];
    const from = b * size;
    for (let k = 0; k < size; k++) sum[k] += w * packed[from + k];
  }
  return sum;
}

/** XᵀWX for weights that are not negative. */
function weightedGram(x: Matrix, weights: Float64Array): Float64Array {
  const data = new Float64Array(x.data.length);
  for (let i = 0; i < x.rows; i++) {
    const root = Math.sqrt(weights[i]);
    for (let k = i * x.cols; k < (i + 1) * x.cols; k++) data[k] = root * x.data[k];
  }
  const full = gram({ rows: x.rows, cols: x.cols, data });
  const packed = new Float64Array(rowStart(x.cols));
  for (let j = 0; j < x.cols; j++) {
    packed.set(full.subarray(j * x.cols, j * x.cols + j + 1), rowStart(j));
  }
  return packed;
}

/** In shared memory: what a problem is made of goes to every worker. */
function gather(x: Matrix, rows: ArrayLike<number>): Matrix {
  const data = new Float64Array(new SharedArrayBuffer(rows.length * x.cols * 8));
  for (let i = 0; i < rows.length; i++) {
    data.set(x.data.subarray(rows[i] * x.cols, (rows[i] + 1) * x.cols), i * x.cols);
  }
  return { rows: rows.length, cols: x.cols, data };
}

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { gram, multiply } from '../../../src/stats/linalg.ts';

const size = fc.integer({ min: 1, max: 140 });

describe('the product kernel', () => {
  it('in the sources is what its text compiles to', () => {
    const script = fileURLToPath(new URL('../../../scripts/build-kernels.mjs', import.meta.url));
    expect(spawnSync(process.execPath, [script, '--check']).status).toBe(0);
  });

  it('multiplies matrices of any shape as three plain loops do', () => {
    fc.assert(
      fc.property(size, size, fc.integer({ min: 1, max: 20 }), fc.nat(), (rows, inner, cols, seed) => {
        const rng = createRng(seed);
        const a = { rows, cols: inner, data: new Float64Array(rows * inner).map(() => rng.normal()) };
        const b = new Float64Array(inner * cols).map(() => rng.normal());
        const product = multiply(a, b, cols);
        const square = gram(a);
        for (let i = 0; i < rows; i++) {
          for (let k = 0; k < cols; k++) {
            let sum = 0;
            for (let j = 0; j < inner; j++) sum += a.data[i * inner + j] * b[j * cols + k];
            expect(Math.abs(product[i * cols + k] - sum)).toBeLessThan(1e-10);
          }
        }
        const [j, k] = [seed % inner, (seed >> 8) % inner];
        let sum = 0;
        for (let i = 0; i < rows; i++) sum += a.data[i * inner + j] * a.data[i * inner + k];
        expect(Math.abs(square[j * inner + k] - sum)).toBeLessThan(1e-10);
        expect(square[k * inner + j]).toBe(square[j * inner + k]);
      }),
      { numRuns: 60 },
    );
  });
});

// Compiles src/stats/kernels/add-product.wat into a constant that the sources can import: node scripts/build-kernels.mjs
// With --check it only says, by its exit code, whether the constant is what the text compiles to.
import { readFileSync, writeFileSync } from 'node:fs';
import loadWabt from 'wabt';

const folder = new URL('../src/stats/kernels/', import.meta.url);
const wabt = await loadWabt();
const source = readFileSync(new URL('add-product.wat', folder), 'utf8');
const { buffer } = wabt.parseWat('add-product.wat', source, { simd: true }).toBinary({});
const lines = Buffer.from(buffer)
  .toString('base64')
  .match(/.{1,100}/g);
const compiled = [
  '/** add-product.wat, compiled by scripts/build-kernels.mjs; a test compiles it anew and compares. */',
  'export const ADD_PRODUCT_WASM =',
  ...lines.map((line, i) => `  '${line}'${i + 1 < lines.length ? ' +' : ';'}`),
  '',
].join('\n');
const target = new URL('add-product-wasm.ts', folder);
if (process.argv.includes('--check')) {
  process.exitCode = readFileSync(target, 'utf8') === compiled ? 0 : 1;
} else {
  writeFileSync(target, compiled);
}

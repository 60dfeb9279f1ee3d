import { CHEAP, generateDemo, STRONG } from '../../../src/cli/demo/generate.ts';

export const MIDDLE = 'middle-demo';

/** The generated demo with a model between the two, and a rule as a second source that likes the cheap one a little. */
export function threeModelRows(amount: { readonly train: number; readonly test: number }): readonly object[] {
  return generateDemo({ ...amount, seed: 5 }).rows.map((row, i) => {
    const middle = (row.gold[STRONG] + row.gold[CHEAP]) / 2 + (i % 3) / 4 - 0.25;
    const [lo, hi] = row.gold_scale;
    const gold = { ...row.gold, [MIDDLE]: Math.min(hi, Math.max(lo, middle)) };
    const scores = Object.fromEntries(
      Object.entries(gold).map(([model, score]) => [
        model,
        Math.min(hi, Math.max(lo, score + (model === CHEAP ? 0.5 : 0) + ((i * 7) % 5) / 4 - 0.5)),
      ]),
    );
    return {
      ...row,
      models: [...row.models, MIDDLE],
      responses: { ...row.responses, [MIDDLE]: `${row.responses[CHEAP]} And a little more.` },
      len: { ...row.len, [MIDDLE]: row.responses[CHEAP].length + 19 },
      gold,
      judges: { 'length-rule': { type: 'rule', scale: row.gold_scale, scores } },
    };
  });
}

import { createRng } from '../../src/core/rng.ts';

export const MODELS = ['large', 'middle', 'small'] as const;
const TOPICS = ['dice', 'poems', 'recipes'] as const;
const HARD = [0.9, 0.5, 0.2];

/** Rows of a wide file. Three models and two judges: large is better at dice, middle at poems, and one judge is always too kind to small. */
export function threeModelRows(n: number): unknown[] {
  const rng = createRng(21);
  return Array.from({ length: n }, (_, i) => {
    const topic = i % 3;
    const wins = [topic === 0 ? HARD[0] : 0.5, topic === 1 ? HARD[0] : 0.4, 0.45];
    const gold = wins.map((p) => Number(rng.uniform() < p));
    const judge = (kind: number): Record<string, number> =>
      Object.fromEntries(
        MODELS.map((model, k) => {
          const seen = rng.uniform() < 0.8 ? gold[k] : 1 - gold[k];
          return [model, k === 2 && rng.uniform() < kind ? 1 : seen];
        }),
      );
    return {
      prompt_id: `p${i}`,
      source: 'generated',
      split: i < 0.7 * n ? 'train' : 'test',
      prompt: `Tell me about ${TOPICS[topic]} number ${i}`,
      models: MODELS,
      responses: Object.fromEntries(MODELS.map((model) => [model, `${model} says ${i}`])),
      gold_kind: 'human_expert',
      gold_scale: [0, 1],
      gold: Object.fromEntries(MODELS.map((model, k) => [model, gold[k]])),
      judges: {
        fair: { type: 'pointwise', scale: [0, 1], scores: judge(0) },
        kind: { type: 'pointwise', scale: [0, 1], scores: judge(0.6) },
      },
    };
  });
}

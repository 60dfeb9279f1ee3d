/**
 * Prompts with two answers, gold, and a judge who saw both orders, in the format `pairs`. The judge is known: of every ten
 * prompts it names the gold winner in both orders on six, the first shown in both orders on three, and calls one order a
 * tie on one. The winner of gold is the longer answer on seven of ten.
 */
export function judgedRows(count: number): readonly object[] {
  return Array.from({ length: count }, (_, i) => {
    const winner = i % 2 === 0 ? 'a' : 'b';
    const loser = winner === 'a' ? 'b' : 'a';
    const kind = i % 10;
    const [shownA, shownB] = kind < 6 ? [winner, winner] : kind < 9 ? ['a', 'b'] : ['tie', winner];
    const isWinnerLonger = kind < 4 || kind > 6;
    const long = `A long answer, number ${i}. ${'It goes on for a while. '.repeat(6 + (i % 5))}`;
    const short = `A short answer, number ${i}.`;
    const responses = { [winner]: isWinnerLonger ? long : short, [loser]: isWinnerLonger ? short : long };
    return {
      prompt_id: `p${i}`,
      source: 'judged',
      split: 'train',
      category: i % 3 === 0 ? 'maths' : 'law',
      lang: 'en',
      prompt: `Question ${i}: which of the two is right, and why? ${'Please be exact. '.repeat(i % 7)}`,
      model_a: 'large',
      model_b: 'small',
      response_a: responses.a,
      response_b: responses.b,
      len_a: responses.a.length,
      len_b: responses.b.length,
      gold: { kind: 'human_expert', scale: [-1, 1], score_a: null, score_b: null, pref: winner },
      judges: [
        { judge: 'swap-judge', type: 'pairwise', score_a: null, score_b: null, verdict: shownA, order: 'ab' },
        { judge: 'swap-judge', type: 'pairwise', score_a: null, score_b: null, verdict: shownB, order: 'ba' },
      ],
    };
  });
}

import { describe, expect, test } from 'vitest';
import type { ProjectBuilder } from './project-builder.ts';
import { buildProject, snapshotOf } from './project-builder.ts';

const single = { modelBId: null } as const;
const pair = { modelAId: 1, modelBId: 2 } as const;
const onTen = { scale: [0, 10] } as const;

/** Gains, rounded where a mean of decimals is not exact. */
function close(values: Iterable<number>): number[] {
  return Array.from(values, (value) => Number(value.toFixed(12)));
}

type Fill = (project: ProjectBuilder, prompt: number) => void;

describe('a gold gain (A strong, B cheap)', () => {
  const cases: [what: string, fill: Fill, gain: number][] = [
    [
      'is the difference of single scores in units of the declared scale',
      (p, x) => {
        p.grade(x, { modelAId: 1, ...single, scoreA: 8, ...onTen });
        p.grade(x, { modelAId: 2, ...single, scoreA: 3, ...onTen });
      },
      0.5,
    ],
    [
      'is negative where the cheap model is better',
      (p, x) => {
        p.grade(x, { modelAId: 1, ...single, scoreA: 1, scale: [1, 5] });
        p.grade(x, { modelAId: 2, ...single, scoreA: 5, scale: [1, 5] });
      },
      -1,
    ],
    [
      'is the difference of the two scores of a pair',
      (p, x) => {
        p.grade(x, { ...pair, scoreA: 2, scoreB: 6, ...onTen });
      },
      -0.4,
    ],
    [
      'is 1 for a verdict on the strong model, whatever its strength',
      (p, x) => {
        p.grade(x, { ...pair, verdict: 'a', strength: 0.2 });
      },
      1,
    ],
    [
      'is -1 for a verdict on the cheap model',
      (p, x) => {
        p.grade(x, { ...pair, verdict: 'b' });
      },
      -1,
    ],
    [
      'is 0 for a tie',
      (p, x) => {
        p.grade(x, { ...pair, verdict: 'tie' });
      },
      0,
    ],
    [
      'prefers the scores of a pair to its verdict',
      (p, x) => {
        p.grade(x, { ...pair, scoreA: 5, scoreB: 4, ...onTen, verdict: 'b' });
      },
      0.1,
    ],
    [
      'prefers single scores to a grade of the pair',
      (p, x) => {
        p.grade(x, { ...pair, verdict: 'b' });
        p.grade(x, { modelAId: 1, ...single, scoreA: 9, ...onTen });
        p.grade(x, { modelAId: 2, ...single, scoreA: 6, ...onTen });
      },
      0.3,
    ],
    [
      'falls back to the pair where only one response is scored',
      (p, x) => {
        p.grade(x, { ...pair, verdict: 'b' });
        p.grade(x, { modelAId: 1, ...single, scoreA: 9, ...onTen });
      },
      -1,
    ],
    [
      'is absent where only one response is scored',
      (p, x) => {
        p.grade(x, { modelAId: 1, ...single, scoreA: 9, ...onTen });
      },
      NaN,
    ],
    [
      'is the mean over raters',
      (p, x) => {
        p.grade(x, { ...pair, verdict: 'a', rater: 'Ada' });
        p.grade(x, { ...pair, verdict: 'a', rater: 'Bob' });
        p.grade(x, { ...pair, verdict: 'tie', rater: 'Eve' });
      },
      2 / 3,
    ],
    [
      'counts the latest grade of a person',
      (p, x) => {
        p.grade(x, { ...pair, verdict: 'a', rater: 'Ada' });
        p.grade(x, { ...pair, verdict: 'a', rater: 'Bob' });
        p.grade(x, { ...pair, verdict: 'b', rater: 'Ada' });
      },
      0,
    ],
    [
      'averages the grades behind a file, who are several people',
      (p, x) => {
        for (const verdict of ['a', 'a', 'a', 'b'] as const) p.grade(x, { ...pair, verdict, imported: true });
      },
      0.5,
    ],
    [
      'is the adjudicated grade where there is one',
      (p, x) => {
        p.grade(x, { ...pair, verdict: 'a', rater: 'Ada' });
        p.grade(x, { ...pair, verdict: 'b', rater: 'Eve', action: 'adjudicate' });
        p.grade(x, { ...pair, verdict: 'a', rater: 'Bob' });
      },
      -1,
    ],
    [
      'is the last of two adjudicated grades',
      (p, x) => {
        p.grade(x, { ...pair, verdict: 'b', action: 'adjudicate' });
        p.grade(x, { ...pair, verdict: 'tie', action: 'adjudicate', rater: 'Eve' });
      },
      0,
    ],
    [
      'is the adjudicated grade of the pair before single scores that nobody adjudicated',
      (p, x) => {
        p.grade(x, { modelAId: 1, ...single, scoreA: 9, ...onTen });
        p.grade(x, { modelAId: 2, ...single, scoreA: 6, ...onTen });
        p.grade(x, { ...pair, verdict: 'b', action: 'adjudicate' });
      },
      -1,
    ],
    [
      'replaces one rated response by its adjudicated score',
      (p, x) => {
        p.grade(x, { modelAId: 1, ...single, scoreA: 2, ...onTen, rater: 'Ada' });
        p.grade(x, { modelAId: 1, ...single, scoreA: 4, ...onTen, rater: 'Bob' });
        p.grade(x, { modelAId: 1, ...single, scoreA: 10, ...onTen, action: 'adjudicate' });
        p.grade(x, { modelAId: 2, ...single, scoreA: 2, ...onTen, rater: 'Ada' });
        p.grade(x, { modelAId: 2, ...single, scoreA: 4, ...onTen, rater: 'Bob' });
      },
      0.7,
    ],
    [
      'follows a revision, and comes back when it is undone',
      (p, x) => {
        const first = p.grade(x, { ...pair, verdict: 'a' });
        const revised = p.grade(x, { ...pair, verdict: 'b', action: 'revise', targetId: first });
        p.grade(x, { ...pair, action: 'undo', targetId: revised });
      },
      1,
    ],
    [
      'is absent after an undo',
      (p, x) => {
        const first = p.grade(x, { ...pair, verdict: 'a' });
        p.grade(x, { ...pair, action: 'undo', targetId: first });
      },
      NaN,
    ],
    [
      'leaves out other models',
      (p, x) => {
        p.grade(x, { modelAId: 1, modelBId: 3, verdict: 'a' });
      },
      NaN,
    ],
  ];

  test.each(cases)('%s', (_, fill, gain) => {
    const project = buildProject();
    const prompt = project.prompt();
    project.response(prompt, 'A');
    fill(project, prompt);
    const snapshot = snapshotOf(project.db);
    expect(close(snapshot.goldGain)).toEqual(close([gain]));
    expect(close(snapshot.allGoldGain)).toEqual(close([gain]));
    const turned = snapshotOf(project.db, { strong: 'B', cheap: 'A' });
    // Written out, so that a negated tie is 0 and not -0.
    expect(close(turned.goldGain)).toEqual(close([gain === 0 ? 0 : -gain]));
  });
});

describe('gold without a scale', () => {
  test('takes the range of the scores that may be seen, with a warning', () => {
    const project = buildProject();
    const [a, b, c] = [project.prompt(), project.prompt(), project.prompt()];
    for (const [prompt, scoreA, scoreB] of [
      [a, 10, 20],
      [b, 50, 40],
      [c, 90, 0],
    ] as const) {
      project.grade(prompt, { ...pair, scoreA, scoreB, imported: true });
    }
    project.draw(c, false);
    const snapshot = snapshotOf(project.db);
    expect(close(snapshot.allGoldGain)).toEqual([-0.25, 0.25, 2.25]);
    expect(close(snapshot.goldGain)).toEqual([-0.25, 0.25, NaN]);
    expect(snapshot.warnings.map((warning) => warning.code)).toEqual(['undeclared-scale']);
  });
});

describe('the gold quality of the cheap response', () => {
  test('is its score as a fraction of the scale, masked or not, and absent for verdicts', () => {
    const project = buildProject();
    const [a, b, c] = [project.prompt(), project.prompt(), project.prompt()];
    project.grade(a, { modelAId: 2, ...single, scoreA: 4, scale: [0, 5], imported: true });
    project.draw(a, false);
    project.grade(b, { ...pair, scoreA: 5, scoreB: 2, scale: [0, 5] });
    project.grade(c, { ...pair, verdict: 'a' });
    expect([...snapshotOf(project.db).allGoldAnchorQuality]).toEqual([0.8, 0.4, NaN]);
    expect([...snapshotOf(project.db, { strong: 'B', cheap: 'A' }).allGoldAnchorQuality]).toEqual([
      NaN,
      1,
      NaN,
    ]);
  });
});

describe('masked gold', () => {
  test('is in allGoldGain only, and so is a grade given in the app where the draw left the prompt out, with a warning', () => {
    const project = buildProject();
    const [hidden, revealed, both, undrawn] = [1, 2, 3, 4].map(() => project.prompt());
    for (const prompt of [hidden, revealed, both, undrawn]) {
      project.grade(prompt, { ...pair, verdict: 'a', imported: true });
    }
    project.grade(both, { ...pair, verdict: 'b', rater: 'Ada' });
    project.draw(hidden, false, { propensity: 0.25 });
    project.draw(revealed, true, { propensity: 0.25 });
    project.draw(both, false, { propensity: 0.75, lookedAt: 'prompt' });
    const snapshot = snapshotOf(project.db);
    expect([...snapshot.goldGain]).toEqual([NaN, 1, NaN, 1]);
    expect(snapshot.warnings.map(({ code, message }) => `${code}: ${message.slice(0, 20)}`)).toEqual([
      'graded-outside-the-draw: One prompt was grade',
    ]);
    expect([...snapshot.allGoldGain]).toEqual([1, 1, 0, 1]);
    expect([...snapshot.designedPropensity]).toEqual([0.25, 0.25, 0.75, NaN]);
    expect(snapshot.designLookedAt).toBe('prompt');
  });

  test('of a test prompt is masked by its draw alone, not by its split', () => {
    const project = buildProject();
    project.grade(project.prompt({ split: 'test' }), { ...pair, verdict: 'a', imported: true });
    expect([...snapshotOf(project.db).goldGain]).toEqual([1]);
  });
});

describe('a preference gain (A strong, B cheap)', () => {
  const cases: [what: string, fill: Fill, gain: number, count: number][] = [
    [
      'is the difference of single scores in units of the scale',
      (p, x) => {
        p.score('J', x, 'A', 4);
        p.score('J', x, 'B', 2);
      },
      0.5,
      1,
    ],
    [
      'averages the votes on each response, and counts the lesser number',
      (p, x) => {
        [5, 4, 3].forEach((score, i) => {
          p.score('J', x, 'A', score, `v${i}`);
        });
        [1, 2].forEach((score, i) => {
          p.score('J', x, 'B', score, `v${i}`);
        });
      },
      0.625,
      2,
    ],
    [
      'is absent where one response is not scored',
      (p, x) => {
        p.score('J', x, 'A', 4);
      },
      NaN,
      0,
    ],
    [
      'is the verdict',
      (p, x) => {
        p.verdict('J', x, { verdict: 'b', strength: 0.1 });
      },
      -1,
      1,
    ],
    [
      'prefers the two scores of a judgement to its verdict',
      (p, x) => {
        p.verdict('J', x, { verdict: 'b', score_a: 5, score_b: 4 });
      },
      0.25,
      1,
    ],
    [
      'prefers single scores to judgements of the pair',
      (p, x) => {
        p.verdict('J', x, { verdict: 'b' });
        p.score('J', x, 'A', 5);
        p.score('J', x, 'B', 1);
      },
      1,
      1,
    ],
    [
      'averages the two orders',
      (p, x) => {
        p.verdict('J', x, { shown: 'ab', verdict: 'a' });
        p.verdict('J', x, { shown: 'ba', verdict: 'tie' });
      },
      0.5,
      2,
    ],
    [
      'averages the votes inside an order before the orders',
      (p, x) => {
        ['a', 'a', 'b'].forEach((verdict, i) => {
          p.verdict('J', x, { shown: 'ab', vote: `v${i}`, verdict });
        });
        p.verdict('J', x, { shown: 'ba', verdict: 'b' });
      },
      (1 / 3 - 1) / 2,
      4,
    ],
    [
      'is one order where the other is not there',
      (p, x) => {
        p.verdict('J', x, { shown: 'ba', verdict: 'a', vote: '1' });
        p.verdict('J', x, { shown: 'ba', verdict: 'tie', vote: '2' });
      },
      0.5,
      2,
    ],
    [
      'averages votes of no recorded order',
      (p, x) => {
        ['a', 'a', 'a', 'b'].forEach((verdict, i) => {
          p.verdict('J', x, { vote: `v${i}`, verdict });
        });
      },
      0.5,
      4,
    ],
    [
      'averages a merged judgement with the mean of the orders',
      (p, x) => {
        p.verdict('J', x, { shown: 'ab', verdict: 'a' });
        p.verdict('J', x, { shown: 'ba', verdict: 'b' });
        p.verdict('J', x, { shown: 'both', verdict: 'a' });
      },
      0.5,
      3,
    ],
    [
      'leaves out other sources',
      (p, x) => {
        p.verdict('K', x, { verdict: 'a' });
      },
      NaN,
      0,
    ],
    [
      'leaves out other models',
      (p, x) => {
        p.verdict('J', x, { model_b_id: 3, verdict: 'a' });
      },
      NaN,
      0,
    ],
  ];

  test.each(cases)('%s', (_, fill, gain, count) => {
    const project = buildProject();
    project.source({ name: 'J', scale: [1, 5] });
    project.source({ name: 'K' });
    const prompt = project.prompt();
    project.response(prompt, 'A');
    fill(project, prompt);
    const snapshot = snapshotOf(project.db, { source: 'J' });
    expect(close(snapshot.preferences[0].gain)).toEqual(close([gain]));
    expect([...snapshot.preferences[0].count]).toEqual([count]);
    const turned = snapshotOf(project.db, { source: 'J', strong: 'B', cheap: 'A' });
    expect(close(turned.preferences[0].gain)).toEqual(close([gain === 0 ? 0 : -gain]));
  });

  test('of a source without a scale is in units of its observed range over all models, with a warning', () => {
    const project = buildProject();
    project.source({ name: 'J' });
    const prompt = project.prompt();
    for (const [model, score] of [
      ['A', 30],
      ['B', 20],
      ['C', -10],
    ] as const)
      project.score('J', prompt, model, score);
    const snapshot = snapshotOf(project.db);
    expect(close(snapshot.preferences[0].gain)).toEqual([0.25]);
    expect(snapshot.warnings.map((warning) => warning.code)).toEqual(['undeclared-scale']);
  });

  test('of a source that always gives the same score is 0', () => {
    const project = buildProject();
    project.source({ name: 'J' });
    const prompt = project.prompt();
    for (const model of ['A', 'B']) project.score('J', prompt, model, 3);
    expect([...snapshotOf(project.db).preferences[0].gain]).toEqual([0]);
  });
});

describe('scales count as declared', () => {
  type Form = 'declared' | 'undeclared' | 'verdict';
  const forms: Form[] = ['declared', 'undeclared', 'verdict'];
  const cases = forms.flatMap((gold) => forms.map((source): [Form, Form] => [gold, source]));
  test.each(cases)('or not: gold %s, source %s', (gold, source) => {
    const project = buildProject();
    project.source({ name: 'J', scale: source === 'declared' ? [0, 1] : null });
    const prompt = project.prompt();
    if (source === 'verdict') project.verdict('J', prompt, { verdict: 'a' });
    else for (const model of ['A', 'B']) project.score('J', prompt, model, 1);
    project.grade(
      prompt,
      gold === 'verdict'
        ? { ...pair, verdict: 'a' }
        : { ...pair, scoreA: 1, scoreB: 0, scale: gold === 'declared' ? [0, 1] : null },
    );
    expect(snapshotOf(project.db).preferences[0].scalesDeclared).toBe(
      gold === source && gold !== 'undeclared',
    );
  });
});

import { describe, expect, test } from 'vitest';
import { projectStatus } from '../../db/repositories/status.ts';
import type { SourceStatus } from '../../db/repositories/status.ts';
import type { ProjectBuilder } from './project-builder.ts';
import { buildProject } from './project-builder.ts';

const pair = { modelAId: 1, modelBId: 2 } as const;

function statusOf(project: ProjectBuilder, source: string): SourceStatus {
  const found = projectStatus(project.db).sources.find((each) => each.name === source);
  if (found === undefined) throw new Error(`no source ${source}`);
  return found;
}

describe('the status of a project', () => {
  test('counts what is there, and masked gold only by its draw', () => {
    const project = buildProject();
    const [a, b, c] = [
      project.prompt({ split: 'train' }),
      project.prompt({ split: 'test' }),
      project.prompt(),
    ];
    project.response(a, 'A');
    project.response(b, 'A', { text: null });
    project.response(b, 'B');
    project.source({ name: 'J', scale: [0, 1] });
    project.score('J', a, 'A', 1);
    project.score('J', a, 'B', 1);
    project.verdict('J', b, { verdict: 'a' });
    project.grade(a, { modelAId: 1, modelBId: null, scoreA: 1, scale: [0, 1], imported: true });
    project.grade(b, { ...pair, verdict: 'a', imported: true });
    project.grade(c, { ...pair, verdict: 'a', imported: true });
    project.draw(a, true);
    project.draw(c, false);
    expect(projectStatus(project.db)).toMatchObject({
      prompts: 3,
      splits: { train: 1, dev: 0, test: 1, none: 1 },
      datasets: [{ name: 'd', prompts: 3 }],
      responses: 3,
      models: [
        { name: 'A', responses: 2, responsesWithText: 1, goldPrompts: 2 },
        { name: 'B', responses: 1, responsesWithText: 1, goldPrompts: 1 },
        { name: 'C', responses: 0, responsesWithText: 0, goldPrompts: 0 },
      ],
      sources: [{ name: 'J', kind: 'judge', scale: [0, 1], scores: 2, verdicts: 1, prompts: 2 }],
      gold: { visibleGrades: 2, visiblePrompts: 2, maskedPrompts: 1 },
      runs: 0,
      exports: 0,
      imports: 0,
    });
  });
});

describe('the agreement of a source with gold', () => {
  test('is the share of pairs with the same sign, over all pairs of models that both judged', () => {
    const project = buildProject();
    project.source({ name: 'J', scale: [0, 1] });
    const gold = { A: 1, B: 1, C: 0 };
    const judge = { A: 0.9, B: 0.4, C: 0.1 };
    const prompt = project.prompt();
    for (const [id, model] of [
      [1, 'A'],
      [2, 'B'],
      [3, 'C'],
    ] as const) {
      project.grade(prompt, { modelAId: id, modelBId: null, scoreA: gold[model], scale: [0, 1] });
      project.score('J', prompt, model, judge[model]);
    }
    // A–B: gold ties and the judge does not; A–C and B–C agree.
    const { agreement, agreementWithoutTies } = statusOf(project, 'J');
    expect(agreement).toMatchObject({ n: 3, agreementRate: 2 / 3 });
    expect(agreementWithoutTies).toMatchObject({ n: 2, agreementRate: 1 });
  });

  test('has the interval of Wilson', () => {
    const project = buildProject();
    project.source({ name: 'J' });
    for (let i = 0; i < 10; i++) {
      const prompt = project.prompt();
      project.grade(prompt, { ...pair, verdict: i < 3 ? 'b' : 'a' });
      project.verdict('J', prompt, { verdict: 'a' });
    }
    // R: prop.test(7, 10, correct = FALSE)$conf.int
    const { ci95 } = statusOf(project, 'J').agreement;
    expect(ci95?.[0]).toBeCloseTo(0.3967781, 6);
    expect(ci95?.[1]).toBeCloseTo(0.8922087, 6);
  });

  test('never looks at masked gold or at test prompts', () => {
    const project = buildProject();
    project.source({ name: 'J' });
    const rows = [
      project.prompt(),
      project.prompt(),
      project.prompt({ split: 'test' }),
      project.prompt({ norm_hash: '0000000000000000' }),
    ];
    for (const prompt of rows) {
      project.grade(prompt, { ...pair, verdict: 'a', imported: true });
      project.verdict('J', prompt, { verdict: prompt === rows[0] ? 'a' : 'b' });
    }
    project.draw(rows[1], false);
    expect(statusOf(project, 'J').agreement).toMatchObject({ n: 1, agreementRate: 1 });
    project.db.exec('DELETE FROM gold_draw');
    expect(statusOf(project, 'J').agreement).toMatchObject({ n: 2, agreementRate: 0.5 });
  });

  test('is unknown where they have nothing in common', () => {
    const project = buildProject();
    project.source({ name: 'J' });
    const none = { n: 0, agreementRate: null, ci95: null };
    expect(statusOf(project, 'J')).toMatchObject({ agreement: none, agreementWithoutTies: none });
  });
});

import { describe, expect, test } from 'vitest';
import { gradeLines } from '../../db/repositories/data-labels.ts';
import { idsAt, promptLines, promptPositions, type DataFilter } from '../../db/repositories/data-page.ts';
import { countUnindexed, indexMore, toMatchQuery } from '../../db/repositories/search-index.ts';
import { buildProject, type ProjectBuilder } from './project-builder.ts';

const EVERYTHING: DataFilter = {
  match: null,
  split: null,
  category: null,
  dataset: null,
  source: null,
  hasGold: null,
};

function found({ db }: ProjectBuilder, filter: Partial<DataFilter>): readonly number[] {
  const positions = promptPositions(db, { ...EVERYTHING, ...filter });
  return idsAt(positions, 0, positions.total);
}

function search(project: ProjectBuilder, words: string): readonly number[] {
  while (indexMore(project.db));
  return found(project, { match: toMatchQuery(words) });
}

describe('a page of prompts', () => {
  test('is found from any position without a list, where nothing is filtered', () => {
    const project = buildProject();
    for (let i = 0; i < 30; i++) project.prompt();
    const positions = promptPositions(project.db, EVERYTHING);
    expect(positions).toEqual({ total: 30, ids: null });
    expect(idsAt(positions, 28, 10)).toEqual([29, 30]);
    expect(idsAt(positions, 99, 10)).toEqual([]);
  });

  test('is right where ids have gaps', () => {
    const project = buildProject();
    for (const id of [2, 5, 9]) project.prompt({ id });
    expect(found(project, {})).toEqual([2, 5, 9]);
  });

  test('has its lines in the order asked for', () => {
    const project = buildProject();
    const [a, b] = [project.prompt({ category: 'law' }), project.prompt({ split: 'test' })];
    project.response(b, 'A');
    expect(promptLines(project.db, [b, a])).toMatchObject([
      { promptId: b, dataset: 'd', externalId: 'x2', excerpt: 'prompt 2', split: 'test', responses: 1 },
      { promptId: a, category: 'law', split: null, responses: 0 },
    ]);
  });

  test('is filtered by split, category, dataset, source and gold, and by all together', () => {
    const project = buildProject();
    const a = project.prompt({ split: 'train', category: 'law' });
    const b = project.prompt({ split: 'train', category: 'medicine' });
    const c = project.prompt({ category: 'law' });
    project.source({ name: 'judge' });
    project.score('judge', a, 'A', 1);
    project.verdict('judge', c, { verdict: 'a' });
    project.grade(c, { modelAId: 1, modelBId: 2, verdict: 'a' });
    expect(found(project, { split: 'train' })).toEqual([a, b]);
    expect(found(project, { split: 'none' })).toEqual([c]);
    expect(found(project, { category: 'law' })).toEqual([a, c]);
    expect(found(project, { dataset: 'd' })).toEqual([a, b, c]);
    expect(found(project, { dataset: 'other' })).toEqual([]);
    expect(found(project, { source: 'judge' })).toEqual([a, c]);
    expect(found(project, { hasGold: true })).toEqual([c]);
    expect(found(project, { hasGold: false })).toEqual([a, b]);
    expect(found(project, { category: 'law', source: 'judge', hasGold: false })).toEqual([a]);
  });
});

test('masked gold is neither listed, nor counted, nor filtered by; what a person graded is', () => {
  const project = buildProject();
  const [masked, revealed] = [project.prompt(), project.prompt()];
  for (const id of [masked, revealed]) {
    project.grade(id, { modelAId: 1, modelBId: 2, verdict: 'a', imported: true });
    project.draw(id, id === revealed);
  }
  expect(found(project, { hasGold: true })).toEqual([revealed]);
  expect(gradeLines(project.db, [masked, revealed]).map((line) => line.promptId)).toEqual([revealed]);
  project.grade(masked, { modelAId: 1, modelBId: 2, verdict: 'b' });
  expect(gradeLines(project.db, [masked])).toMatchObject([{ rater: 'Ada', verdict: 'b' }]);
});

describe('full-text search', () => {
  function library(): ProjectBuilder {
    const project = buildProject();
    project.prompt({ text: 'Where is the café of Orléans?' });
    project.response(1, 'A', { text: 'Beside the cathedral.' });
    project.prompt({ text: 'What does a cathedral cost?' });
    project.prompt({ text: 'NEAR and OR are words (too)' });
    project.response(3, 'A', { text: null });
    return project;
  }

  test('finds words in prompts and in responses, without accents and in any case', () => {
    expect(search(library(), 'cathedral')).toEqual([1, 2]);
    expect(search(library(), 'CAFE orleans')).toEqual([1]);
    expect(search(library(), 'nothing')).toEqual([]);
  });

  test('takes the last word as the beginning of one while it is typed', () => {
    expect(search(library(), 'cathe')).toEqual([1, 2]);
    expect(search(library(), 'cathe ')).toEqual([]);
  });

  test('keeps words in quotes together', () => {
    expect(search(library(), '"cathedral cost"')).toEqual([2]);
    expect(search(library(), '"cost cathedral"')).toEqual([]);
  });

  test.each(['NEAR(', 'a OR', '"', '*', 'AND NOT', 'text:x', '^a', '(((', "'; DROP TABLE prompt; --", '-'])(
    'takes %s for words, not for a query',
    (words) => {
      expect(() => search(library(), words)).not.toThrow();
    },
  );

  test('follows the rows: what is added later is found later', () => {
    const project = library();
    expect(search(project, 'lighthouse')).toEqual([]);
    const id = project.prompt({ text: 'A lighthouse' });
    expect(countUnindexed(project.db)).toBe(1);
    expect(search(project, 'lighthouse')).toEqual([id]);
    expect(countUnindexed(project.db)).toBe(0);
  });

  test('indexes a text of a megabyte in a step of its own', () => {
    const project = buildProject();
    project.prompt({ text: 'word '.repeat(200_000) });
    project.prompt({ text: 'needle' });
    expect(indexMore(project.db)).toBe(true);
    expect(countUnindexed(project.db)).toBe(1);
    expect(search(project, 'needle')).toEqual([2]);
  });
});

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseMapping } from '../../../src/dataset/mapping.ts';

it('accepts the mapping that the guide shows', () => {
  const guide = readFileSync(new URL('../../../docs/import.md', import.meta.url), 'utf8');
  const example = /```json\n([\s\S]*?)```/.exec(guide)?.[1] ?? '';
  const mapping = parseMapping(JSON.parse(example));
  expect(mapping.sources.map((source) => source.name)).toEqual(['our-judge']);
  expect(mapping.gold?.judgement.as).toBe('scores');
});

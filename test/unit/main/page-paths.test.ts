import { expect, it } from 'vitest';
import { PAGE_PATHS } from '../../../main/loopback/page-paths.ts';
import { methods } from '../../../src/contract/methods.ts';
import { z } from '../../../src/contract/zod.ts';

/** Where a person types the path in a browser too, because the host cannot know it; what is there is only read. */
const TYPED: Readonly<Record<string, string>> = {
  'project.open': 'path',
  'embedding.plan': 'folder',
  'embedding.start': 'folder',
};

const NAMES_A_FILE = /"(?<field>path|paths|directory|folder)":/g;

it('every method that takes a path says in which folders a page may use it', () => {
  const found = Object.entries(methods).flatMap(([method, { input }]) => {
    const schema = JSON.stringify(z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }));
    const fields = new Set(Array.from(schema.matchAll(NAMES_A_FILE), (match) => match.groups?.field));
    return [...fields].map((field) => [method, field] as const);
  });
  const known = [
    ...Object.entries(PAGE_PATHS).map(([method, { field }]) => [method, field] as const),
    ...Object.entries(TYPED),
  ];
  const sorted = (list: readonly (readonly unknown[])[]): readonly string[] => list.map(String).sort();
  expect(sorted(found)).toEqual(sorted(known));
});

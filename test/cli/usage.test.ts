import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CHEAP, generateDemo, STRONG } from '../../src/cli/demo/generate.ts';
import { metarouter, temporaryFolder } from './program.ts';

const folder = temporaryFolder();
const project = join(folder, 'p.mrproj');
const empty = join(folder, 'empty.mrproj');
const broken = join(folder, 'broken.mrproj');
const pair = ['--strong', STRONG, '--cheap', CHEAP];

beforeAll(async () => {
  const dataFile = join(folder, 'data.wide.jsonl');
  const { rows } = generateDemo({ train: 30, test: 10, seed: 5 });
  writeFileSync(dataFile, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  writeFileSync(broken, 'not a project at all');
  await metarouter(['init', project]);
  await metarouter(['init', empty]);
  await metarouter(['import', project, dataFile]);
});

describe('bad usage exits with 2 and says what is possible', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['an unknown command', ['tain', project], ['tain', 'init, import']],
    ['no command', [], ['Usage: metarouter']],
    ['an unknown option', ['status', project, '--jsn'], ['--jsn', '--json']],
    ['a missing argument', ['init'], ['project', 'Usage: metarouter init']],
    [
      'a project that an option of several values took',
      ['train', ...pair, '--source', 'demo-judge', project],
      ["'project'", '--source takes every value after it', '--'],
    ],
    ['a missing option', ['export', project], ['--out']],
    [
      'an unknown estimator',
      ['train', project, ...pair, '--estimator', 'magic'],
      ['magic', 'gold-only', 'auto'],
    ],
    ['an unknown stage', ['train', project, ...pair, '--stage', 'x'], ['route, cascade']],
    ['an unknown model', ['train', project, '--strong', 'gpt-9', '--cheap', CHEAP], ['gpt-9', STRONG, CHEAP]],
    ['an unknown source', ['train', project, ...pair, '--source', 'nobody'], ['nobody', 'demo-judge']],
    ['no models named', ['train', project], ['--strong', STRONG, CHEAP]],
    ['three models and no anchor', ['train', project, '--models', 'a,b,c'], ['--anchor', 'a, b, c']],
    [
      'three models where two are looked at',
      ['bias', project, '--models', 'a,b,c', '--anchor', 'a'],
      ['name two'],
    ],
    ['an unknown format', ['import', project, 'x', '--format', 'xml'], ['wide', 'pairs']],
    [
      'both ways to say how much gold',
      ['import', project, 'x', '--gold', '3', '--gold-fraction', '.5'],
      ['--gold'],
    ],
    ['a number that is none', ['replicate', project, ...pair, '--gold', 'many', '--test', '5'], ['many']],
    ['signals without a cascade', ['train', project, ...pair, '--signals', 'demo-judge'], ['cascade']],
    [
      'a price below 0',
      ['price', project, STRONG, '--input-usd-per-million', '-1', '--output-usd-per-million', '1'],
      ['0 or more'],
    ],
  ])('%s', async (_, args, expected) => {
    const { code, stdout, stderr } = await metarouter(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    for (const text of expected) expect(stderr).toContain(text);
  });
});

describe('a failure exits with 1 and one line, and --json leaves stdout empty', () => {
  it.each<[string, readonly string[], string]>([
    ['a project that is not there', ['status', join(folder, 'none.mrproj')], 'no project file'],
    ['a project that exists already', ['init', project], 'already'],
    ['a file that is no project', ['status', broken], 'not a project file'],
    ['a project without gold', ['train', empty, ...pair], 'no model named'],
    ['a file that is not there', ['import', empty, join(folder, 'none.jsonl')], 'none.jsonl'],
    ['a run that is not there', ['evaluate', project, '--run', 'abc'], 'no run abc'],
    ['no run at all', ['evaluate', project], 'no run'],
    ['a folder that is no bundle', ['verify', folder], 'not a bundle'],
    ['a bundle that is not there', ['route', join(folder, 'none'), '--prompt', 'x'], 'no bundle'],
    [
      'too few prompts',
      ['replicate', project, ...pair, '--gold', '100', '--test', '100'],
      'prompts have gold',
    ],
    ['an output folder in use', ['demo', '--out', folder], 'not empty'],
  ])('%s', async (name, args, expected) => {
    const { code, stdout, stderr } = await metarouter([...args, '--json']);
    expect(code).toBe(name === 'a project without gold' ? 2 : 1);
    expect(stdout).toBe('');
    expect(stderr).toContain(expected);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

it('--help and --version go to stdout and exit with 0', async () => {
  const help = await metarouter(['train', '--help']);
  expect(help).toMatchObject({ code: 0, stderr: '' });
  expect(help.stdout).toContain('--estimator');
  const version = await metarouter(['--version']);
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

it('never repeats the text of a prompt in an error', async () => {
  const stdin = '{"prompt":"my secret diary"}\n{"prompt":"my secret diary", oops\n';
  const { code, stderr } = await metarouter(['route', folder], { stdin });
  expect(code).toBe(1);
  expect(stderr).not.toContain('secret');
});

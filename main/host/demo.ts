import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CHEAP, generateDemo, STRONG } from '../../src/cli/demo/generate.ts';
import type { Client } from '../../src/contract/client.ts';

export type OpenDemo = () => Promise<string>;

const PROMPTS = { train: 1500, test: 400, seed: 1 };
const REVEALED_GOLD = { kind: 'count', count: 200 } as const;
const PRICES = [
  { model: STRONG, inputUsdPerMillion: 5, outputUsdPerMillion: 15 },
  { model: CHEAP, inputUsdPerMillion: 0.25, outputUsdPerMillion: 0.75 },
];

/** Opens the demo project of this user; where it is not there yet, or was left empty, it is generated and imported. */
export function demoOpener(folder: string, client: Client): OpenDemo {
  let underWay: Promise<string> | null = null;
  return () => {
    underWay ??= openDemo(folder, client).finally(() => {
      underWay = null;
    });
    return underWay;
  };
}

async function openDemo(folder: string, client: Client): Promise<string> {
  const path = join(folder, 'Demo.mrproj');
  if (existsSync(path)) await client.call('project.open', { path });
  else await client.call('project.create', { path, name: 'Demo (simulated)', isSimulated: true });
  const { counts } = await client.call('project.status', {});
  if (counts.prompts === 0) await fill(join(folder, 'demo.wide.jsonl'), client);
  return path;
}

async function fill(dataPath: string, client: Client): Promise<void> {
  const { rows } = generateDemo(PROMPTS);
  await writeFile(dataPath, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  await client.run('import.start', { paths: [dataPath], gold: REVEALED_GOLD, seed: PROMPTS.seed });
  for (const price of PRICES) await client.call('model.setPrice', price);
}

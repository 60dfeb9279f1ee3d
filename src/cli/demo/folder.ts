import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../core/errors.ts';
import type { DemoData } from './generate.ts';

const DEFAULT_FOLDER = 'demo';

/** The folder that was asked for, if it is empty or not there; without a wish ./demo, or the next free ./demo-2, … */
export async function makeDemoFolder(wished: string | undefined): Promise<string> {
  if (wished !== undefined) {
    if (await isTaken(wished)) {
      throw new AppError('already-exists', `${wished} is not empty: choose another folder with --out.`);
    }
    await mkdir(wished, { recursive: true });
    return wished;
  }
  for (let n = 1; ; n++) {
    const folder = n === 1 ? DEFAULT_FOLDER : join(DEFAULT_FOLDER, `run-${n}`);
    if (await isTaken(folder)) continue;
    await mkdir(folder, { recursive: true });
    return folder;
  }
}

async function isTaken(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length > 0;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return true;
    throw error;
  }
}

export interface DemoFiles {
  readonly data: string;
  readonly truth: string;
  readonly project: string;
  readonly bundle: string;
  readonly cascadeBundle: string;
}

export function demoFiles(folder: string): DemoFiles {
  return {
    data: join(folder, 'demo.wide.jsonl'),
    truth: join(folder, 'truth.csv'),
    project: join(folder, 'demo.mrproj'),
    bundle: join(folder, 'bundle'),
    cascadeBundle: join(folder, 'bundle-cascade'),
  };
}

/** The data to import, and the truth beside it, where the program does not look. */
export async function writeDemoData(files: DemoFiles, data: DemoData): Promise<void> {
  await writeFile(files.data, data.rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const truth = data.truth.map((row) => `${row.promptId},${row.gain.toFixed(4)},${row.bias.toFixed(4)}\n`);
  await writeFile(files.truth, `prompt_id,true_gain,true_bias\n${truth.join('')}`);
}

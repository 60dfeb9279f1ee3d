import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { removeStaleStaging } from '../../db/import/staging-files.ts';
import { openProject } from '../../db/open.ts';
import { pairsRow } from '../unit/dataset/example-rows.ts';
import { contentOf, countRows, fileOf, importFile, importRows } from './import-support.ts';
import { keep, newProject, options } from './temporary-project.ts';

const script = fileURLToPath(new URL('import-until-killed.ts', import.meta.url));
const ROWS = 12_000;

/** Starts the import and kills it `delayMs` after it says that it has come to `phase`. Answers whether it was killed. */
async function killDuring(
  phase: string,
  delayMs: number,
  projectPath: string,
  filePath: string,
): Promise<boolean> {
  const child = spawn(process.execPath, [script, projectPath, filePath], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<boolean>((resolve) => {
    child.once('exit', (_, signal) => {
      resolve(signal === 'SIGKILL');
    });
  });
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (said: string) => {
    if (said.includes(phase)) void sleep(delayMs).then(() => child.kill('SIGKILL'));
  });
  return ended;
}

describe('a process that is killed', () => {
  test.each([
    ['staging', 0],
    ['staging', 60],
    ['merging', 0],
    ['merging', 40],
    ['merging', 120],
  ])(
    'while %s, after %i ms, leaves the project as it was, and the import can be done again',
    async (phase, delayMs) => {
      const project = newProject();
      await importRows(project, { ...pairsRow, prompt_id: 'before', prompt: 'Before?' });
      const before = contentOf(project.db);
      project.close();
      const text = 'and so on '.repeat(30);
      const file = fileOf(
        Array.from({ length: ROWS }, (_, i) => ({
          ...pairsRow,
          prompt_id: `p/${i}`,
          prompt: `${i}?`,
          response_a: text,
        })),
      );

      const wasKilled = await killDuring(phase, delayMs, project.path, file);

      removeStaleStaging(project.path);
      expect(readdirSync(dirname(project.path)).filter((name) => name.includes('staging'))).toEqual([]);
      const reopened = keep(openProject(project.path, options));
      expect(reopened.quickCheck()).toEqual([]);
      // All of the file or nothing; a merge that was over before the signal came is over.
      if (countRows(reopened.db, 'prompt') === 1) {
        expect(wasKilled).toBe(true);
        expect(contentOf(reopened.db)).toEqual(before);
      } else {
        expect(phase).toBe('merging');
        expect(countRows(reopened.db, 'prompt')).toBe(ROWS + 1);
        expect(countRows(reopened.db, 'preference_verdict')).toBe(2 * (ROWS + 1));
      }
      const report = await importFile(reopened, file);
      expect(report.added.prompts + report.alreadyThere.prompts).toBe(ROWS);
      expect(countRows(reopened.db, 'preference_verdict')).toBe(2 * (ROWS + 1));
    },
  );
});

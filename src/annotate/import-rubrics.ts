import { readFileSync, statSync } from 'node:fs';
import { findRubricPrompts, writeRubric } from '../../db/repositories/tasks.ts';
import { inTransaction } from '../../db/sqlite.ts';
import type { Warning } from '../core/warning.ts';
import { AppError } from '../core/errors.ts';
import type { GradingDeps } from './grading-deps.ts';
import { readHealthBench } from './read-healthbench.ts';
import { getTask } from './tasks.ts';

const MAX_BYTES = 512 * 2 ** 20;

export interface RubricImport {
  readonly rows: number;
  readonly matched: number;
  readonly unmatched: number;
  readonly refused: readonly { readonly line: number; readonly reason: string }[];
  readonly warnings: readonly Warning[];
}

/** Gives the prompts that a HealthBench file is about their rubrics: by prompt id, else by text. All or nothing. */
export function importRubrics(
  deps: GradingDeps,
  input: { readonly taskId: string; readonly path: string },
): RubricImport {
  const { form, name } = getTask(deps.db, input.taskId);
  if (form.kind !== 'rubric') throw new AppError('usage', `A task of the kind ${form.kind} has no rubrics.`);
  const file = readHealthBench(readText(input.path));
  if (file.rubrics.length === 0) {
    throw new AppError(
      'invalid-input',
      `No line of the file is a HealthBench rubric (prompt_id, prompt, rubrics). ${file.refused
        .slice(0, 1)
        .map(({ line, reason }) => `Line ${line}: ${reason}.`)
        .join('')}`,
      { details: { refused: file.refused.slice(0, 20) } },
    );
  }
  // A file that a project wrote holds the rubrics of all its tasks.
  const own = file.rubrics.filter((rubric) => rubric.task === name);
  const rubrics = own.length > 0 ? own : file.rubrics;
  const others = file.rubrics.length - rubrics.length;
  return inTransaction(deps.db, () => {
    const { byExternalId, byNormHash } = findRubricPrompts(deps.db, {
      externalIds: rubrics.map((rubric) => rubric.promptId),
      normHashes: rubrics.flatMap((rubric) => rubric.normHashes),
    });
    const matched = new Set<number>();
    let unmatched = 0;
    for (const { promptId, normHashes, criteria } of rubrics) {
      const prompts = byExternalId.get(promptId) ?? normHashes.flatMap((hash) => byNormHash.get(hash) ?? []);
      if (prompts.length === 0) unmatched++;
      for (const prompt of prompts) {
        writeRubric(deps.db, input.taskId, prompt, criteria);
        matched.add(prompt);
      }
    }
    if (matched.size === 0) {
      throw new AppError(
        'invalid-input',
        `None of the ${rubrics.length} rubrics is about a prompt of this project, by its id or its text. Import the prompts first.`,
      );
    }
    return {
      rows: file.rows,
      matched: matched.size,
      unmatched,
      refused: file.refused,
      warnings: [
        ...(unmatched === 0
          ? []
          : [
              {
                code: 'rubrics-without-prompt',
                message: `${unmatched} rubrics are about prompts that this project does not have, and were left out.`,
              },
            ]),
        ...(others === 0
          ? []
          : [
              {
                code: 'rubrics-of-other-tasks',
                message: `${others} rubrics are of other tasks than “${name}”, and were left out.`,
              },
            ]),
      ],
    };
  });
}

function readText(path: string): string {
  try {
    if (statSync(path).size > MAX_BYTES) {
      throw new AppError('invalid-input', 'The file of rubrics is larger than 512 MiB: split it.');
    }
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('not-found', `The file ${path} cannot be read.`, { cause: error });
  }
}

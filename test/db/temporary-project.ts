import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { createProject } from '../../db/open.ts';
import type { OpenOptions, ProjectFile } from '../../db/open.ts';
import { AppError } from '../../src/core/errors.ts';

/** A fixed moment, and ids that count up: what a test writes is the same every time. */
export const options: OpenOptions = { clock: () => Date.UTC(2026, 0, 2, 3, 4, 5, 678), newId: countingIds() };

function countingIds(): () => string {
  let next = 1;
  return () => `00000000-0000-7000-8000-${String(next++).padStart(12, '0')}`;
}

const folders: string[] = [];
const projects: ProjectFile[] = [];

afterEach(() => {
  for (const project of projects.splice(0)) project.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder of its own, removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'metarouter-db-'));
  folders.push(folder);
  return folder;
}

/** A path for a project in a folder of its own. */
export function projectPath(): string {
  return join(temporaryFolder(), 'trial.mrproj');
}

/** A new empty project, closed after the test. */
export function newProject(path: string = projectPath(), isSimulated = false): ProjectFile {
  return keep(createProject(path, { ...options, name: 'Trial', isSimulated }));
}

/** Closes a project after the test. */
export function keep(project: ProjectFile): ProjectFile {
  projects.push(project);
  return project;
}

/** The AppError that `work` throws. */
export function refusalOf(work: () => unknown): AppError {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('Expected an AppError, and nothing was thrown');
}

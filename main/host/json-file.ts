import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { z } from '../../src/contract/zod.ts';

/** A small file that is always whole: what cannot be read counts as not there, what is written replaces it at once. */
export interface JsonFile<T> {
  readonly read: () => T;
  readonly write: (value: T) => void;
}

export function jsonFile<T>(path: string, schema: z.ZodType<T>, fallback: T): JsonFile<T> {
  return {
    read: () => {
      try {
        const parsed = schema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
        return parsed.success ? parsed.data : fallback;
      } catch {
        return fallback;
      }
    },
    write: (value) => {
      const unfinished = `${path}.${randomUUID()}`;
      try {
        writeFileSync(unfinished, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
        renameSync(unfinished, path);
      } catch (error) {
        rmSync(unfinished, { force: true });
        throw error;
      }
    },
  };
}

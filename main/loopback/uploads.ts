import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { PickedFile } from '../../src/contract/host.ts';
import { safeFileName } from '../host/free-name.ts';
import { HttpRefusal } from './http-refusal.ts';
import { refuseDeclaredSize, tooLarge, tooSlow } from './read-body.ts';

export interface UploadLimits {
  readonly maxBytes: number;
  /** Longest pause between two pieces. */
  readonly idleMs: number;
}

/** Files that a page sends so that they can be imported: each in a new folder of ours, all gone when the host ends. */
export interface Uploads {
  readonly folder: string;
  readonly receive: (request: IncomingMessage, typedName: string) => Promise<PickedFile>;
  readonly clear: () => void;
}

export function openUploads(limits: UploadLimits): Uploads {
  const folder = mkdtempSync(join(tmpdir(), 'metarouter-uploads-'));
  let count = 0;
  return {
    folder,
    receive: async (request, typedName) => {
      refuseDeclaredSize(request, limits.maxBytes);
      // The page names the file, never where it goes.
      const name = safeFileName(typedName);
      const own = join(folder, String(++count));
      await mkdir(own);
      const path = join(own, name);
      try {
        const bytes = await write(request, path, limits);
        return { path, name, bytes };
      } catch (error) {
        await rm(own, { recursive: true, force: true });
        throw error instanceof HttpRefusal ? error : new HttpRefusal(400, 'The file did not arrive whole.');
      }
    },
    clear: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function write(request: IncomingMessage, path: string, limits: UploadLimits): Promise<number> {
  let bytes = 0;
  const idle = new AbortController();
  const timer = setTimeout(() => {
    idle.abort();
  }, limits.idleMs);
  try {
    await pipeline(
      request,
      async function* limited(pieces: AsyncIterable<Buffer>) {
        for await (const piece of pieces) {
          timer.refresh();
          bytes += piece.byteLength;
          if (bytes > limits.maxBytes) throw tooLarge(limits.maxBytes);
          yield piece;
        }
      },
      createWriteStream(path, { flags: 'wx', mode: 0o600 }),
      { signal: idle.signal },
    );
    return bytes;
  } catch (error) {
    throw idle.signal.aborted ? tooSlow() : error;
  } finally {
    clearTimeout(timer);
  }
}

/** SHA256SUMS, as `sha256sum -c` reads it. */
import { AppError } from '../core/errors.ts';
import { sha256Hex } from '../runtime/sha256.ts';

export const SUMS_FILE = 'SHA256SUMS';

/** One line a file: digest, two spaces, path; sorted by path. */
export function writeSums(files: Readonly<Record<string, Uint8Array>>): string {
  return Object.entries(files)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, bytes]) => `${sha256Hex(bytes)}  ${name}\n`)
    .join('');
}

/** Path → digest. */
export function parseSums(text: string): ReadonlyMap<string, string> {
  const sums = new Map<string, string>();
  for (const [i, line] of text.split('\n').entries()) {
    if (line === '') continue;
    const match = /^(?<digest>[0-9a-f]{64}) [ *](?<name>.+)$/.exec(line);
    if (match?.groups === undefined) {
      throw new AppError('damaged', `${SUMS_FILE}: line ${i + 1} is not a digest and a file name.`);
    }
    sums.set(match.groups.name, match.groups.digest);
  }
  return sums;
}

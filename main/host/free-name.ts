import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A path in `folder` that does not exist yet, named after what the user typed: "name", "name 2", … */
export function freePath(folder: string, typed: string, extension: string): string {
  const name = safeFileName(typed);
  for (let n = 1; ; n++) {
    const path = join(folder, `${name}${n === 1 ? '' : ` ${n}`}${extension}`);
    if (!existsSync(path)) return path;
  }
}

/** What every file system takes: no separators, no control or reserved characters, no leading or trailing dots, not too long (the extension stays). */
export function safeFileName(typed: string): string {
  const name = typed
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}<>:"/\\|?*]/gu, '-')
    .replace(/^[.\s]+|[.\s]+$/g, '');
  const short = name.length <= 100 ? name : `${name.slice(0, 70)}…${name.slice(-29)}`;
  return /^(con|prn|aux|nul|com\d|lpt\d)?$/i.test(short) ? `_${short}` : short;
}

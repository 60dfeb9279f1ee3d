/** A file that lines are appended to. */
import { createWriteStream } from 'node:fs';
import { AppError } from '../core/errors.ts';

export interface LineFile {
  readonly append: (document: unknown) => void;
  /** Resolves once everything is written. */
  readonly close: () => Promise<void>;
}

/**
 * Opens a file for appending, for its owner only. A line is given to the system whole; where a later write fails (disk
 * full), the line is lost, `onFailure` is told, and the server goes on.
 *
 * @throws AppError `io` where the file cannot be opened
 */
export function openLineFile(path: string, onFailure: (error: Error) => void): Promise<LineFile> {
  return new Promise((resolve, reject) => {
    const stream = createWriteStream(path, { flags: 'a', mode: 0o600 });
    const refuse = (error: Error): void => {
      reject(new AppError('io', `${path} cannot be written: ${error.message}.`, { cause: error }));
    };
    stream.once('error', refuse);
    stream.once('open', () => {
      stream.removeListener('error', refuse);
      stream.on('error', onFailure);
      resolve({
        append: (document) => {
          if (stream.destroyed) onFailure(new Error(`${path} is no longer open`));
          else stream.write(`${JSON.stringify(document)}\n`);
        },
        close: () =>
          new Promise((done) => {
            if (stream.destroyed) done();
            else
              stream.end(() => {
                done();
              });
          }),
      });
    });
  });
}

import type { PickedFile } from '../../src/contract/host.ts';
import { pickedFile } from '../../src/contract/host.ts';
import { AppError } from '../../src/core/errors.ts';
import type { ReceiveOptions } from '../host.ts';
import { TAB_HEADER } from './loopback-wire.ts';

/** Streams a file to the host, which keeps it in a temporary place of its own choice. */
export function uploadFile(secret: string, file: File, options: ReceiveOptions = {}): Promise<PickedFile> {
  const { signal, onProgress } = options;
  // Not fetch: it cannot tell how much has been sent.
  const request = new XMLHttpRequest();
  return new Promise<PickedFile>((resolve, reject) => {
    request.open('POST', `/api/upload?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader(TAB_HEADER, secret);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) onProgress?.(event.loaded / event.total);
    };
    request.onload = () => {
      const received = request.status === 200 ? readPicked(request.responseText) : null;
      if (received === null) reject(new AppError('io', refusal(request)));
      else resolve(received);
    };
    request.onerror = () => {
      reject(new AppError('io', `${file.name} did not reach the application. Is it still running?`));
    };
    request.onabort = () => {
      reject(new AppError('cancelled', 'Cancelled.'));
    };
    signal?.addEventListener(
      'abort',
      () => {
        request.abort();
      },
      { once: true },
    );
    if (signal?.aborted === true) reject(new AppError('cancelled', 'Cancelled.'));
    else request.send(file);
  });
}

function readPicked(body: string): PickedFile | null {
  const parsed = pickedFile.safeParse(JSON.parse(body));
  return parsed.success ? parsed.data : null;
}

function refusal(request: XMLHttpRequest): string {
  return request.responseText === '' ? `The upload was refused (${request.status}).` : request.responseText;
}

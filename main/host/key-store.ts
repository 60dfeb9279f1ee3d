import { join } from 'node:path';
import type { Answer } from '../../src/contract/methods.ts';
import { z } from '../../src/contract/zod.ts';
import { AppError } from '../../src/core/errors.ts';
import { jsonFile } from './json-file.ts';

/** The system's keychain, or something that stands for it. */
export interface Keychain {
  /** False where the system would only hide a text and not encrypt it. */
  readonly isAvailable: () => Promise<boolean>;
  readonly encrypt: (text: string) => Promise<Buffer>;
  readonly decrypt: (bytes: Buffer) => Promise<string>;
}

/**
 * Keys of servers, encrypted by the system for this user. They are outside every project, and a key leaves the store only
 * for a call of the server that it was kept for.
 */
export interface KeyStore {
  readonly isAvailable: () => Promise<boolean>;
  /** Origins, such as https://api.openai.com. */
  readonly servers: () => readonly string[];
  /** Errors: AppError `usage` where there is no keychain. */
  readonly save: (server: string, key: string) => Promise<void>;
  readonly forget: (server: string) => void;
  /** Null where none is kept, or the system no longer decrypts it. */
  readonly keyFor: (url: string) => Promise<string | null>;
}

const keyFile = z.record(z.string(), z.string());

export function openKeyStore(folder: string, keychain: Keychain): KeyStore {
  const file = jsonFile<Readonly<Record<string, string>>>(join(folder, 'keys.json'), keyFile, {});
  const origin = (url: string): string => new URL(url).origin;
  return {
    isAvailable: keychain.isAvailable,
    servers: () => Object.keys(file.read()).sort(),
    save: async (server, key) => {
      if (!(await keychain.isAvailable())) {
        throw new AppError('usage', 'This system has no keychain to keep keys in: give the key each time.');
      }
      const encrypted = await keychain.encrypt(key);
      file.write({ ...file.read(), [origin(server)]: encrypted.toString('base64') });
    },
    forget: (server) => {
      const { [origin(server)]: _, ...rest } = file.read();
      file.write(rest);
    },
    keyFor: async (url) => {
      const kept = file.read();
      const name = origin(url);
      if (!Object.hasOwn(kept, name) || !(await keychain.isAvailable())) return null;
      try {
        return await keychain.decrypt(Buffer.from(kept[name], 'base64'));
      } catch {
        return null;
      }
    },
  };
}

type EngineCall = (method: string, input: unknown) => Promise<Answer<unknown>>;

const withServer = z.looseObject({
  encoder: z.looseObject({ kind: z.literal('openai-embeddings'), baseUrl: z.url({ protocol: /^https?$/ }) }),
  apiKey: z.undefined().optional(),
});

/** Adds the kept key of the server that an embedding asks, where the page gives none: the page itself never sees it. */
export function addKeptKeys(call: EngineCall, keys: KeyStore): EngineCall {
  return async (method, input) => {
    const parsed = method === 'embedding.start' ? withServer.safeParse(input) : null;
    if (parsed?.success !== true) return call(method, input);
    const apiKey = await keys.keyFor(parsed.data.encoder.baseUrl);
    return call(method, apiKey === null ? input : { ...parsed.data, apiKey });
  };
}

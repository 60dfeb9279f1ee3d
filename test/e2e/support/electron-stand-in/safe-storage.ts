import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** A keychain whose secret is the folder of the test's user data: another start of the same application can read it. */
const secret = createHash('sha256')
  .update(process.env.METAROUTER_USER_DATA ?? 'test')
  .digest();

export const safeStorage = {
  isAsyncEncryptionAvailable: () => Promise.resolve(true),
  getSelectedStorageBackend: () => 'gnome_libsecret',
  encryptStringAsync: (text: string): Promise<Buffer> => {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', secret, nonce);
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Promise.resolve(Buffer.concat([nonce, cipher.getAuthTag(), body]));
  },
  decryptStringAsync: (
    bytes: Buffer,
  ): Promise<{ readonly result: string; readonly shouldReEncrypt: boolean }> => {
    const decipher = createDecipheriv('aes-256-gcm', secret, bytes.subarray(0, 12));
    decipher.setAuthTag(bytes.subarray(12, 28));
    const result = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
    return Promise.resolve({ result, shouldReEncrypt: false });
  },
};

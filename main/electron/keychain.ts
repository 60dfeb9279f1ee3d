import { safeStorage } from 'electron';
import type { Keychain } from '../host/key-store.ts';

/** macOS: Keychain; Windows: DPAPI; Linux: the secret service or KWallet, and none where Electron would only obfuscate. */
export const systemKeychain: Keychain = {
  isAvailable: async () =>
    (await safeStorage.isAsyncEncryptionAvailable()) &&
    (process.platform !== 'linux' || safeStorage.getSelectedStorageBackend() !== 'basic_text'),
  encrypt: (text) => safeStorage.encryptStringAsync(text),
  decrypt: async (bytes) => (await safeStorage.decryptStringAsync(bytes)).result,
};

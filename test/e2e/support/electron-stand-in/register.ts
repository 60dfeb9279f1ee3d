import { registerHooks } from 'node:module';

/**
 * node --import <this> out/main/index.js runs the application as built, with Chromium in the place of Electron: whatever
 * imports `electron` gets the stand-in. It knows nothing of Electron's sandbox, isolated worlds, menus, asar and fuses.
 */
const standIn = new URL('./electron.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, nextResolve) =>
    specifier === 'electron' ? { url: standIn, shortCircuit: true } : nextResolve(specifier, context),
});

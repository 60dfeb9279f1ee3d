import { defineConfig } from 'vitest/config';

/** The hosts as they are: real processes, real HTTP, real Chromium, on what npm run build and build:app have built. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Chromium and an engine a file: more at once would only wait for one another.
    maxWorkers: 2,
    // What could not be run here is said aloud.
    disableConsoleIntercept: true,
  },
});

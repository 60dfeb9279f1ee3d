import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.slow.ts'],
    testTimeout: 3_600_000,
    pool: 'forks',
    disableConsoleIntercept: true,
  },
});

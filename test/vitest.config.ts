// How the tests run: files side by side on the machine's cores, real programs given time, one closing line of counts.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/apps/**', '**/node_modules/**'],
    globalSetup: ['test/kit/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    reporters: ['default', './test/kit/missing-programs-reporter.ts', './test/kit/counts-reporter.ts'],
  },
});

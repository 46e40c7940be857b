import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // Real processes and servers on a machine that may be busy: several times what the longest test of them takes here.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // Most of a system test is waiting for processes: three at once keep two cores busy.
    maxWorkers: Math.max(3, availableParallelism()),
    globalSetup: ['tests/support/global-setup.ts'],
  },
});

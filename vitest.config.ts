import { defineConfig } from 'vitest/config';
import { reliability } from './test/reliability/reporter.ts';

export default defineConfig({
  test: {
    reporters: ['default', reliability()],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**'],
          includeTaskLocation: true,
          // Simulations, packages and child processes: seconds here, more where others work on the machine as well.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Each starts a whole stack: one after the other, and when nothing else needs the machine.
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          fileParallelism: false,
          includeTaskLocation: true,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          expect: { poll: { timeout: 20_000, interval: 100 } },
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});

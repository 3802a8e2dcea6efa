import { LEAST_SCORE } from './files.ts';

/** Works on a copy in .build/, on the file that main.ts names. */
export default {
  testRunner: 'vitest',
  vitest: { configFile: 'checks/mutation/vitest.config.ts' },
  plugins: ['@stryker-mutator/vitest-runner'],
  // Stryker rewrites the paths in tsconfig.json by an API that TypeScript 7 no longer has: it shall find none.
  tsconfigFile: 'none',
  coverageAnalysis: 'perTest',
  concurrency: 1,
  thresholds: { high: 95, low: LEAST_SCORE, break: LEAST_SCORE },
  reporters: ['progress-append-only', 'json'],
  jsonReporter: { fileName: '.build/mutation.json' },
  warnings: { slow: false },
  tempDirName: '.build/mutation',
};

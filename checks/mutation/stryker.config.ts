import { FILES, LEAST_SCORE } from './files.ts';

/** `npm run mutation`, or `npm run mutation -- --mutate lib/lane.ts` for a single file. Works on a copy in .build/. */
export default {
  mutate: FILES,
  testRunner: 'vitest',
  vitest: { configFile: 'checks/mutation/vitest.config.ts' },
  plugins: ['@stryker-mutator/vitest-runner', new URL('review.ts', import.meta.url).pathname],
  // Stryker rewrites the paths in tsconfig.json by an API that TypeScript 7 no longer has: it shall find none.
  tsconfigFile: 'none',
  coverageAnalysis: 'perTest',
  concurrency: 1,
  thresholds: { high: 95, low: LEAST_SCORE, break: LEAST_SCORE },
  reporters: ['progress-append-only', 'review'],
  // What neither a change of the code nor of its tests touches is not run again; `--force` runs all.
  incremental: true,
  incrementalFile: '.build/mutation.json',
  tempDirName: '.build/mutation',
};

import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { reliability } from './test/reliability/reporter.ts';

const MINUTE = 60_000;
const root = import.meta.dirname;

/** What the processes of this run make for each other: test/helpers/once-a-run.ts. */
const run = mkdtempSync(join(tmpdir(), 'opwatch-run-'));
process.env.OPWATCH_TEST_RUN = run;
process.on('exit', () => rmSync(run, { recursive: true, force: true }));

/** Nothing fails by the clock: these only end what hangs, on a machine however busy. */
const patience = {
  testTimeout: 10 * MINUTE,
  hookTimeout: 10 * MINUTE,
  teardownTimeout: MINUTE,
  expect: { poll: { timeout: 3 * MINUTE, interval: 50 } },
};

/** fast-check with our number of cases, whoever imports it. */
const alias = { 'fast-check': join(root, 'test/helpers/fast-check.ts') };

const project = (name: string, test: object): TestProjectInlineConfiguration => ({
  resolve: { alias },
  test: { name, includeTaskLocation: true, ...patience, ...test },
});

const withProperties = (): string[] =>
  globSync('test/**/*.test.ts', { cwd: root }).filter((file) =>
    /'fast-check'|\/contract\.ts'/.test(readFileSync(join(root, file), 'utf8')),
  );

/** What plays whole systems, packages the service or starts other programs: seconds each, so not for the loop at the desk. */
const WHOLE = [
  'test/sim/**/*.test.ts',
  'test/deploy/**/*.test.ts',
  'test/verify-aws/**/*.test.ts',
  'test/conformance/emulators.test.ts',
  'test/bench/**/*.test.ts',
  'test/commands/**/*.test.ts',
  'test/docs/add-a-*.test.ts',
  'test/docs/webhooks.test.ts',
  'test/bundle.test.ts',
  'test/outage.test.ts',
  'test/hanging.test.ts',
  'test/offline/emulators.test.ts',
  'test/offline/child.test.ts',
];

/** What takes longest, longest first: begun last, it would keep one processor busy while the other has nothing left to do. */
const LONG = [
  'test/e2e/',
  'test/sim/design-faults',
  'test/sim/exhaustive',
  'test/order',
  'test/deploy/template',
  'test/sim/',
  'test/deploy/stages',
  'test/outage',
  'test/refused-neighbors',
  'test/hanging',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = LONG.findIndex((start) => relative(root, moduleId).startsWith(start));
      return place < 0 ? LONG.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

/** Files share what they import: no test changes a module, and importing anew for each costs more than the tests do. */
const together = { isolate: false };

const usual = [
  project('e2e', { include: ['test/e2e/**/*.test.ts'], globalSetup: ['test/e2e/kit/warm-stack.ts'] }),
  project('unit', {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**', 'test/slow/**', ...WHOLE],
    ...together,
  }),
  project('whole', { include: WHOLE, ...together }),
];

/** For `npm run test:slow`: what takes minutes, and the tests with properties once more, with more cases. */
const slow = [
  project('slow', {
    include: ['test/slow/**/*.test.ts'],
    testTimeout: 30 * MINUTE,
  }),
  project('properties', { include: withProperties(), testTimeout: 30 * MINUTE }),
];

export default defineConfig({
  test: {
    reporters: ['default', reliability()],
    // End-to-end tests wait more than they work: all of them at once, and a worker for each processor beside them.
    sequence: { sequencer: LongestFirst },
    maxWorkers: globSync('test/e2e/*.test.ts', { cwd: root }).length + availableParallelism(),
    projects: process.env.OPWATCH_TESTS === 'slow' ? slow : usual,
  },
});

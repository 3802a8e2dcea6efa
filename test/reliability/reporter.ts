/**
 * Holds docs/reliability.md to the tests: at the end of a run of all unit and end-to-end tests it must be what they make it.
 * `-u` writes it, as it does snapshots. Runs of some of the tests are left in peace. A slow test may carry an id as well, but
 * it is named nowhere: each id needs a test that every `npm test` runs.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node';
import { idsIn, missing, type Shown, unknown, writeDocument } from './document.ts';

const namesOf = ({ parent, name }: TestCase): string[] => {
  const names = [name];
  for (let at = parent; at.type === 'suite'; at = at.parent) names.unshift(at.name);
  return names;
};

const shownBy = (test: TestCase): Shown => ({
  file: test.module.relativeModuleId,
  names: namesOf(test),
  line: test.location?.line,
  passed: test.result().state === 'passed',
});

const whatIsWrong = (tests: readonly Shown[], { config }: Vitest): string | undefined => {
  const strange = unknown(tests);
  if (strange.length > 0) return `tests name ${strange.join(', ')}, which test/reliability/register.ts does not know`;
  const unshown = missing(tests);
  if (unshown.length > 0) return `no test shows ${unshown.join(', ')}`;
  const path = join(config.root, 'docs/reliability.md');
  const document = readFileSync(path, 'utf8');
  const text = writeDocument(document, tests);
  if (config.snapshotOptions.updateSnapshot === 'all') writeFileSync(path, text);
  else if (document !== text) return 'docs/reliability.md is not what the tests show: npm run reliability writes it';
  return undefined;
};

export const reliability = (): Reporter => {
  let vitest: Vitest;
  return {
    onInit: (started) => {
      vitest = started;
    },
    onTestRunEnd: (modules: readonly TestModule[], _errors, reason) => {
      const { root, testNamePattern } = vitest.config;
      const files = new Set(modules.map(({ relativeModuleId }) => relativeModuleId));
      const hasAll = globSync('test/**/*.test.ts', { cwd: root })
        .filter((file) => !file.startsWith('test/slow/'))
        .every((file) => files.has(file));
      const tagged = modules
        .flatMap((module) => [...module.children.allTests()])
        .filter((test) => idsIn(namesOf(test)).length > 0);
      const leavesOut = testNamePattern !== undefined && tagged.some((test) => test.result().state === 'skipped');
      if (reason !== 'passed' || !hasAll || leavesOut) return;
      const wrong = whatIsWrong(tagged.map(shownBy), vitest);
      if (wrong === undefined) return;
      vitest.logger.error(`reliability: ${wrong}`);
      process.exitCode = 1;
    },
  };
};

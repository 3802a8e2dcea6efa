/**
 * fast-check, set to the number of cases that every property is tried with. vitest.config.ts puts this file in place of
 * `fast-check` for all tests, so that no test sets a number of its own: cases.ts has it.
 */
// By its path: the name would lead back to this file.
import fc from '../../node_modules/fast-check/lib/fast-check.js';
import { CASES } from './cases.ts';

fc.configureGlobal({ numRuns: CASES });

export * from '../../node_modules/fast-check/lib/fast-check.js';
export default fc;

/** What is done to a running opwatch, and what has to hold all the same. */
import type { StackOptions } from '../../offline/stack.ts';
import type { Opwatch } from '../e2e/kit/opwatch.ts';

export type ScenarioResult = {
  /** One line: what was done, and how it went, in numbers. */
  readonly figure: string;
  /** What did not hold; empty when all is well. */
  readonly broken: readonly string[];
};

export type Scenario = {
  readonly name: string;
  /** What it does and what has to hold, for `--list`. */
  readonly about: string;
  /** The stack it needs, where that is not the usual one. */
  readonly stack?: StackOptions;
  /**
   * As often and as long as it takes to be believed: a few minutes, five to ten where 20,000 deliveries wait, and twelve where
   * functions fail for ten.
   */
  readonly long: (opwatch: Opwatch) => Promise<ScenarioResult>;
};

/** `[true, what did not hold]`s, of which the true ones are broken. */
export const brokenOf = (...rules: readonly (readonly [isBroken: boolean, what: string])[]): string[] =>
  rules.filter(([isBroken]) => isBroken).map(([, what]) => what);

/**
 * Stories of a cloud that mix runs, actions, ids and times, and the one promise that holds in all of them: opwatch reports
 * no success that the cloud did not tell of the watched run. A provider brings a model of what its cloud really did, made
 * without the adapter's code.
 */
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { isOver } from '../../lib/core/watch.ts';
import type { Provider } from '../../lib/providers/provider.ts';
import { lookedAt, type Step, submitted } from './course.ts';

export type Story = {
  readonly operation: Readonly<Record<string, string>>;
  readonly looks: readonly {
    readonly step: Step;
    /** Whether this answer says that the watched run has succeeded. */
    readonly succeeds: boolean;
  }[];
  /** What really happened, for the report of a failure. */
  readonly about?: unknown;
};

/**
 * Tells `stories` to the adapter, look by look. A success that the cloud cannot tie to the run is marked as `untied`, so it
 * claims nothing. `succeeding` is how often, of all stories, a success must come at least: a model in which nothing
 * succeeds would prove nothing.
 */
export const tellsTheTruth = <O>(provider: Provider<O>, stories: fc.Arbitrary<Story>, succeeding = 0.02): void => {
  describe(`${provider.traits.name}: runs, actions, ids and times mixed`, () => {
    it('end as succeeded only if the cloud said success of the watched run [F47]', async () => {
      let told = 0;
      await fc.assert(
        fc.asyncProperty(stories, async ({ operation, looks }) => {
          let watch = submitted(provider, v.parse(provider.traits.operation, operation));
          let mayHaveSucceeded = false;
          for (const { step, succeeds } of looks) {
            mayHaveSucceeded ||= succeeds;
            watch = await lookedAt(provider, watch, step);
            if (isOver(watch.status)) break;
          }
          if (watch.status !== 'succeeded' || watch.evidence === 'untied') return;
          told += 1;
          expect(mayHaveSucceeded).toBe(true);
        }),
      );
      expect(told).toBeGreaterThan((fc.readConfigureGlobal().numRuns ?? 0) * succeeding);
    });
  });
};

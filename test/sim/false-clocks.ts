/** Faults of design that show where a clock is off by hours. */
import type { Item } from '../../lib/core/item.ts';
import type { Watch } from '../../lib/core/watch.ts';
import { createRng } from '../world/rng.ts';
import { isWatch, tableBent } from './bends.ts';
import type { WrongClock } from './clocks.ts';
import { calmed, type Operation, type Plan } from './plan.ts';
import { NOTHING_RARE } from './rare.ts';
import type { DesignFault } from './run.ts';
import { HOUR, MINUTE } from './time.ts';

const STREAM = 0x2c10cfa0;

/** How long an operation goes on after its submission. */
const lengthOf = ({ submittedAt, script }: Operation): number => (script.at(-1)?.at ?? 0) - submittedAt;

/**
 * The plan with nothing wrong but the clock of a poller, which is hours ahead for the first half of the longest operation, or for
 * half an hour of it.
 */
const withClockAhead = (plan: Plan): Plan => {
  const [longest] = plan.operations.toSorted((a, b) => lengthOf(b) - lengthOf(a));
  if (!longest || plan.isQuiet) return plan;
  const { provider, submittedAt } = longest;
  const clock: WrongClock = {
    by: `poller-${provider.split('-')[0]}`,
    share: 1,
    offMs: Math.round(createRng(plan.seed, STREAM).between(5, 10) * HOUR),
    from: submittedAt,
    until: submittedAt + Math.min(lengthOf(longest) / 2, 30 * MINUTE),
  };
  return { ...calmed(plan), rare: { ...NOTHING_RARE, clock } };
};

/** Further ahead than this, the next look of a watch without trouble is not believed. */
const GAP_MAX = 5 * MINUTE;

export const FALSE_CLOCKS: Readonly<Record<string, () => DesignFault>> = {
  'a time far ahead in a shared item is believed': () => ({
    plan: withClockAhead,
    bend: tableBent((table, { now }) => {
      const far = new Map<string, number>();
      const within = (item: Item): Item => {
        if (!isWatch(item) || item.body.nextLookAt <= now() + GAP_MAX) return item;
        far.set(item.pk, item.body.nextLookAt);
        return { ...item, body: { ...item.body, nextLookAt: now() + GAP_MAX } };
      };
      return {
        get: async (keys) => (await table.get(keys)).map(within),
        replace: (item) => {
          const at = isWatch(item) && item.body.nextLookAt > now() + GAP_MAX - MINUTE ? far.get(item.pk) : undefined;
          return table.replace(
            at === undefined ? item : { ...item, body: { ...(item.body as Watch), nextLookAt: at } },
          );
        },
      };
    }),
  }),
};

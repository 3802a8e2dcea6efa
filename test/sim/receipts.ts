/** Receipts: no message of a delivery comes back more often than there is something to do, or sooner than it should. */
import type { Delivery } from '../../lib/core/delivery.ts';
import type { Case, Rule } from './case.ts';
import type { Receipt } from './recorder.ts';
import { MINUTE, SECOND } from './time.ts';

/** What goes wrong elsewhere keeps no message from being hidden. */
const isOfOthers = (what: string): boolean => /^(receiver|cloud): /.test(what);

/** A message whose batch was given up is hidden for a minute at least, or for as long as its queue has it. */
const AWAY_MIN = MINUTE - 2 * SECOND;

/** How often a message was there again too soon after its batch had been given up. */
const hastyReturns = (receipts: readonly Receipt[]): number =>
  [...Map.groupBy(receipts, ({ messageId }) => messageId).values()].reduce(
    (sum, some) =>
      sum +
      some.filter((one, i) => one.isGivenUp && (some[i + 1]?.at ?? Number.POSITIVE_INFINITY) < one.at + AWAY_MIN)
        .length,
    0,
  );

export const checkReceipts: Rule = ({ evidence: { troubles, receipts, items, expect }, world }: Case) => {
  const wentWrong = troubles.filter(({ by = 'notifier', what }) => by === 'notifier' && !isOfOthers(what));
  const doubles = troubles.filter(({ what }) => what === 'duplicated message');
  for (const [key, some] of receipts) {
    const { attempts = 0 } = (items.get(key)?.body ?? {}) as Partial<Delivery>;
    const handled = some.filter(({ isGivenUp }) => !isGivenUp).length;
    const most = 10 + 3 * attempts + wentWrong.length + world.swept();
    expect(
      handled <= most,
      () => `received too often: ${key} ${handled} times for ${attempts} attempts (at most ${most})`,
    );
    const hasty = hastyReturns(some);
    expect(
      hasty <= doubles.length,
      () => `came back too soon: ${key} ${hasty} times, with ${doubles.length} messages handed out twice`,
    );
  }
};

/** Sends a message for each item that has work. */

import type { Watch } from '../core/watch.ts';
import { providerNamed } from '../providers/index.ts';
import { type Leased, wakeUpOf } from '../store/items.ts';
import { queueFor } from '../store/queue.ts';
import type { Environment, Stores } from '../store/stores.ts';

/** Returns the URL of the queue for an item's messages. Returns undefined where there is none. */
const queueUrlOf = (item: Leased<unknown>, { pollQueues, notifyQueues }: Environment): string | undefined => {
  const urls = item.sk === 'watch' ? pollQueuesOf(item, pollQueues) : notifyQueues;
  return urls.length > 0 ? queueFor(urls, item.pk) : undefined;
};

const pollQueuesOf = (item: Leased<unknown>, pollQueues: Environment['pollQueues']): readonly string[] => {
  const vendor = providerNamed((item.body as Watch | undefined)?.provider ?? '')?.traits.vendor;
  // This release no longer has the provider of the watch. The watch only waits for its deadline, and any poller can end
  // it.
  return vendor === undefined ? Object.values(pollQueues).flat() : (pollQueues[vendor] ?? []);
};

/**
 * Sends a message for each item. Answers the items whose message the queue did not accept. This is no error: their
 * leases end, and the sweep sends other messages.
 */
export const wake = async (
  items: readonly Leased<unknown>[],
  { queue, env, log }: Pick<Stores, 'queue' | 'env' | 'log'>,
): Promise<Leased<unknown>[]> => {
  const sendTo = async (url: string | undefined, some: readonly Leased<unknown>[]): Promise<Leased<unknown>[]> => {
    const wakeUps = new Map(some.map((item) => [wakeUpOf(item), item]));
    const left = url === undefined ? [...wakeUps.keys()] : await queue.send(url, [...wakeUps.keys()]);
    return left.flatMap((wakeUp) => wakeUps.get(wakeUp) ?? []);
  };
  const byQueue = Map.groupBy(items, (item) => queueUrlOf(item, env));
  const left = (await Promise.all([...byQueue].map(([url, some]) => sendTo(url, some)))).flat();
  if (left.length > 0)
    log.warn('wake-ups not taken; the sweep will send them', { count: left.length, first: left[0]?.pk });
  return left;
};

/** Sends items their messages. */

import type { Watch } from '../core/watch.ts';
import { providerNamed } from '../providers/index.ts';
import { type Leased, wakeUpOf } from '../store/items.ts';
import { queueFor } from '../store/queue.ts';
import type { Environment, Stores } from '../store/stores.ts';

/** The queue an item's messages go to, or undefined when there is none. */
const queueUrlOf = (item: Leased<unknown>, { pollQueues, notifyQueues }: Environment): string | undefined => {
  const urls = item.sk === 'watch' ? pollQueuesOf(item, pollQueues) : notifyQueues;
  return urls.length > 0 ? queueFor(urls, item.pk) : undefined;
};

const pollQueuesOf = (item: Leased<unknown>, pollQueues: Environment['pollQueues']): readonly string[] => {
  const vendor = providerNamed((item.body as Watch | undefined)?.provider ?? '')?.traits.vendor;
  // A watch whose provider has left the deployment only waits for its deadline: any poller can end it.
  return vendor === undefined ? Object.values(pollQueues).flat() : (pollQueues[vendor] ?? []);
};

/**
 * Sends each item its message and answers the items whose message was not taken. That is never an error: their leases lapse
 * and the sweep sends others.
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

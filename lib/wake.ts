/** Sends items their messages. */
import { type Leased, wakeUpOf } from './items.ts';
import { providerNamed } from './providers/index.ts';
import { queueFor } from './queue.ts';
import type { Runtime } from './runtime.ts';
import type { Watch } from './watch.ts';

/** The queue an item's messages go to, or undefined when there is none. */
const queueUrlOf = (item: Leased<unknown>, { pollQueues, notifyQueue }: Runtime['env']): string | undefined => {
  if (item.sk !== 'watch') return notifyQueue;
  const vendor = providerNamed((item.body as Watch).provider)?.traits.vendor;
  // A watch whose provider has left the deployment only waits for its deadline: any poller can end it.
  const urls = vendor === undefined ? Object.values(pollQueues).flat() : (pollQueues[vendor] ?? []);
  return urls.length > 0 ? queueFor(urls, item.pk) : undefined;
};

/**
 * Sends each item its message and answers how many were taken. One that is not taken is not waited for and never an
 * error: its lease lapses and the sweep sends another.
 */
export const wake = async (
  items: readonly Leased<unknown>[],
  { queue, env, log }: Pick<Runtime, 'queue' | 'env' | 'log'>,
): Promise<number> => {
  let taken = 0;
  for (const [url, some] of Map.groupBy(items, (item) => queueUrlOf(item, env))) {
    const wakeUps = some.map(wakeUpOf);
    const left = url === undefined ? wakeUps : await queue.send(url, wakeUps).catch(() => wakeUps);
    taken += wakeUps.length - left.length;
    if (left.length > 0)
      log.warn('wake-ups not taken; the sweep will send them', { count: left.length, first: left[0]?.pk });
  }
  return taken;
};

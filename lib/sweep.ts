/**
 * The net: finds items that owe work and whose lease has lapsed, and sends each a new message under a new ticket.
 * Harmless to run twice or late: the ticket is raised under condition, and whoever loses that race leaves the item alone.
 */
import { census } from './census.ts';
import { LEASE_SHARDS, type Leased, reissued } from './items.ts';
import type { Runtime } from './runtime.ts';
import { lainAfterLapses } from './schedule.ts';
import { wake } from './wake.ts';

const PAGE = 100;

/**
 * Sweeps until nothing lapsed is left or `mayGoOn` says the time is up. Answers how many messages it sent and how long
 * the oldest item had lain unattended, over however many messages that came to nothing, ms.
 */
export const sweep = async (
  runtime: Pick<Runtime, 'table' | 'queue' | 'env' | 'now' | 'log' | 'chance' | 'pause'>,
  mayGoOn: () => boolean,
): Promise<{ sent: number; oldestMs: number }> => {
  const { table, now, log } = runtime;
  let sent = 0;
  let oldestMs = 0;

  const sweepShard = async (shard: string): Promise<void> => {
    while (mayGoOn()) {
      const keys = await table.lapsed(shard, now(), PAGE);
      const items = (await table.get(keys)) as Leased<unknown>[];
      // The index lags behind: what has been renewed meanwhile is no longer lapsed.
      const lapsed = items.filter(({ aliveUntil }) => aliveUntil !== undefined && aliveUntil < now());
      const renewed = await Promise.all(
        lapsed.map(async (item) => {
          oldestMs = Math.max(oldestMs, now() - (item.aliveUntil ?? now()) + lainAfterLapses(item.lapses));
          const next = reissued(item, now(), item.lapses + 1);
          return (await table.replace(next)) ? [next] : [];
        }),
      );
      const taken = await wake(renewed.flat(), runtime);
      sent += taken;
      if (keys.length < PAGE || renewed.flat().length === 0) return;
    }
  };

  const counting = census(runtime).catch((error) => log.error('watches not counted', { error: String(error) }));
  await Promise.all([...LEASE_SHARDS.map(sweepShard), counting]);
  if (sent > 0) log.info('swept', { sent }, { swept: [sent, 'Count'], oldestLapse: [oldestMs, 'Milliseconds'] });
  return { sent, oldestMs };
};

/** Deliveries that wait long hold no message meanwhile: a queue has room for 120,000 of them, and receivers are down for days. */
import { type Delivery, mayAttemptAt } from '../core/delivery.ts';
import { MINUTE, SECOND } from '../core/schedule.ts';
import type { Runtime } from '../runtime.ts';
import { asleep, type DeliveryItem } from '../store/items.ts';
import { listSleeper } from '../wake/sleepers.ts';
import type { Disposition, Dispositions, Job } from '../wake/wake-ups.ts';
import { type Recipient, recipientOf } from './recipient.ts';

/** Whoever waits longer is woken by the sweep, to the minute. */
const SLEEP_MS = 15 * MINUTE;
/** How far the times of one delivery's fate and of its item may be apart: those that come back in vain spread out so far. */
const SPREAD_MS = 10 * SECOND;

/**
 * The same results, but the messages of those that wait long are acknowledged: their leases end when they are due, and the sweep
 * sends them others then. Where that cannot be written, the message is hidden like any other.
 */
export const withSleep = async (results: Dispositions<Delivery>, runtime: Runtime): Promise<Dispositions<Delivery>> => {
  const { table, now, log, config } = runtime;
  const long = [...results].flatMap(([job, result]) =>
    result !== 'ack' && result.retryAt > now() + SLEEP_MS ? [{ job, retryAt: result.retryAt }] : [],
  );
  if (long.length === 0) return results;
  const items = (await table.get(long.map(({ job }) => job.wakeUp)).catch((error) => {
    log.warn('deliveries not put to sleep', { error: String(error) });
    return [];
  })) as DeliveryItem[];
  const sleepers = long.map(async ({ job, retryAt }) => {
    const { pk, sk, ticket } = job.wakeUp;
    const item = items.find((each) => each.pk === pk && each.sk === sk && each.ticket === ticket);
    if (item?.body.state !== 'waiting') return [];
    // Others have had it while this function was frozen: its time is theirs.
    const isSame = item.version === job.item.version;
    const standsUntil = Math.max(mayAttemptAt(item.body, now()), item.body.waitingFor?.until ?? 0);
    if (!isSame && standsUntil + SPREAD_MS < retryAt) return [];
    const until = Math.max(retryAt, mayAttemptAt(item.body, now()));
    const isAsleep = await putToSleep(item, { until, recipient: recipientOf(item.body, config) }, runtime).catch(
      () => false,
    );
    return isAsleep ? [[job, 'ack'] as const] : [];
  });
  return new Map<Job<Delivery>, Disposition>([...results, ...(await Promise.all(sleepers)).flat()]);
};

/** Has a delivery sleep; false when somebody has changed it meanwhile. Throws when the table does. */
export const putToSleep = async (
  item: DeliveryItem,
  { until, recipient }: { readonly until: number; readonly recipient: Pick<Recipient, 'isNamed' | 'turn'> },
  runtime: Pick<Runtime, 'table' | 'now'>,
): Promise<boolean> => {
  if (!recipient.isNamed) await listSleeper(recipient.turn, item, runtime);
  return runtime.table.replace(asleep(item, until));
};

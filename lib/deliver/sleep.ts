/**
 * Lets deliveries that wait for a long time sleep. A sleeping delivery has no message in a queue. A queue has room for
 * 120,000 messages, and a receiver may be down for days.
 */
import { type Delivery, mayAttemptAt } from '../core/delivery.ts';
import { MINUTE, SECOND } from '../core/schedule.ts';
import type { Runtime } from '../runtime.ts';
import { asleep, type DeliveryItem } from '../store/items.ts';
import { listSleeper } from '../wake/sleepers.ts';
import type { Disposition, Dispositions, Job } from '../wake/wake-ups.ts';
import { type Recipient, recipientOf } from './recipient.ts';

/** The least wait of a delivery that sleeps. The sweep wakes it within a minute of its time. */
const SLEEP_MS = 15 * MINUTE;
/**
 * The largest difference between the time in a delivery's result and the time in its item. Deliveries that came back in
 * vain get different times within this range.
 */
const SPREAD_MS = 10 * SECOND;

/**
 * Acknowledges the messages of deliveries that wait for a long time. The lease of such a delivery ends when it is due,
 * and the sweep then sends a new message. If the table does not take the write, the function hides the message instead.
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
    // Lambda may have frozen this function while another function handled the delivery. The time that the other
    // function wrote is the valid one.
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

/**
 * Puts a delivery to sleep. Answers false where another function has changed it meanwhile. Throws where the table does
 * not answer.
 */
export const putToSleep = async (
  item: DeliveryItem,
  { until, recipient }: { readonly until: number; readonly recipient: Pick<Recipient, 'isNamed' | 'limiter'> },
  runtime: Pick<Runtime, 'table' | 'now'>,
): Promise<boolean> => {
  if (!recipient.isNamed) await listSleeper(recipient.limiter, item, runtime);
  return runtime.table.replace(asleep(item, until, runtime.now()));
};

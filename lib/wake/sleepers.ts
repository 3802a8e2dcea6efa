/**
 * Deliveries to callbacks that sleep are listed beside their origin's turn, so that whoever enables the origin can wake them.
 * A delivery is listed before it sleeps, and stays listed as long as it may wait: a function that is killed in between
 * leaves an entry too many and never one too few.
 */
import { dueNow } from '../core/delivery.ts';
import type { Item, Key } from '../core/item.ts';
import { believed, KEEP_MS, SECOND } from '../core/schedule.ts';
import { limiterKey, type TargetLimiter } from '../core/target-limiter.ts';
import { type DeliveryItem, wokenWith } from '../store/items.ts';
import type { Stores } from '../store/stores.ts';
import { wake } from './wake.ts';

type Sleeper = { readonly of: Key };
type SleeperDeps = Pick<Stores, 'table' | 'queue' | 'env' | 'log' | 'now'>;

const PREFIX = 'asleep#';
const PAGE = 100;

/** Lists a delivery that is about to sleep. Throws when it cannot: then the delivery must not sleep. */
export const listSleeper = async (
  limiter: string,
  { pk, sk, body: { begunAfter = 0 } }: DeliveryItem,
  { table, now }: Pick<Stores, 'table' | 'now'>,
): Promise<void> => {
  const body: Sleeper = { of: { pk, sk } };
  // One entry for each time that it was begun: the entry outlives the attempts of that time.
  const key = { pk: limiterKey(limiter).pk, sk: `${PREFIX}${pk}#${sk}#${begunAfter}` };
  await table.insert({ ...key, version: 1, body, expiresAt: Math.ceil((now() + KEEP_MS) / SECOND) });
};

/**
 * Whether a delivery sleeps that was to wait for the origin, or had its last attempt before the origin was enabled. What has
 * been tried since then waits for its own time.
 */
const isToWake = ({ isAsleep, body }: DeliveryItem, enabledAt: number): boolean =>
  isAsleep === true &&
  body.state === 'waiting' &&
  (body.waitingFor?.cause === 'disabled' || (body.last?.at ?? body.nextAttemptAt) < enabledAt);

export type Woken = {
  readonly woken: number;
  /** Whether time sufficed for all. */
  readonly isDone: boolean;
};

/**
 * Makes the sleeping deliveries of an origin due at once, unless it is disabled (again). What falls asleep meanwhile is for
 * the next time. `remove` says whether entries of what waits no more are removed. Throws when the table does.
 */
export const wakeSleepers = async (
  limiter: Key,
  deps: SleeperDeps,
  { mayGoOn, remove, limit }: { readonly mayGoOn: () => boolean; readonly remove: boolean; readonly limit: number },
): Promise<Woken> => {
  const { table } = deps;
  const [found] = (await table.get([limiter])) as Item<TargetLimiter>[];
  if (!found || found.body.disabled) return { woken: 0, isDone: true };
  // By a wrong clock it would wake whatever has failed since, again and again.
  const enabledAt = believed(found.body.enabledAt ?? 0, deps.now(), 0);
  const entries = (await table.beginning(limiter.pk, PREFIX, limit)) as Item<Sleeper>[];
  let woken = 0;
  for (let i = 0; i < entries.length; i += PAGE) {
    if (!mayGoOn()) return { woken, isDone: false };
    const page = entries.slice(i, i + PAGE);
    const items = (await table.get(page.map(({ body }) => body.of))) as DeliveryItem[];
    woken += await wakeAll(
      items.filter((item) => isToWake(item, enabledAt)),
      deps,
    );
    if (!remove) continue;
    const waiting = new Set(items.filter(({ body }) => body.state === 'waiting').map(({ pk, sk }) => `${pk} ${sk}`));
    const over = page.filter(({ body: { of } }) => !waiting.has(`${of.pk} ${of.sk}`));
    await Promise.all(over.map((entry) => table.remove(entry)));
  }
  return { woken, isDone: entries.length < limit };
};

/** Another function that has changed a delivery meanwhile looks after it. */
const wakeAll = async (items: readonly DeliveryItem[], deps: SleeperDeps): Promise<number> => {
  const { table, now } = deps;
  const renewed = await Promise.all(
    items.map(async (item) => {
      const next = wokenWith(item, dueNow(item.body, now()), now());
      return (await table.replace(next)) ? [next] : [];
    }),
  );
  const awake = renewed.flat();
  await wake(awake, deps);
  return awake.length;
};

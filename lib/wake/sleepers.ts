/**
 * Lists the sleeping deliveries to callbacks beside the target limiter of their origin. A function that enables the
 * origin finds and wakes them there. A delivery is listed before it sleeps, and stays listed as long as it may wait. So
 * a function that is killed in between leaves one entry too many, and never one too few.
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

/**
 * Lists a delivery that is about to sleep. Throws where the table does not take the entry. The delivery must then not
 * sleep.
 */
export const listSleeper = async (
  limiter: string,
  { pk, sk, body: { begunAfter = 0 } }: DeliveryItem,
  { table, now }: Pick<Stores, 'table' | 'now'>,
): Promise<void> => {
  const body: Sleeper = { of: { pk, sk } };
  // A delivery has one entry each time that somebody starts it anew. The entry lasts longer than the attempts of that
  // time.
  const key = { pk: limiterKey(limiter).pk, sk: `${PREFIX}${pk}#${sk}#${begunAfter}` };
  await table.insert({ ...key, version: 1, body, expiresAt: Math.ceil((now() + KEEP_MS) / SECOND) });
};

/**
 * Answers whether a sleeping delivery waits for this origin. It does if the origin made it wait, or if its last attempt
 * was before the origin was enabled. A delivery with a later attempt waits for its own next attempt.
 */
const isToWake = ({ isAsleep, body }: DeliveryItem, enabledAt: number): boolean =>
  isAsleep === true &&
  body.state === 'waiting' &&
  (body.waitingFor?.cause === 'disabled' || (body.last?.at ?? body.nextAttemptAt) < enabledAt);

export type Woken = {
  readonly woken: number;
  /** Answers whether the time was enough to look at all deliveries of the origin. */
  readonly isDone: boolean;
};

/**
 * Makes the sleeping deliveries of an origin due at once, unless the origin is disabled. It leaves deliveries that fall
 * asleep meanwhile to the next call. `remove` says whether it also removes the entries of deliveries that wait no more.
 * Throws where the table does not answer.
 */
export const wakeSleepers = async (
  limiter: Key,
  deps: SleeperDeps,
  { mayGoOn, remove, limit }: { readonly mayGoOn: () => boolean; readonly remove: boolean; readonly limit: number },
): Promise<Woken> => {
  const { table } = deps;
  const [found] = (await table.get([limiter])) as Item<TargetLimiter>[];
  if (!found || found.body.disabled) return { woken: 0, isDone: true };
  // A time from a wrong clock would wake the deliveries that failed since then, again and again.
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

/** If another function has changed a delivery meanwhile, that function takes care of it. */
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

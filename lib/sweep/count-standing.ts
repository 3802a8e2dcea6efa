/**
 * Holds the entries of standing troubles against the items they name, counts the true ones and removes the others. Before it
 * removes the entry of an origin that was enabled, it wakes what sleeps there: whoever enabled it may have been killed.
 */
import { overtaken } from '../core/delivery.ts';
import { isOnTheWay } from '../core/event.ts';
import type { Item } from '../core/item.ts';
import { isOvertaken } from '../core/overtaken.ts';
import { MINUTE } from '../core/schedule.ts';
import type { Watch } from '../core/watch.ts';
import type { Runtime } from '../runtime.ts';
import { type DeliveryItem, withBody } from '../store/items.ts';
import { STANDING_SHARDS, watchKey } from '../store/keys.ts';
import { AHEAD_MS, COUNT_MAX, isStanding, type Standing, TROUBLES, type Trouble } from '../store/standing.ts';
import { wakeSleepers } from '../wake/sleepers.ts';

const SHARD_MAX = COUNT_MAX / STANDING_SHARDS.length;
/** Entries of a trouble in a shard that one sweep holds against their items: all, or with more of them some every minute. */
const CHECKED_EACH_SWEEP = 100;

type CountDeps = Pick<Runtime, 'table' | 'queue' | 'env' | 'log' | 'now'>;

export type Counts = Readonly<Record<Trouble, number>>;

/** The counts of all troubles, 10,000 at most each. Throws when the table does. Wakes deliveries while `mayGoOn` says so. */
export const countStanding = async (deps: CountDeps, mayGoOn: () => boolean = () => true): Promise<Counts> => {
  const shards = await Promise.all(STANDING_SHARDS.map((shard) => countIn(shard, deps, mayGoOn)));
  return Object.fromEntries(
    TROUBLES.map((trouble) => [trouble, shards.reduce((sum, counts) => sum + counts[trouble], 0)]),
  ) as Counts;
};

const countIn = async (shard: string, deps: CountDeps, mayGoOn: () => boolean): Promise<Counts> => {
  const { table } = deps;
  const read = (prefix: string) => table.beginning(shard, prefix, SHARD_MAX) as Promise<Item<Standing>[]>;
  // One query brings them all, unless there are so many of one trouble that another may be missing.
  const first = await read('');
  const isCut = first.length >= SHARD_MAX;
  const count = async (trouble: Trouble): Promise<readonly [Trouble, number]> => {
    const prefix = `${trouble}#`;
    const entries = isCut ? await read(prefix) : first.filter(({ sk }) => sk.startsWith(prefix));
    return [trouble, await countTrue(trouble, entries, deps, mayGoOn)];
  };
  return Object.fromEntries(await Promise.all(TROUBLES.map(count))) as Counts;
};

/** How many of these entries are true, as far as they are checked; removes those that are not. */
const countTrue = async (
  trouble: Trouble,
  entries: readonly Item<Standing>[],
  deps: CountDeps,
  mayGoOn: () => boolean,
): Promise<number> => {
  const { table, now } = deps;
  const rounds = Math.max(1, Math.ceil(entries.length / CHECKED_EACH_SWEEP));
  const round = Math.floor(now() / MINUTE) % rounds;
  const checked = entries.filter((_, i) => i % rounds === round);
  const found = await table.get(checked.map(({ body }) => body.of));
  const items = trouble === 'parked' ? await withoutLate(found as DeliveryItem[], deps) : found;
  const isTrue = ({ body: { of } }: Item<Standing>): boolean =>
    isStanding(
      trouble,
      items.find(({ pk, sk }) => pk === of.pk && sk === of.sk),
    );
  const untrue = checked.filter((entry) => !isTrue(entry));
  const settled = trouble === 'disabled' ? await awoken(untrue, deps, mayGoOn) : untrue;
  const ended = settled.filter(({ body }) => body.at < now() - AHEAD_MS);
  // Whoever raises the trouble again meanwhile raises the entry's version: then it stays.
  await Promise.all(ended.map((entry) => table.remove(entry)));
  return entries.length - untrue.length;
};

/** The deliveries that tell what still is so. Of what a later state of its watch has overtaken, nobody has to see to anything. */
const withoutLate = async (
  items: readonly DeliveryItem[],
  { table, now }: CountDeps,
): Promise<readonly DeliveryItem[]> => {
  const open = items.filter(({ body }) => body.state === 'parked' && isOnTheWay(body.event.event));
  if (open.length === 0) return items;
  const watches = (await table.get(open.map(({ pk }) => watchKey(pk)))) as Item<Watch>[];
  const late = open.filter(({ pk, body }) => isOvertaken(body.event, watches.find((watch) => watch.pk === pk)?.body));
  await Promise.all(late.map((item) => table.replace(withBody(item, overtaken(item.body), now(), now()))));
  return items.filter((item) => !late.includes(item));
};

/** Those of the entries whose origins have nothing left that sleeps on. */
const awoken = async (
  entries: readonly Item<Standing>[],
  deps: CountDeps,
  mayGoOn: () => boolean,
): Promise<readonly Item<Standing>[]> => {
  const done = await Promise.all(
    entries.map(({ body: { of } }) => wakeSleepers(of, deps, { mayGoOn, remove: true, limit: COUNT_MAX })),
  );
  return entries.filter((_, i) => done[i]?.isDone);
};

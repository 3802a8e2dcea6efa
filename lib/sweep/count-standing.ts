/**
 * Checks the entries of standing troubles. A trouble is a fault that lasts until somebody repairs it. This file
 * compares each entry with its item, counts the true entries and removes the others. For an origin that somebody has
 * enabled, it first wakes the sleeping deliveries, because the function that enabled the origin may have been killed.
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
/**
 * The maximum number of entries of one trouble in one shard that one sweep checks. If there are more, each sweep checks
 * a part of them.
 */
const CHECKED_EACH_SWEEP = 100;

type CountDeps = Pick<Runtime, 'table' | 'queue' | 'env' | 'log' | 'now'>;

export type Counts = Readonly<Record<Trouble, number>>;

/**
 * Returns the counts of all troubles, each at most 10,000. Throws where the table does not answer. It wakes deliveries
 * as long as `mayGoOn` answers true.
 */
export const countStanding = async (deps: CountDeps, mayGoOn: () => boolean = () => true): Promise<Counts> => {
  const shards = await Promise.all(STANDING_SHARDS.map((shard) => countIn(shard, deps, mayGoOn)));
  return Object.fromEntries(
    TROUBLES.map((trouble) => [trouble, shards.reduce((sum, counts) => sum + counts[trouble], 0)]),
  ) as Counts;
};

const countIn = async (shard: string, deps: CountDeps, mayGoOn: () => boolean): Promise<Counts> => {
  const { table } = deps;
  const read = (prefix: string) => table.beginning(shard, prefix, SHARD_MAX) as Promise<Item<Standing>[]>;
  // One query usually brings all entries. If one trouble has very many, entries of another trouble may be missing.
  const first = await read('');
  const isCut = first.length >= SHARD_MAX;
  const count = async (trouble: Trouble): Promise<readonly [Trouble, number]> => {
    const prefix = `${trouble}#`;
    const entries = isCut ? await read(prefix) : first.filter(({ sk }) => sk.startsWith(prefix));
    return [trouble, await countTrue(trouble, entries, deps, mayGoOn)];
  };
  return Object.fromEntries(await Promise.all(TROUBLES.map(count))) as Counts;
};

/** Checks a part of the entries and removes those that are not true any more. Returns the number of true entries. */
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
  // Another function may raise the same trouble again meanwhile. Its write gives the entry a new version, so this
  // function does not remove the entry.
  await Promise.all(ended.map((entry) => table.remove(entry)));
  return entries.length - untrue.length;
};

/**
 * Returns the deliveries without those that a later state of their watch has overtaken. Nobody needs to repair an
 * overtaken delivery.
 */
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

/** Returns the entries whose origins have no sleeping delivery left. */
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

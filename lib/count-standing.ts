/** Holds the entries of standing troubles against the items they name, counts the true ones and removes the others. */
import { STANDING_SHARDS } from './items.ts';
import type { Runtime } from './runtime.ts';
import { MINUTE } from './schedule.ts';
import { AHEAD_MS, isStanding, type Standing, TROUBLES, type Trouble } from './standing.ts';
import type { Item } from './store.ts';

/** Beyond, a count says "or more". */
export const COUNT_MAX = 10_000;
const SHARD_MAX = COUNT_MAX / STANDING_SHARDS.length;
/** Entries of a trouble in a shard that one sweep holds against their items: all, or with more of them some every minute. */
const CHECKED_EACH_SWEEP = 100;

type Tools = Pick<Runtime, 'table' | 'now'>;

export type Counts = Readonly<Record<Trouble, number>>;

/** The counts of all troubles, 10,000 at most each. Throws when the table does. */
export const countStanding = async (tools: Tools): Promise<Counts> => {
  const count = async (trouble: Trouble): Promise<readonly [Trouble, number]> => {
    const shards = await Promise.all(STANDING_SHARDS.map((shard) => countIn(shard, trouble, tools)));
    return [trouble, shards.reduce((sum, one) => sum + one, 0)];
  };
  return Object.fromEntries(await Promise.all(TROUBLES.map(count))) as Counts;
};

const countIn = async (shard: string, trouble: Trouble, { table, now }: Tools): Promise<number> => {
  const entries = (await table.beginning(shard, `${trouble}#`, SHARD_MAX)) as Item<Standing>[];
  const rounds = Math.max(1, Math.ceil(entries.length / CHECKED_EACH_SWEEP));
  const round = Math.floor(now() / MINUTE) % rounds;
  const checked = entries.filter((_, i) => i % rounds === round);
  const items = await table.get(checked.map(({ body }) => body.of));
  const isTrue = ({ body: { of } }: Item<Standing>): boolean =>
    isStanding(
      trouble,
      items.find(({ pk, sk }) => pk === of.pk && sk === of.sk),
    );
  const untrue = checked.filter((entry) => !isTrue(entry));
  const ended = untrue.filter(({ body }) => body.at < now() - AHEAD_MS);
  // Whoever raises the trouble again meanwhile raises the entry's version: then it stays.
  await Promise.all(ended.map((entry) => table.remove(entry)));
  return entries.length - untrue.length;
};

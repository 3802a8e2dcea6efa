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
  const shards = await Promise.all(STANDING_SHARDS.map((shard) => countIn(shard, tools)));
  return Object.fromEntries(
    TROUBLES.map((trouble) => [trouble, shards.reduce((sum, counts) => sum + counts[trouble], 0)]),
  ) as Counts;
};

const countIn = async (shard: string, tools: Tools): Promise<Counts> => {
  const { table } = tools;
  const read = (prefix: string) => table.beginning(shard, prefix, SHARD_MAX) as Promise<Item<Standing>[]>;
  // One query brings them all, unless there are so many of one trouble that another may be missing.
  const first = await read('');
  const isCut = first.length >= SHARD_MAX;
  const count = async (trouble: Trouble): Promise<readonly [Trouble, number]> => {
    const prefix = `${trouble}#`;
    const entries = isCut ? await read(prefix) : first.filter(({ sk }) => sk.startsWith(prefix));
    return [trouble, await countTrue(trouble, entries, tools)];
  };
  return Object.fromEntries(await Promise.all(TROUBLES.map(count))) as Counts;
};

/** How many of these entries are true, as far as they are checked; removes those that are not. */
const countTrue = async (
  trouble: Trouble,
  entries: readonly Item<Standing>[],
  { table, now }: Tools,
): Promise<number> => {
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

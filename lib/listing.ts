/** A tenant's watches, newest first, page by page, over an index that never changes with their status. */
import * as v from 'valibot';
import { tenantDay, type WatchItem } from './items.ts';
import { Refusal } from './problem.ts';
import { DAY, DEADLINE_MAX_MS, KEEP_MS } from './schedule.ts';
import type { Table } from './store.ts';
import type { Watch } from './watch.ts';

const Cursor = v.strictObject({
  /** Within the day that comes next, epoch ms. */
  at: v.pipe(v.number(), v.minValue(0), v.maxValue(Date.UTC(9999, 0))),
  /** Where in that day to go on. */
  after: v.optional(v.strictObject({ pk: v.string(), sk: v.string(), tenantDay: v.string(), listedAt: v.string() })),
});
type Cursor = v.InferOutput<typeof Cursor>;

/** Queries one page may cost; a page that finds little within them comes with a cursor to go on from. */
const QUERIES_MAX = 40;
/** Nothing older than this can still be there. */
const OLDEST_MS = KEEP_MS + DEADLINE_MAX_MS + 2 * DAY;

const encode = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url');

const decode = (text: string, tenant: string): Cursor => {
  try {
    const cursor = v.parse(Cursor, JSON.parse(Buffer.from(text, 'base64url').toString()));
    if (cursor.after === undefined || cursor.after.tenantDay === tenantDay(tenant, cursor.at)) return cursor;
  } catch {
    // Falls through to the refusal.
  }
  throw new Refusal(400, 'cursor is not one this API gave out');
};

export type Wanted = {
  readonly tenant: string;
  readonly limit: number;
  readonly cursor?: string;
  readonly matches: (watch: Watch) => boolean;
};

export const listWatches = async (
  { tenant, limit, cursor, matches }: Wanted,
  table: Table,
  now: number,
): Promise<{ watches: Watch[]; cursor?: string }> => {
  let at: Cursor = cursor === undefined ? { at: now } : decode(cursor, tenant);
  const watches: Watch[] = [];

  for (let queries = 0; queries < QUERIES_MAX && at.at > now - OLDEST_MS; queries += 1) {
    const page = await table.listed(tenantDay(tenant, at.at), limit - watches.length, at.after);
    const items = (await table.get(page.keys)) as WatchItem[];
    const inOrder = page.keys.flatMap(({ pk }) => items.filter((item) => item.pk === pk));
    watches.push(...inOrder.map(({ body }) => body).filter(matches));
    at = page.next ? { at: at.at, after: page.next } : { at: at.at - DAY };
    if (watches.length >= limit) break;
  }
  return { watches, ...(at.at > now - OLDEST_MS && { cursor: encode(at) }) };
};

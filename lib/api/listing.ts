/**
 * A tenant's watches, newest first, page by page, over an index that never changes with their status. The list begins with the
 * day to come: the clock of the function that listed a watch may have been ahead of this one's.
 */

import { DAY, DEADLINE_MAX_MS, KEEP_MS } from '../core/schedule.ts';
import type { Watch } from '../core/watch.ts';
import type { WatchItem } from '../store/items.ts';
import { tenantDay } from '../store/keys.ts';
import type { Table } from '../store/store.ts';
import { type Cursor, decodeCursor, encodeCursor } from './cursor.ts';

/** Queries one page may cost; a page that finds little within them comes with a cursor to go on from. */
const QUERIES_MAX = 42;
/** Nothing older than this can still be there. */
export const OLDEST_MS = KEEP_MS + DEADLINE_MAX_MS + 2 * DAY;

export type Wanted = {
  readonly tenant: string;
  readonly limit: number;
  readonly cursor?: string;
  /** None that `matches` was submitted before this. */
  readonly since?: number;
  readonly matches: (watch: Watch) => boolean;
};

export const listWatches = async (
  { tenant, limit, cursor, since = 0, matches }: Wanted,
  table: Table,
  now: number,
): Promise<{ watches: Watch[]; cursor?: string }> => {
  let at: Cursor = cursor === undefined ? { at: now + DAY } : decodeCursor(cursor, tenant);
  const watches: Watch[] = [];
  // A watch is listed on the day when it was submitted, or on a later one.
  const goesOn = () => at.at > now - OLDEST_MS && at.at >= Math.floor(since / DAY) * DAY;

  for (let queries = 0; queries < QUERIES_MAX && goesOn(); queries += 1) {
    const page = await table.listed(tenantDay(tenant, at.at), limit - watches.length, at.after);
    const items = (await table.get(page.keys)) as WatchItem[];
    const inOrder = page.keys.flatMap(({ pk }) => items.filter((item) => item.pk === pk));
    watches.push(...inOrder.map(({ body }) => body).filter(matches));
    at = page.next ? { at: at.at, after: page.next } : { at: at.at - DAY };
    if (watches.length >= limit) break;
  }
  return { watches, ...(goesOn() && { cursor: encodeCursor(at) }) };
};

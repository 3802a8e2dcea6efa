/**
 * Lists the watches of a tenant, the newest first, one page at a time. It reads an index whose keys do not depend on
 * the status of a watch. The list begins with tomorrow, because the clock of the function that wrote a watch may have
 * been ahead.
 */

import { DAY, DEADLINE_MAX_MS, KEEP_MS } from '../core/schedule.ts';
import type { Watch } from '../core/watch.ts';
import type { WatchItem } from '../store/items.ts';
import { tenantDay } from '../store/keys.ts';
import type { Table } from '../store/store.ts';
import { type Cursor, decodeCursor, encodeCursor } from './cursor.ts';

/** The maximum number of queries for one page. If they find few watches, the page ends early and carries a cursor. */
const QUERIES_MAX = 42;
/** The maximum age of a watch in the table. The list does not look for older watches. */
export const OLDEST_MS = KEEP_MS + DEADLINE_MAX_MS + 2 * DAY;

export type Wanted = {
  readonly tenant: string;
  readonly limit: number;
  readonly cursor?: string;
  /** The caller promises that `matches` accepts no watch submitted before this time. */
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
  // The index lists a watch under the day of its submission, or under a later day.
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

/** Gauges: each standing trouble has the entry that the sweep counts, at any time, and the counts are right. */

import type { Delivery } from '../../lib/core/delivery.ts';
import type { Item } from '../../lib/core/item.ts';
import type { Lane } from '../../lib/core/lane.ts';
import type { TargetLimiter } from '../../lib/core/target-limiter.ts';
import { isOver, type Watch } from '../../lib/core/watch.ts';
import { standingKey } from '../../lib/store/keys.ts';
import type { Trouble } from '../../lib/store/standing.ts';
import type { Counts } from '../../lib/sweep/count-standing.ts';
import type { MemoryTable } from '../world/memory-table.ts';
import type { Evidence } from './recorder.ts';

/** The trouble that an item has, as the alarms understand it. */
const troubleOf = ({ sk, body }: Item): Trouble | undefined => {
  if (sk.startsWith('delivery#')) {
    const { state, dismissedAt } = body as Delivery;
    return state === 'parked' && dismissedAt === undefined ? 'parked' : undefined;
  }
  if (sk === 'watch') {
    const { status, blocked } = body as Watch;
    return blocked && !isOver(status) ? 'blocked' : undefined;
  }
  if (sk === 'turn') return (body as TargetLimiter).disabled ? 'disabled' : undefined;
  return sk === 'lane' && (body as Lane).refused ? 'resting' : undefined;
};

/** An item that is written with a trouble: its entry was written before. */
export const checkEntryFirst = (item: Item, { items, expect }: Pick<Evidence, 'items' | 'expect'>): void => {
  const trouble = troubleOf(item);
  if (trouble === undefined) return;
  const entry = standingKey(trouble, item);
  expect(items.has(`${entry.pk} ${entry.sk}`), () => `${trouble} before its entry: ${item.pk} ${item.sk}`);
};

/** Everything in trouble has its entry: it was written first, and goes last. */
export const checkEntries = (table: MemoryTable, expect: Evidence['expect']): void => {
  for (const item of table.items()) {
    const trouble = troubleOf(item);
    if (trouble === undefined) continue;
    expect(
      table.get([standingKey(trouble, item)]).length === 1,
      () => `${trouble}, and no gauge shows it: ${item.pk} ${item.sk}`,
    );
  }
};

/** Once all is at rest, the sweep counts what there is. */
export const checkCounts = (counts: Counts, table: MemoryTable, expect: Evidence['expect']): void => {
  const items = [...table.items()];
  for (const trouble of Object.keys(counts) as Trouble[]) {
    const there = items.filter((item) => troubleOf(item) === trouble).length;
    expect(counts[trouble] === there, () => `the gauge of what is ${trouble} shows ${counts[trouble]} of ${there}`);
  }
};

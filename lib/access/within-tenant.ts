/** A caller within the bounds of its tenant. */

import type { Bounds } from '../config/tenants.ts';
import { tellableBy } from '../core/target-name.ts';
import type { Caller } from './caller.ts';

/** The entries that both lists allow; a list that is left out allows all. */
const both = (
  a: readonly string[] | undefined,
  b: readonly string[] | undefined,
  allows: (list: readonly string[], entry: string) => boolean,
): readonly string[] | undefined => {
  if (!a || !b) return a ?? b;
  return [...new Set([...a.filter((entry) => allows(b, entry)), ...b.filter((entry) => allows(a, entry))])];
};

/** The caller within the bounds of its tenant: its token may narrow them, and never widen. */
export const withinTenant = (caller: Caller, { connections, targets }: Bounds): Caller => {
  const { connections: ownConnections, targets: ownTargets, ...rest } = caller;
  const used = both(ownConnections, connections, (list, entry) => list.includes(entry));
  const tellable = both(ownTargets, targets, tellableBy);
  return { ...rest, ...(used && { connections: used }), ...(tellable && { targets: tellable }) };
};

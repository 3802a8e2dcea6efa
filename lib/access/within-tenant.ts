/** Restricts a caller to the bounds of its tenant. */

import type { Bounds } from '../config/tenants.ts';
import { tellableBy } from '../core/target-name.ts';
import type { Caller } from './caller.ts';

/** Returns the entries that both lists allow. A missing list allows everything. */
const both = (
  a: readonly string[] | undefined,
  b: readonly string[] | undefined,
  allows: (list: readonly string[], entry: string) => boolean,
): readonly string[] | undefined => {
  if (!a || !b) return a ?? b;
  return [...new Set([...a.filter((entry) => allows(b, entry)), ...b.filter((entry) => allows(a, entry))])];
};

/** Returns the caller with the bounds of its tenant. Its token may narrow these bounds but never widen them. */
export const withinTenant = (caller: Caller, { connections, targets }: Bounds): Caller => {
  const { connections: ownConnections, targets: ownTargets, ...rest } = caller;
  const used = both(ownConnections, connections, (list, entry) => list.includes(entry));
  const tellable = both(ownTargets, targets, tellableBy);
  return { ...rest, ...(used && { connections: used }), ...(tellable && { targets: tellable }) };
};

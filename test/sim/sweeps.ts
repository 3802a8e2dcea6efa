/**
 * The sweep: an item under a new ticket has a message that a queue took, or its lease is taken back. So one failure stops
 * no other message, and no lease grows though nothing was sent.
 */

import type { Item } from '../../lib/core/item.ts';
import type { Leased } from '../../lib/store/items.ts';
import { readWakeUp } from '../../lib/store/queue.ts';
import type { MemoryTable } from '../world/memory-table.ts';
import type { Effect, Fault, Process } from '../world/process.ts';
import type { Evidence } from './recorder.ts';

export type SweepRule = {
  readonly onWrite: (after: Item, before: Item | undefined, process: Process | undefined) => void;
  readonly onSent: (body: string, process: Process | undefined) => void;
  readonly onFault: (effect: Effect, fault: Fault | 'frozen') => void;
  readonly onTrouble: (what: string, process: Process | undefined) => void;
  /** A sweep has come to its end. */
  readonly onEnd: (process: Process, table: MemoryTable) => void;
};

type Doing = {
  /** Items under a new ticket. */
  readonly renewed: Map<string, Leased<unknown>>;
  /** Keys with tickets. */
  readonly sent: Set<string>;
  /** Writes of which the sweep cannot know that they were done: it sends nothing for them. */
  unknown: number;
  /** Writes that were not done. */
  unwritten: number;
  isRefused: boolean;
};

const keyOf = ({ pk, sk }: Pick<Item, 'pk' | 'sk'>): string => `${pk} ${sk}`;
const UNKNOWN: readonly string[] = ['lost answer', 'done twice'];

export const createSweepRule = (expect: Evidence['expect']): SweepRule => {
  const sweeps = new WeakMap<Process, Doing>();
  const doingOf = (process: Process | undefined): Doing | undefined => {
    if (process?.name !== 'sweep') return undefined;
    const doing = sweeps.get(process) ?? {
      renewed: new Map(),
      sent: new Set(),
      unknown: 0,
      unwritten: 0,
      isRefused: false,
    };
    sweeps.set(process, doing);
    return doing;
  };

  return {
    onWrite: (after, before, process) => {
      const doing = doingOf(process);
      if (!doing || before?.aliveUntil === undefined) return;
      const [next, last] = [after as Leased<unknown>, before as Leased<unknown>];
      if (next.ticket > last.ticket) doing.renewed.set(keyOf(after), next);
      else if (next.ticket === last.ticket && next.lapses <= Math.max(last.lapses - 1, 0))
        doing.renewed.delete(keyOf(after));
    },
    onSent: (body, process) => {
      const read = readWakeUp(body);
      if ('wakeUp' in read) doingOf(process)?.sent.add(`${keyOf(read.wakeUp)} ${read.wakeUp.ticket}`);
    },
    onFault: ({ what, process }, fault) => {
      const doing = doingOf(process);
      if (!doing) return;
      if (what === 'send messages') doing.isRefused = true;
      if (what.startsWith('replace') && UNKNOWN.includes(fault)) doing.unknown += 1;
      if (what.startsWith('replace') && fault === 'throttled') doing.unwritten += 1;
    },
    onTrouble: (what, process) => {
      const doing = doingOf(process);
      if (doing && what === 'refused entry') doing.isRefused = true;
    },
    onEnd: (process, table) => {
      const doing = doingOf(process);
      if (!doing) return;
      const left = [...doing.renewed.values()].filter((item) => {
        const [standing] = table.get([item]) as Leased<unknown>[];
        // Others may have had it since.
        // What slept has lapsed no more often than before: its lease is short, and is not taken back.
        const isLeft = item.lapses === 0 && doing.isRefused;
        return !isLeft && standing?.version === item.version && !doing.sent.has(`${keyOf(item)} ${item.ticket}`);
      });
      // A lease that could not be taken back is one that was not written.
      const most = doing.unknown + (doing.isRefused ? doing.unwritten : 0);
      expect(
        left.length <= most,
        () => `a sweep renews the leases of ${left.length} items and sends them nothing: ${left[0] && keyOf(left[0])}`,
      );
    },
  };
};

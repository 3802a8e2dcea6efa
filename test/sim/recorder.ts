/**
 * Sees everything that happens in a run and says what must not have happened. It knows what was promised and what the
 * clouds said; what it takes from the table is only checked, never believed.
 */

import type { Vendor } from '../../lib/clouds/cloud.ts';
import type { Delivery } from '../../lib/core/delivery.ts';
import { isOnTheWay } from '../../lib/core/event.ts';
import type { Item, Key } from '../../lib/core/item.ts';
import { isOver, type Owed, type Watch } from '../../lib/core/watch.ts';
import type { Leased } from '../../lib/store/items.ts';
import { deliveryIdOf } from '../../lib/store/keys.ts';
import { readWakeUp, type SqsRecord } from '../../lib/store/queue.ts';
import type { Counts } from '../../lib/sweep/count-standing.ts';
import { type Asked, groupOf, idOf } from '../world/asked.ts';
import type { Process } from '../world/process.ts';
import { QUEUES, type World } from '../world/world.ts';
import { offMsOf } from './clocks.ts';
import { isFlooded, isFlooders } from './flood.ts';
import { checkCounts, checkEntries, checkEntryFirst } from './gauges.ts';
import { sleepsUntil } from './origins.ts';
import type { Plan } from './plan.ts';
import { HOUR, MINUTE } from './time.ts';
import type { Trouble } from './troubles.ts';
import { judge } from './verdict.ts';

export type Recorder = {
  readonly onWrite: (after: Item, before: Item | undefined, process: Process | undefined) => void;
  /** A function sends a question off; it may never reach its cloud. */
  readonly onAsk: (asked: Asked) => void;
  readonly onLook: (asked: Asked, process: Process | undefined) => void;
  /** Somebody sends a delivery again. */
  readonly onResend: (delivery: Key) => void;
  /** An attempt begins at a delivery, or at what a target holds; answers what to call when it is over. */
  readonly onAttempt: (what: string, process: Process) => () => void;
  /** A batch is handed to a function; answers what to call with the messages that stay, or with nothing when it throws. */
  readonly onBatch: (records: readonly SqsRecord[], world: World) => (staying: readonly string[] | undefined) => void;
  /** A sweep begins; answers what to call when it has come to its end. */
  readonly onSweep: () => (world: World) => void;
  /** A message that is not ours was sent. */
  readonly onStray: (at: number, body: string) => void;
  /** Something goes wrong, for that function where it is one. */
  readonly onTrouble: (what: string, process: Process | undefined) => void;
  /** A caller was answered that a watch has another deadline. */
  readonly extended: (watchId: string, deadline: number) => void;
  /** Since when what was written may be missing in the indexes. */
  readonly indexedBy: (at: number) => number;
  readonly expect: Evidence['expect'];
  /** An hour has passed. */
  readonly onHour: (world: World) => void;
  /** A caller was answered that this watch will tell these targets. */
  readonly promised: (watchId: string, notify: readonly string[]) => void;
  /** The sweep's counts of standing troubles, once everything has come to its end. */
  readonly onCounted: (counts: Counts, world: World) => void;
  /** What was wrong, once everything has come to its end. */
  readonly verdict: (world: World, disturbances: number) => string[];
};

/** `since`: when it was first written. */
export type Seen = { watch: Watch; since: number; overAt?: number };

/** A watch that was deleted when it had been kept, and whom it was promised to. */
export type Former = Seen & { readonly targets: ReadonlySet<string> };

export type Attempt = { readonly at: number; readonly process: Process };

/** Until when a lease ran as it was written, and who wrote it. */
export type Lease = { readonly at: number; readonly until: number; readonly by?: Process };

/** A message is handed to a function: when, and whether the function gave up its whole batch (a table that does not answer). */
export type Receipt = { readonly at: number; readonly messageId: string; isGivenUp: boolean };

/** What was seen in a run, and what is wrong so far. */
export type Evidence = {
  readonly watches: Map<string, Seen>;
  readonly promises: Map<string, ReadonlySet<string>>;
  /** Watches that were deleted before others came under their ids. */
  readonly former: Former[];
  /** Calls made about each operation, and when each vendor was called. */
  readonly looks: Map<string, number>;
  readonly calls: Readonly<Record<Vendor, number[]>>;
  /** When each operation was asked about, by its provider with its id or its group. */
  readonly asks: Map<string, number[]>;
  readonly items: Map<string, Item>;
  /** How often each delivery's messages were received. */
  readonly receipts: Map<string, Receipt[]>;
  readonly strays: { readonly at: number; readonly body: string }[];
  readonly troubles: Trouble[];
  /** Deliveries that somebody sent again, by their ids. */
  readonly resent: Set<string>;
  /** When each webhook-id was sent or each thing at a target was changed, and by whom. */
  readonly attempts: Map<string, Attempt[]>;
  /** When each delivery was taken for an attempt. */
  readonly claims: Map<string, Attempt[]>;
  /** When each delivery was begun anew. */
  readonly begun: Map<string, number[]>;
  /** Functions that something went wrong for. */
  readonly troubled: Set<Process>;
  /** When each watch was written, and until when its lease then ran. */
  readonly leases: Map<string, Lease[]>;
  /** Watches with a reason, as they were written while their operations went on. */
  readonly reasons: Watch[];
  /** Who has given up a delivery. */
  readonly parkedBy: Map<string, Process>;
  readonly expect: (holds: boolean, what: () => string) => void;
};

/** More need not be told of one run. */
const WRONG_MAX = 20;

/** How long a lost message may be missed: some minutes beyond the pause of a lane, and half a day after many lapses. */
const LEASE_USUAL_MS = 75 * MINUTE;
const LEASE_MAX_MS = 12 * HOUR;
/** Messages an item may have at a time: a day's lapses, each lease twice as long as the one before, and room. */
const MESSAGES_MAX = 30;

export const createRecorder = (plan: Plan, now: () => number): Recorder => {
  const wrong = new Set<string>();
  const expect: Evidence['expect'] = (holds, what) => {
    if (!holds && wrong.size < WRONG_MAX) wrong.add(what());
  };
  const evidence: Evidence = {
    watches: new Map(),
    promises: new Map(),
    former: [],
    looks: new Map(),
    calls: { aliyun: [], huawei: [] },
    asks: new Map(),
    items: new Map(),
    receipts: new Map(),
    strays: [],
    resent: new Set(),
    troubles: [],
    attempts: new Map(),
    claims: new Map(),
    begun: new Map(),
    troubled: new Set(),
    leases: new Map(),
    reasons: [],
    parkedBy: new Map(),
    expect,
  };
  const { watches, promises, looks, calls, items, receipts, strays } = evidence;
  /** Partitions of a tenant that floods. */
  const drowned = new Set<string>();
  const trying = new Map<string, Process>();
  const writtenAt = new Map<string, number>();
  const owedTo = new Map<string, readonly string[]>();

  const checkWatch = (after: Watch, before: Watch | undefined): void => {
    // Where nothing is deleted, a restore of the table has taken it away.
    const deleted = before || plan.rare.keepMs === undefined ? undefined : watches.get(after.id);
    if (deleted) {
      evidence.former.push({ ...deleted, targets: promises.get(after.id) ?? new Set() });
      promises.delete(after.id);
      watches.delete(after.id);
    }
    if (before && isOver(before.status)) {
      const fixed = ({ status, word, endedAt, note, facts, progress }: Watch) =>
        JSON.stringify([status, word, endedAt, note, facts, progress]);
      expect(
        fixed(after) === fixed(before),
        () => `terminal changes: ${after.id} from ${before.status} to ${after.status}`,
      );
    } else if (isOver(after.status)) {
      expect(
        after.owed.some(({ event }) => event === after.status),
        () => `an end owes nothing: ${after.id}`,
      );
      watches.set(after.id, { watch: after, since: watches.get(after.id)?.since ?? now(), overAt: now() });
    }
    if (!isOver(after.status) && (after.facts.reasonCode ?? after.facts.reasonMessage) !== undefined)
      evidence.reasons.push(after);
    const seen = watches.get(after.id);
    watches.set(after.id, { since: now(), ...seen, watch: after });
    for (const debt of after.owed) {
      // Owed to those who were there when it arose: whoever joins later has a debt of its own, if the watch is over.
      const name = nameOf(after, debt);
      if (!owedTo.has(name)) owedTo.set(name, debt.to ?? after.notify);
    }
    for (const debt of before?.owed ?? []) {
      if (after.owed.some((still) => nameOf(after, still) === nameOf(after, debt))) continue;
      for (const target of owedTo.get(nameOf(after, debt)) ?? []) {
        const id = deliveryIdOf(after, debt, target);
        expect(
          items.has(`${after.id} delivery#${id}`),
          () => `a debt is taken off before its delivery exists: ${after.id} ${target}`,
        );
      }
    }
  };

  const checkDelivery = (
    pk: string,
    after: Delivery,
    before: Delivery | undefined,
    process: Process | undefined,
    isDeleted: boolean,
  ): void => {
    if (process && after.claim && after.claim.until !== before?.claim?.until) {
      evidence.claims.set(after.id, [...(evidence.claims.get(after.id) ?? []), { at: now(), process }]);
      // What was written before the function began is there for it to read.
      const watch = watches.get(pk)?.watch;
      const isKnown = (writtenAt.get(`${pk} watch`) ?? now()) < process.startedAt;
      expect(
        !watch || !isKnown || isStillSo(after.event, watch),
        () => `${after.event.event} is told though it is over: ${pk} ${after.id}`,
      );
    }
    if (process && after.state === 'parked' && before?.state !== 'parked') evidence.parkedBy.set(after.id, process);
    // How far something has got is told again and again.
    const isNews = after.event.event === 'progress' && after.event.at > (before?.event.at ?? 0);
    // Sent again twice with no attempt in between, as to a disabled target, it begins both times after the same attempt.
    const isUnparked = before?.state === 'parked' && after.state === 'waiting';
    const isBegunAnew = isDeleted || isUnparked || after.begunAfter !== before?.begunAfter;
    if (isBegunAnew) evidence.begun.set(after.id, [...(evidence.begun.get(after.id) ?? []), now()]);
    const isKept = before?.state !== 'delivered' || after.state === 'delivered' || isBegunAnew;
    expect(isKept || isNews, () => `delivered is taken back: ${after.id}`);
  };

  const onWrite: Recorder['onWrite'] = (after, before, process) => {
    const isDeleted = before === undefined && items.has(`${after.pk} ${after.sk}`);
    const isOfFlood = isFlooders(after);
    if (isOfFlood) drowned.add(after.pk);
    else items.set(`${after.pk} ${after.sk}`, after);
    writtenAt.set(`${after.pk} ${after.sk}`, now());
    checkEntryFirst(after, evidence);
    expect(after.version === (before?.version ?? 0) + 1, () => `a write over an unseen one: ${after.pk} ${after.sk}`);
    const isDelivery = after.sk.startsWith('delivery#');
    if (after.sk !== 'watch' && !isDelivery) return;
    if (!isDelivery && after.aliveUntil !== undefined) {
      const lease: Lease = { at: now(), until: after.aliveUntil, ...(process && { by: process }) };
      evidence.leases.set(after.pk, [...(evidence.leases.get(after.pk) ?? []), lease]);
    }
    if (isOfFlood) {
      // What its tenant gets is for flood-limits.ts to say.
      const { id, begunAfter } = after.body as Delivery;
      if (begunAfter !== (before?.body as Delivery | undefined)?.begunAfter) evidence.resent.add(id);
    } else if (isDelivery)
      checkDelivery(after.pk, after.body as Delivery, before?.body as Delivery | undefined, process, isDeleted);
    else checkWatch(after.body as Watch, before?.body as Watch | undefined);
    expect(keepsMore(after, before), () => `what a later version wrote is gone: ${after.pk} ${after.sk}`);
    expect(
      before === undefined || (after as Leased<unknown>).ticket >= (before as Leased<unknown>).ticket,
      () => `a ticket goes back: ${after.pk}`,
    );
    if (owes(after)) {
      expect(after.aliveUntil !== undefined, () => `owes work and is in nobody's sight: ${after.pk} ${after.sk}`);
      expect(after.expiresAt === undefined, () => `owes work and may expire: ${after.pk} ${after.sk}`);
      const { lapses } = after as Leased<unknown>;
      const due = sleepsUntil(after, items) ?? dueAt(after);
      const ahead = (after.aliveUntil ?? 0) - Math.max(due, now());
      expect(
        ahead <= (lapses > 0 ? LEASE_MAX_MS : LEASE_USUAL_MS) + MINUTE + offMsOf(plan.rare.clock),
        () => `a lost message would be missed for long: ${after.pk} ${after.sk}`,
      );
    }
  };

  const onLook: Recorder['onLook'] = ({ provider, vendor, id, group }, process) => {
    if (isFlooded(id)) return;
    calls[vendor].push(now());
    const meant = [...watches.values()].filter(({ watch }) => {
      if (watch.provider !== provider) return false;
      return id === undefined ? groupOf(provider, watch.operation) === group : idOf(provider, watch.operation) === id;
    });
    const isLate = (overAt: number | undefined) =>
      overAt !== undefined && process !== undefined && process.startedAt > overAt;
    expect(
      meant.some(({ overAt }) => !isLate(overAt)),
      () => `a look after the end: ${provider} ${id ?? group}`,
    );
    if (id !== undefined) looks.set(`${provider} ${id}`, (looks.get(`${provider} ${id}`) ?? 0) + 1);
  };

  const onAttempt: Recorder['onAttempt'] = (id, process) => {
    const other = trying.get(id);
    const isOtherAtIt = other?.isAlive && other.thawsAt === undefined && process.thawsAt === undefined;
    // By a clock that is behind a claim has lapsed already, for everybody whose clock is right.
    const isApart = Math.abs((other?.skewMs ?? 0) - process.skewMs) > MINUTE;
    // Whoever sends a delivery again does not wait for an attempt that is under way.
    expect(
      !isOtherAtIt || isApart || other === process || evidence.resent.has(id),
      () => `two attempts at once: ${id}`,
    );
    trying.set(id, process);
    evidence.attempts.set(id, [...(evidence.attempts.get(id) ?? []), { at: now(), process }]);
    return () => {
      if (trying.get(id) === process) trying.delete(id);
    };
  };

  const onBatch: Recorder['onBatch'] = (records, { table }) => {
    const stale = new Set<string>();
    const received: Receipt[] = [];
    for (const { messageId, body } of records) {
      const read = readWakeUp(body);
      if (!('wakeUp' in read)) continue;
      const { pk, sk, ticket } = read.wakeUp;
      const [item] = table.get([{ pk, sk }]) as Leased<unknown>[];
      if (item && item.ticket > ticket) stale.add(messageId);
      if (sk === 'watch' || drowned.has(pk)) continue;
      const receipt = { at: now(), messageId, isGivenUp: false };
      received.push(receipt);
      const earlier = receipts.get(`${pk} ${sk}`);
      if (earlier) earlier.push(receipt);
      else receipts.set(`${pk} ${sk}`, [receipt]);
    }
    return (staying) => {
      for (const receipt of received) receipt.isGivenUp = staying === undefined;
      expect(!staying?.some((id) => stale.has(id)), () => 'a message of an old ticket goes on');
    };
  };

  const indexedBy: Recorder['indexedBy'] = (at) => {
    const { stuckIndex } = plan.rare;
    const isStuck = stuckIndex && at >= stuckIndex.from && at <= stuckIndex.until + plan.indexLagMs;
    const indexedUntil = isStuck ? Math.min(at, stuckIndex.from) : at;
    // A sweep whose clock is behind finds what has lapsed by that clock.
    const behindMs = plan.rare.clock?.by === 'sweep' ? offMsOf(plan.rare.clock) : 0;
    return indexedUntil - Math.max(plan.indexLagMs, 1_000) - 2 * plan.clockSkewMs - behindMs;
  };

  const onSweep: Recorder['onSweep'] = () => {
    const beganAt = now();
    const knownBy = indexedBy(beganAt);
    const troubles = evidence.troubles.length;
    return ({ table }) => {
      if (evidence.troubles.length > troubles) return;
      for (const { pk, sk, aliveUntil = beganAt } of table.items()) {
        const isLeft = aliveUntil < knownBy && (writtenAt.get(`${pk} ${sk}`) ?? 0) < knownBy;
        expect(!isLeft, () => `a sweep leaves behind what has lapsed: ${pk} ${sk}`);
      }
    };
  };

  const onHour: Recorder['onHour'] = ({ sqs, table }) => {
    checkEntries(table, expect);
    for (const url of QUEUES) {
      for (const [body, some] of Map.groupBy(sqs.messages(url), (message) =>
        message.body.replace(/"ticket":\d+/, ''),
      )) {
        expect(some.length <= MESSAGES_MAX, () => `messages breed: ${some.length} of ${body}`);
      }
    }
  };

  return {
    onWrite,
    onAsk: ({ provider, id, group }) => {
      const key = `${provider} ${id ?? group}`;
      evidence.asks.set(key, [...(evidence.asks.get(key) ?? []), now()]);
    },
    onLook,
    onAttempt,
    onResend: ({ sk }) => {
      evidence.resent.add(sk.slice('delivery#'.length));
    },
    onBatch,
    onSweep,
    indexedBy,
    expect,
    extended: (watchId, deadline) => {
      const watch = items.get(`${watchId} watch`)?.body as Watch | undefined;
      expect(
        watch !== undefined && (isOver(watch.status) || watch.deadline === deadline),
        () => `answered that the deadline is moved, and it is not: ${watchId}`,
      );
    },
    onHour,
    onTrouble: (what, process) => {
      if (process) evidence.troubled.add(process);
      evidence.troubles.push({ at: now(), what, ...(process && { by: process.name }) });
    },
    onCounted: (counts, { table }) => {
      checkEntries(table, expect);
      checkCounts(counts, table, expect);
    },
    onStray: (at, body) => {
      strays.push({ at, body });
    },
    promised: (watchId, notify) => {
      promises.set(watchId, new Set([...(promises.get(watchId) ?? []), ...notify]));
    },
    verdict: (world, disturbances) => {
      judge({ evidence, plan, world, disturbances });
      return [...wrong];
    },
  };
};

const nameOf = ({ id }: Watch, { event, at, to }: Owed): string => `${id} ${event} ${at} ${to ?? ''}`;

/** Whether a watch is in the state that an event of it tells. */
const isStillSo = ({ event }: Delivery['event'], { status, blocked }: Watch): boolean => {
  if (!isOnTheWay(event)) return true;
  if (isOver(status)) return false;
  if (event === 'attention' || event === 'resumed') return (status === 'attention') === (event === 'attention');
  return event === 'progress' || (blocked !== undefined) === (event === 'blocked');
};

/** When an item's message is needed again, as far as it tells. */
const dueAt = ({ body }: Item): number => {
  const owner = body as Watch | Delivery;
  return 'owed' in owner ? owner.nextLookAt : owner.nextAttemptAt;
};

/** Whether fields that only a later version knows outlive a write of this one. */
const keepsMore = (after: Item, before: Item | undefined): boolean =>
  before === undefined ||
  [
    [before, after],
    [before.body, after.body],
  ].every(([old, now]) => !('later' in (old as object)) || 'later' in (now as object));

const owes = ({ body }: Item): boolean => {
  const owner = body as Watch | Delivery;
  return 'owed' in owner ? !isOver(owner.status) || owner.owed.length > 0 : owner.state === 'waiting';
};

/** Watches as the API shows them. Pure. */
import type { AttemptRecord, Delivery } from './delivery.ts';
import { blockedData, type Links } from './event.ts';
import type { Item } from './item.ts';
import type { Lane } from './lane.ts';
import { missedBy } from './missed.ts';
import { projectNextLook } from './next-look.ts';
import { SECOND } from './schedule.ts';
import { isOver, type LookPolicy, type Watch } from './watch.ts';

const iso = (at: number | undefined): string | undefined => (at === undefined ? undefined : new Date(at).toISOString());

/**
 * Returns the API's answer about one watch. opwatch does not save looks that change nothing, so `looks` and `lookedAt`
 * are those of the last write. The next look is a projection. There is none while the connection rests.
 */
export const watchView = (
  watch: Watch,
  links: Links,
  policy: LookPolicy,
  lane: Lane,
  now: number,
  contexts: Readonly<Record<string, string>> = {},
) => {
  const nextLookAt = rests(lane, now) ? undefined : projectNextLook(watch, now, policy);
  return {
    id: watch.id,
    url: links.watch,
    console: links.console,
    provider: watch.provider,
    connection: watch.connection,
    operation: watch.operation,
    operationType: watch.facts.operationType,
    status: watch.status,
    over: isOver(watch.status),
    providerStatus: watch.word,
    evidence: watch.evidence,
    progress: watch.progress,
    note: watch.note,
    blocked: watch.blocked && blockedData(watch.blocked),
    trouble: watch.trouble && { ...watch.trouble, since: iso(watch.trouble.since) },
    reason:
      watch.facts.reasonCode === undefined && watch.facts.reasonMessage === undefined
        ? undefined
        : { code: watch.facts.reasonCode, message: watch.facts.reasonMessage },
    result: watch.facts.result,
    error: watch.facts.error,
    message: watch.facts.message,
    requestId: watch.facts.requestId,
    labels: watch.labels,
    notify: watch.notify,
    contexts: Object.keys(contexts).length > 0 ? contexts : undefined,
    submittedAt: iso(watch.submittedAt),
    startedAt: iso(watch.facts.startedAt),
    endedAt: iso(watch.facts.endedAt ?? watch.endedAt),
    detectedAt: iso(watch.endedAt),
    deadline: iso(watch.deadline),
    looks: watch.looks,
    lookedAt: iso(watch.lookedAt),
    nextLookAt: iso(nextLookAt),
    history: watch.history.map(({ at, status, word }) => ({ at: iso(at), status, providerStatus: word })),
  };
};

export type WatchView = ReturnType<typeof watchView>;

/** Names each field: an item that a later release has written may have more. */
const attemptView = ({ number, at, durationMs, status, verdict, answer, nextAttemptAt }: AttemptRecord) => ({
  number,
  at: iso(at),
  durationMs,
  status,
  verdict,
  answer,
  nextAttemptAt: iso(nextAttemptAt),
});

/** Returns the deliveries in the partition of a watch, each with its attempts. */
export const deliveryViews = (items: readonly Item[]) =>
  items
    .filter(({ sk }) => sk.startsWith('delivery#'))
    .map(({ body }) => {
      const { id, target, event, state, attempts, nextAttemptAt, waitingFor, dismissedAt } = body as Delivery;
      const made = items.filter(({ sk }) => sk.startsWith(`attempt#${id}#`)).map((item) => item.body as AttemptRecord);
      return {
        id,
        target,
        event: `operation.${event.event}`,
        state,
        attempts,
        nextAttemptAt: state === 'waiting' ? iso(nextAttemptAt) : undefined,
        waitingFor: state === 'waiting' && waitingFor ? { ...waitingFor, until: iso(waitingFor.until) } : undefined,
        dismissedAt: iso(dismissedAt),
        log: made.map(attemptView),
      };
    });

const rests = (lane: Lane, now: number): boolean => lane.pausedUntil > now || lane.refused !== undefined;

const whyIdle = (lane: Lane, now: number): 'refused' | 'paused' | 'full' => {
  if (lane.refused) return 'refused';
  return lane.pausedUntil > now ? 'paused' : 'full';
};

/** A lane is full when its calls are taken this far ahead. A watch that falls due then has to wait. */
const FULL_MS = 5 * SECOND;

/** Returns the reason why the connection makes no calls now, if there is one. */
export const pauseView = (lane: Lane, now: number) => {
  const isFull = lane.nextSlotAt > now + FULL_MS;
  if (!rests(lane, now) && !isFull) return undefined;
  const until = rests(lane, now) ? Math.max(lane.pausedUntil, now) : lane.nextSlotAt;
  const { cause, code, message } = missedBy(lane, whyIdle(lane, now));
  return {
    until: iso(until),
    cause,
    code,
    message,
    ...(lane.refused && {
      refused: { since: iso(lane.refused.since), code: lane.refused.code, message: lane.refused.message },
    }),
  };
};

type DeliveryView = ReturnType<typeof deliveryViews>[number];

/**
 * Lambda allows an answer of 6 MB, and the body is text within JSON (Lambda Developer Guide, "Quotas"). The rest of the
 * view has room beside this.
 */
const BYTES_MAX = 5_000_000;
const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(JSON.stringify(value)));

const withoutAnswers = ({ log, ...view }: DeliveryView): DeliveryView => ({
  ...view,
  log: log.map((attempt, i) => (i === log.length - 1 ? attempt : { ...attempt, answer: undefined })),
});
const withLastOnly = ({ log, ...view }: DeliveryView): DeliveryView => ({ ...view, log: log.slice(-1) });

export type Shown = {
  readonly deliveries: readonly DeliveryView[];
  /**
   * The parts that found no room: first the answers of earlier attempts, then earlier attempts, then delivered
   * deliveries.
   */
  readonly leftOut?: string;
};

/** Returns as many deliveries as an answer can hold. Parked and waiting deliveries stay longest. */
export const shownWithin = (deliveries: readonly DeliveryView[], bytes = BYTES_MAX): Shown => {
  if (bytesOf(deliveries) <= bytes) return { deliveries };
  const brief = deliveries.map(withoutAnswers);
  if (bytesOf(brief) <= bytes)
    return { deliveries: brief, leftOut: 'answers to all attempts but the last of each delivery' };
  const briefest = brief.map(withLastOnly);
  if (bytesOf(briefest) <= bytes)
    return { deliveries: briefest, leftOut: 'all attempts but the last of each delivery' };
  const isOpen = ({ state }: DeliveryView) => state === 'parked' || state === 'waiting';
  const sized = [...briefest.filter(isOpen), ...briefest.filter((view) => !isOpen(view))];
  let room = bytes;
  const kept = sized.filter((view) => {
    room -= bytesOf(view) + 1;
    return room >= 0;
  });
  const count = deliveries.length - kept.length;
  return { deliveries: kept, leftOut: `all attempts but the last of each delivery, and ${count} deliveries` };
};

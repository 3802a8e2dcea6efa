/**
 * What people and programs are told: the event, as docs/events.schema.json publishes it.
 * Shape and limits after Standard Webhooks 1.0 (`type`, `timestamp`, `data`; below 20 kB).
 */
import { type Blocked, type BlockedKind, CURES } from './blocked.ts';
import type { Evidence, Progress } from './observation.ts';
import { type Aside, type EndStatus, isOver, type Status, type Watch } from './watch.ts';

export const EVENT_TYPES = [
  'operation.succeeded',
  'operation.partial',
  'operation.failed',
  'operation.canceled',
  'operation.lost',
  'operation.timed_out',
  'operation.stopped',
  'operation.attention',
  'operation.resumed',
  'operation.blocked',
  'operation.unblocked',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

const ASIDES: readonly Aside['event'][] = ['resumed', 'blocked', 'unblocked'];

/** Whether an event of this name is told while the operation goes on, and is no status. */
export const isAside = (event: string): event is Aside['event'] => (ASIDES as readonly string[]).includes(event);

export type OnTheWay = 'progress' | 'attention' | Aside['event'];

/** Whether an event of this name is told while the operation goes on. Which of them is still true: overtaken.ts. */
export const isOnTheWay = (event: string): event is OnTheWay =>
  event === 'progress' || event === 'attention' || isAside(event);

/** What a target is usually told that starts a run for each event: nothing that leaves the status as it is. */
export const RUN_EVENTS: readonly EventType[] = EVENT_TYPES.filter((type) => !isAside(type.slice('operation.'.length)));

/** Instants are ISO 8601 in UTC. What the cloud did not tell is left out. */
export type OperationEvent = {
  readonly type: EventType;
  /** When it happened, as we learned it. */
  readonly timestamp: string;
  readonly data: {
    /** Version of this shape; a new field does not raise it. */
    readonly version: 1;
    readonly watch: {
      readonly id: string;
      readonly url: string;
      /** A page for people that opens without a token. */
      readonly link?: string;
      readonly submittedAt: string;
      readonly deadline: string;
      readonly labels: Readonly<Record<string, string>>;
    };
    readonly provider: string;
    readonly connection: string;
    /** The operation in its cloud's own names. */
    readonly operation: Readonly<Record<string, string>>;
    readonly operationType?: string;
    /** The operation, for people: the cloud's console. */
    readonly console: string;
    readonly status: Status;
    /** Why the cloud does not show the operation (only in `operation.blocked`). */
    readonly blocked?: {
      readonly since: string;
      readonly kind: BlockedKind;
      /** The cloud's own code and words. */
      readonly code: string;
      readonly message: string;
      /** What a person can do. */
      readonly help: string;
    };
    /** The cloud's own word. */
    readonly providerStatus?: string;
    /**
     * `inferred` when a second witness told, not the operation's own API. `untied` when the cloud gives no id and no time that
     * ties this end to the operation.
     */
    readonly evidence?: Evidence;
    readonly progress?: Progress;
    /** Why, in the cloud's own code and words. */
    readonly reason?: { readonly code?: string; readonly message?: string };
    /** The cloud's result and error text, opaque. */
    readonly result?: string;
    readonly error?: string;
    /** The cloud's words beside a success: no reason. */
    readonly message?: string;
    /** What a person should know about an end that is not the cloud's plain word. */
    readonly note?: string;
    readonly startedAt?: string;
    readonly endedAt?: string;
    /** Request id of the deciding answer, for the cloud's support. */
    readonly requestId?: string;
  };
};

/** Told only to targets that keep one message up to date. */
export type ProgressEvent = Omit<OperationEvent, 'type'> & { readonly type: 'operation.progress' };

const iso = (at: number): string => new Date(at).toISOString();

export type Links = { readonly watch: string; readonly console: string; readonly link?: string };

type Data = OperationEvent['data'];

/** What can be told at any time. */
const factsOf = (watch: Watch, links: Links): Omit<Data, 'status'> => {
  const { facts } = watch;
  const reason = {
    ...(facts.reasonCode !== undefined && { code: facts.reasonCode }),
    ...(facts.reasonMessage !== undefined && { message: facts.reasonMessage }),
  };
  return {
    version: 1,
    watch: {
      id: watch.id,
      url: links.watch,
      ...(links.link !== undefined && { link: links.link }),
      submittedAt: iso(watch.submittedAt),
      deadline: iso(watch.deadline),
      labels: watch.labels,
    },
    provider: watch.provider,
    connection: watch.connection,
    operation: watch.operation,
    ...(facts.operationType !== undefined && { operationType: facts.operationType }),
    console: links.console,
    ...(facts.startedAt !== undefined && { startedAt: iso(facts.startedAt) }),
    ...(Object.keys(reason).length > 0 && { reason }),
  };
};

/** What is only told of an end: before it, it may still change between two attempts under one webhook-id. */
const endOf = ({ facts, evidence, progress, note }: Watch): Partial<Data> => ({
  ...(evidence && { evidence }),
  ...(progress && { progress }),
  ...(facts.result !== undefined && { result: facts.result }),
  ...(facts.error !== undefined && { error: facts.error }),
  ...(facts.message !== undefined && { message: facts.message }),
  ...(note !== undefined && { note }),
  ...(facts.endedAt !== undefined && { endedAt: iso(facts.endedAt) }),
  ...(facts.requestId !== undefined && { requestId: facts.requestId }),
});

export type Announced = ({ readonly event: 'attention' | EndStatus } | Aside) & {
  readonly at: number;
  readonly word?: string;
};

/** Why it is blocked, and what a person can do, as an event and the API tell it. */
export const blockedData = ({ since, kind, code, message }: Blocked): NonNullable<Data['blocked']> => ({
  since: iso(since),
  kind,
  code,
  message,
  help: CURES[kind],
});

/**
 * Builds the event a debt announces. Of an ended watch it is always the same, whenever it is built; so are the status and the
 * reason of an event on the way.
 */
export const eventOf = (watch: Watch, announced: Announced, links: Links): OperationEvent => ({
  type: `operation.${announced.event}`,
  timestamp: iso(announced.at),
  data: {
    ...factsOf(watch, links),
    status: 'status' in announced ? announced.status : announced.event,
    ...('blocked' in announced && announced.blocked && { blocked: blockedData(announced.blocked) }),
    ...(announced.word !== undefined && { providerStatus: announced.word }),
    ...('status' in announced || !isOver(announced.event) ? {} : endOf(watch)),
  },
});

/** How far an operation has got by now: for targets that keep one message up to date. */
export const progressOf = (watch: Watch, now: number, links: Links): ProgressEvent => ({
  type: 'operation.progress',
  timestamp: iso(now),
  data: {
    ...factsOf(watch, links),
    status: watch.status,
    ...(watch.word !== undefined && { providerStatus: watch.word }),
    ...(watch.progress && { progress: watch.progress }),
  },
});

/**
 * The event for people and programs. docs/events.schema.json publishes its shape. Shape and limits follow Standard
 * Webhooks 1.0: `type`, `timestamp`, `data`, less than 20 kB.
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

/** Answers whether an event of this name happens while the operation goes on and is not a status. */
export const isAside = (event: string): event is Aside['event'] => (ASIDES as readonly string[]).includes(event);

export type OnTheWay = 'progress' | 'attention' | Aside['event'];

/**
 * Answers whether an event of this name happens while the operation goes on. overtaken.ts decides which of these events
 * is still true.
 */
export const isOnTheWay = (event: string): event is OnTheWay =>
  event === 'progress' || event === 'attention' || isAside(event);

/** The default events for a target that starts a run for each event: all events that change the status. */
export const RUN_EVENTS: readonly EventType[] = EVENT_TYPES.filter((type) => !isAside(type.slice('operation.'.length)));

/** Instants are ISO 8601 in UTC. Facts that the cloud did not give are absent. */
export type OperationEvent = {
  readonly type: EventType;
  /** The time of the event, as opwatch learned it. */
  readonly timestamp: string;
  readonly data: {
    /** The version of this shape. A new field does not raise it. */
    readonly version: 1;
    readonly watch: {
      readonly id: string;
      readonly url: string;
      /** A page for people. It opens without a token. */
      readonly link?: string;
      readonly submittedAt: string;
      readonly deadline: string;
      readonly labels: Readonly<Record<string, string>>;
    };
    readonly provider: string;
    readonly connection: string;
    /** The ids of the operation under the cloud's own names. */
    readonly operation: Readonly<Record<string, string>>;
    readonly operationType?: string;
    /** The page of the operation in the cloud's console. */
    readonly console: string;
    readonly status: Status;
    /** The reason why the cloud does not show the operation (only in `operation.blocked`). */
    readonly blocked?: {
      readonly since: string;
      readonly kind: BlockedKind;
      /** The cloud's own code and words. */
      readonly code: string;
      readonly message: string;
      /** The advice for a person. */
      readonly help: string;
    };
    /** The state in the cloud's own word. */
    readonly providerStatus?: string;
    /**
     * `inferred`: not the API of the operation but a second source reported the end. `untied`: the cloud gives no id
     * and no time that connect this end with the operation.
     */
    readonly evidence?: Evidence;
    readonly progress?: Progress;
    /** The reason, in the cloud's own code and words. */
    readonly reason?: { readonly code?: string; readonly message?: string };
    /** Result and error text of the cloud. opwatch does not parse them. */
    readonly result?: string;
    readonly error?: string;
    /** The words of the cloud beside a success. They are no reason. */
    readonly message?: string;
    /** An explanation for people when the end is not a plain word of the cloud. */
    readonly note?: string;
    readonly startedAt?: string;
    readonly endedAt?: string;
    /** The request id of the answer that decided. The cloud's support asks for it. */
    readonly requestId?: string;
  };
};

/** Only targets with a live message get this event. */
export type ProgressEvent = Omit<OperationEvent, 'type'> & { readonly type: 'operation.progress' };

const iso = (at: number): string => new Date(at).toISOString();

export type Links = { readonly watch: string; readonly console: string; readonly link?: string };

type Data = OperationEvent['data'];

/** Facts that any event may tell. */
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

/** Facts that only the end may tell. Before the end they could change between two attempts under one webhook-id. */
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

/** Returns the reason of a blockage and the advice, as events and the API show them. */
export const blockedData = ({ since, kind, code, message }: Blocked): NonNullable<Data['blocked']> => ({
  since: iso(since),
  kind,
  code,
  message,
  help: CURES[kind],
});

/**
 * Builds the event for a debt. The event of an end is the same whenever opwatch builds it. So are the status and the
 * reason of an earlier event.
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

/** Builds the present progress of an operation, for targets with a live message. */
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

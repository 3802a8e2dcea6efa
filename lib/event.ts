/**
 * What people and programs are told: the event, as docs/events.schema.json publishes it.
 * Shape and limits after Standard Webhooks 1.0 (`type`, `timestamp`, `data`; below 20 kB).
 */
import type { Owed, Progress, Status, Watch } from './watch.ts';

export const EVENT_TYPES = [
  'operation.succeeded',
  'operation.partial',
  'operation.failed',
  'operation.canceled',
  'operation.lost',
  'operation.timed_out',
  'operation.stopped',
  'operation.attention',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

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
    /** The cloud's own word. */
    readonly providerStatus?: string;
    /** `inferred` when a second witness told, not the operation's own API. */
    readonly evidence?: 'inferred';
    readonly progress?: Progress;
    /** Why, in the cloud's own code and words. */
    readonly reason?: { readonly code?: string; readonly message?: string };
    /** The cloud's result and error text, opaque. */
    readonly result?: string;
    readonly error?: string;
    /** What a person should know about an end that is not the cloud's word. */
    readonly note?: string;
    readonly startedAt?: string;
    readonly endedAt?: string;
    /** Request id of the deciding answer, for the cloud's support. */
    readonly requestId?: string;
  };
};

const iso = (at: number): string => new Date(at).toISOString();

export type Links = { readonly watch: string; readonly console: string };

/** Builds the event a debt announces. Of an ended watch it is always the same, whenever it is built. */
export const eventOf = (watch: Watch, owed: Pick<Owed, 'event' | 'at' | 'word'>, links: Links): OperationEvent => {
  const { facts } = watch;
  const atEnd = owed.event !== 'attention';
  const reason = {
    ...(facts.reasonCode !== undefined && { code: facts.reasonCode }),
    ...(facts.reasonMessage !== undefined && { message: facts.reasonMessage }),
  };
  return {
    type: `operation.${owed.event}`,
    timestamp: iso(owed.at),
    data: {
      version: 1,
      watch: {
        id: watch.id,
        url: links.watch,
        submittedAt: iso(watch.submittedAt),
        deadline: iso(watch.deadline),
        labels: watch.labels,
      },
      provider: watch.provider,
      connection: watch.connection,
      operation: watch.operation,
      ...(facts.operationType !== undefined && { operationType: facts.operationType }),
      console: links.console,
      status: owed.event,
      ...(owed.word !== undefined && { providerStatus: owed.word }),
      ...(facts.startedAt !== undefined && { startedAt: iso(facts.startedAt) }),
      ...(Object.keys(reason).length > 0 && { reason }),
      ...(atEnd && {
        ...(watch.evidence && { evidence: watch.evidence }),
        ...(watch.progress && { progress: watch.progress }),
        ...(facts.result !== undefined && { result: facts.result }),
        ...(facts.error !== undefined && { error: facts.error }),
        ...(watch.note !== undefined && { note: watch.note }),
        ...(facts.endedAt !== undefined && { endedAt: iso(facts.endedAt) }),
        ...(facts.requestId !== undefined && { requestId: facts.requestId }),
      }),
    },
  };
};

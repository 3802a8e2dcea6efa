/**
 * Notices: messages to the people who run opwatch (`operators` in the configuration), not to the owner of a watch.
 * Pure.
 */
import type { BlockedKind } from './blocked.ts';
import { DAY, HOUR } from './schedule.ts';

export const NOTICES = [
  'credentials_refused',
  'watch_blocked',
  'unknown_word',
  'target_disabled',
  'origin_disabled',
  'target_ended',
  'delivery_parked',
  'submission_refused',
  'notices_left_out',
  'token_expires',
  'credentials_expire',
] as const;

/** The texts are bounded and hold no secrets. Instants are epoch ms. */
export type Notice = { readonly at: number } & (
  | {
      readonly event: 'credentials_refused';
      readonly connection: string;
      readonly code: string;
      readonly message: string;
    }
  | {
      readonly event: 'watch_blocked';
      readonly connection: string;
      readonly provider: string;
      readonly kind: BlockedKind;
      readonly code: string;
      readonly message: string;
      /** The first watch with this trouble. */
      readonly watch: string;
    }
  | { readonly event: 'unknown_word'; readonly provider: string; readonly word: string; readonly watch: string }
  | { readonly event: 'target_disabled'; readonly target: string; readonly reason: string }
  /** An origin of a tenant's callbacks with failures only. */
  | { readonly event: 'origin_disabled'; readonly tenant: string; readonly target: string; readonly reason: string }
  | {
      /** `target_ended`: the target says that it is gone for good. opwatch keeps trying. */
      readonly event: 'delivery_parked' | 'target_ended';
      readonly target: string;
      readonly watch: string;
      /** The webhook-id. */
      readonly delivery: string;
      readonly reason: string;
    }
  /**
   * A refused submission that came by schedule or direct invoke. `reason` has the faults, `submission` the operation.
   */
  | { readonly event: 'submission_refused'; readonly submission: string; readonly reason: string }
  /** One tenant has caused more notices than opwatch tells in an hour. */
  | { readonly event: 'notices_left_out'; readonly tenant: string }
  /** A bearer token of opwatch. `ahead` is the time left when this notice is due, in ms. */
  | {
      readonly event: 'token_expires';
      readonly tenant: string;
      readonly token: string;
      readonly expiresAt: number;
      readonly ahead: number;
    }
  /** Temporary credentials of a connection. */
  | { readonly event: 'credentials_expire'; readonly connection: string; readonly expiresAt: number }
);

/**
 * Returns a key. opwatch tells two notices with the same key once. The keys limit each kind:
 * - refused credentials, a disabled target or origin: once each time
 * - a blocked watch: once for each connection and kind
 * - an unknown word, a warning of a token, the end of credentials: once
 * - parked deliveries: once an hour for each target, because an outage has many victims
 * - a target that is gone: once a day
 * - a refused submission: once an hour
 * - notices left out: once an hour for each tenant
 */
export const sameness = (notice: Notice): readonly string[] => {
  switch (notice.event) {
    case 'credentials_refused':
      return [notice.event, notice.connection, String(notice.at)];
    case 'watch_blocked':
      return [notice.event, notice.connection, notice.kind];
    case 'unknown_word':
      return [notice.event, notice.provider, notice.word];
    case 'target_disabled':
      return [notice.event, notice.target, String(notice.at)];
    case 'origin_disabled':
      return [notice.event, notice.tenant, notice.target, String(notice.at)];
    case 'target_ended':
      return [notice.event, notice.target, String(Math.floor(notice.at / DAY))];
    case 'delivery_parked':
      return [notice.event, notice.target, String(Math.floor(notice.at / HOUR))];
    case 'submission_refused':
      return [notice.event, notice.submission, notice.reason, String(Math.floor(notice.at / HOUR))];
    case 'notices_left_out':
      return [notice.event, notice.tenant, String(Math.floor(notice.at / HOUR))];
    case 'token_expires':
      return [notice.event, notice.token, String(notice.expiresAt), String(notice.ahead)];
    case 'credentials_expire':
      return [notice.event, notice.connection, String(notice.expiresAt)];
  }
};

/** Only a person can mend these, and they get worse until then. opwatch tells them first. */
const URGENT: readonly Notice['event'][] = [
  'credentials_refused',
  'target_ended',
  'token_expires',
  'credentials_expire',
];
export const isUrgent = ({ event }: Pick<Notice, 'event'>): boolean => URGENT.includes(event);

/** A notice as opwatch sends it. docs/notices.schema.json publishes its shape. */
export type NoticeEvent = {
  readonly type: `operator.${Notice['event']}`;
  readonly timestamp: string;
  readonly data: {
    readonly version: 1;
    readonly status: Notice['event'];
    /** The place in opwatch's documentation that tells the cure. */
    readonly help: string;
    readonly watch?: { readonly id: string; readonly url: string };
    readonly connection?: string;
    readonly provider?: string;
    /** The kind of refusal that blocks the watch. */
    readonly kind?: BlockedKind;
    readonly providerStatus?: string;
    readonly target?: string;
    /** The tenant that owns the callbacks or that caused the notices. */
    readonly tenant?: string;
    /** The id of a bearer token. It is no secret. */
    readonly token?: string;
    readonly expiresAt?: string;
    /** The operation that the submission named. */
    readonly submission?: string;
    /** The webhook-id of the delivery. */
    readonly delivery?: string;
    readonly reason?: { readonly code?: string; readonly message: string };
  };
};

const HELP: Readonly<Record<Notice['event'], string>> = {
  credentials_refused: 'docs/operations.md#credentials-refused',
  watch_blocked: 'docs/operations.md#watches-blocked',
  unknown_word: 'docs/operations.md#unknown-word',
  target_disabled: 'docs/operations.md#target-disabled',
  target_ended: 'docs/operations.md#target-ended',
  origin_disabled: 'docs/operations.md#origin-disabled',
  delivery_parked: 'docs/operations.md#deliveries-parked',
  submission_refused: 'docs/operations.md#dead-letters',
  notices_left_out: 'docs/operations.md#notices',
  token_expires: 'docs/operations.md#expiring-soon',
  credentials_expire: 'docs/operations.md#expiring-soon',
};

const iso = (at: number): string => new Date(at).toISOString();

const detailsOf = (notice: Notice, watchUrl: (id: string) => string) => {
  switch (notice.event) {
    case 'credentials_refused':
      return { connection: notice.connection, reason: { code: notice.code, message: notice.message } };
    case 'watch_blocked':
      return {
        connection: notice.connection,
        provider: notice.provider,
        kind: notice.kind,
        reason: { code: notice.code, message: notice.message },
        watch: { id: notice.watch, url: watchUrl(notice.watch) },
      };
    case 'unknown_word':
      return {
        provider: notice.provider,
        providerStatus: notice.word,
        watch: { id: notice.watch, url: watchUrl(notice.watch) },
      };
    case 'target_disabled':
      return { target: notice.target, reason: { message: notice.reason } };
    case 'origin_disabled':
      return { tenant: notice.tenant, target: notice.target, reason: { message: notice.reason } };
    case 'target_ended':
    case 'delivery_parked':
      return {
        target: notice.target,
        delivery: notice.delivery,
        reason: { message: notice.reason },
        watch: { id: notice.watch, url: watchUrl(notice.watch) },
      };
    case 'submission_refused':
      return { submission: notice.submission, reason: { message: notice.reason } };
    case 'notices_left_out':
      return { tenant: notice.tenant };
    case 'token_expires':
      return { tenant: notice.tenant, token: notice.token, expiresAt: iso(notice.expiresAt) };
    case 'credentials_expire':
      return { connection: notice.connection, expiresAt: iso(notice.expiresAt) };
  }
};

export const noticeEventOf = (notice: Notice, watchUrl: (id: string) => string): NoticeEvent => ({
  type: `operator.${notice.event}`,
  timestamp: new Date(notice.at).toISOString(),
  data: { version: 1, status: notice.event, help: HELP[notice.event], ...detailsOf(notice, watchUrl) },
});

export const isNotice = (event: { readonly event: string }): event is Notice =>
  (NOTICES as readonly string[]).includes(event.event);

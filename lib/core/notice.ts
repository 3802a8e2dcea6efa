/** What concerns whoever runs opwatch, and not the owner of a watch: told to the configuration's `operators`. Pure. */
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

/** Texts are as they may be kept: bounded, without secrets. Instants are epoch ms. */
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
      /** The first watch that met it. */
      readonly watch: string;
    }
  | { readonly event: 'unknown_word'; readonly provider: string; readonly word: string; readonly watch: string }
  | { readonly event: 'target_disabled'; readonly target: string; readonly reason: string }
  /** An origin of a tenant's callbacks that only failed. */
  | { readonly event: 'origin_disabled'; readonly tenant: string; readonly target: string; readonly reason: string }
  | {
      /** `target_ended`: by its own words the target is gone for good, and attempts go on. */
      readonly event: 'delivery_parked' | 'target_ended';
      readonly target: string;
      readonly watch: string;
      /** The webhook-id. */
      readonly delivery: string;
      readonly reason: string;
    }
  /** By schedule or direct invoke: the faults are its reason, `submission` says what was to be watched. */
  | { readonly event: 'submission_refused'; readonly submission: string; readonly reason: string }
  /** A tenant's doings have made more notices than are told in an hour. */
  | { readonly event: 'notices_left_out'; readonly tenant: string }
  /** A bearer token of opwatch; `ahead`: how long before its end this is told, ms. */
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
 * What makes two notices the same: it is told once. Refused credentials and a disabled target or origin once each time it begins, a
 * blocked watch once for each connection and kind, a word once, parked
 * deliveries once an hour for each target, and a target that is gone for good once a day, or an outage would be told as often
 * as it has victims; a refused submission once an hour, and that others are left out
 * once an hour for each tenant; each warning of a token, and the end of credentials, once.
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

/** What only a person can mend, and what grows worse until then: it is told before anything else. */
const URGENT: readonly Notice['event'][] = [
  'credentials_refused',
  'target_ended',
  'token_expires',
  'credentials_expire',
];
export const isUrgent = ({ event }: Pick<Notice, 'event'>): boolean => URGENT.includes(event);

/** A notice as it is sent; docs/notices.schema.json publishes it. */
export type NoticeEvent = {
  readonly type: `operator.${Notice['event']}`;
  readonly timestamp: string;
  readonly data: {
    readonly version: 1;
    readonly status: Notice['event'];
    /** Where the cure stands in opwatch's own documentation. */
    readonly help: string;
    readonly watch?: { readonly id: string; readonly url: string };
    readonly connection?: string;
    readonly provider?: string;
    /** Which kind of refusal blocks a watch. */
    readonly kind?: BlockedKind;
    readonly providerStatus?: string;
    readonly target?: string;
    /** Whose callbacks go there, or whose doings have made the notices. */
    readonly tenant?: string;
    /** The id of a bearer token: no secret. */
    readonly token?: string;
    readonly expiresAt?: string;
    /** What was to be watched. */
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

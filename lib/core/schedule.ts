/**
 * The times of looks, attempts and leases, and the ends of patience. Other files import their durations from here.
 * Pure: time and chance come in as numbers. Instants are epoch ms. Durations are ms, unless the name says otherwise.
 */

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const DEADLINE_DEFAULT_MS = DAY;
export const DEADLINE_MAX_MS = 7 * DAY;
/** After its deadline a watch waits this long for its last look when the cloud refuses or does not answer. */
export const LAST_LOOK_SILENCE_MS = 15 * MINUTE;
/**
 * After its deadline a watch waits this long for its last look when opwatch itself cannot look. The cloud may still
 * report an end.
 */
export const LAST_LOOK_WAIT_MS = DAY;
/** A watch that comes back this much too late was delayed by opwatch or its queue, not by the cloud. */
export const LAST_LOOK_OWN_DELAY_MS = 5 * MINUTE;

/** The cloud must refuse looks for at least this long before opwatch calls the watch blocked. */
export const BLOCKED_AFTER_MS = 2 * MINUTE;

/** opwatch keeps ended watches and their deliveries this long. */
export const KEEP_MS = 30 * DAY;

export const CANARY_EVERY_MS = 5 * MINUTE;
/** The length of a canary's operation. The first look finds it under way, the second finds its end. */
export const CANARY_LASTS_MS = 5 * SECOND;
/**
 * The outcome of a canary must arrive within this time. A lost message costs two or three minutes and rings no alarm.
 */
export const CANARY_IN_TIME_MS = 5 * MINUTE;
export const CANARY_DEADLINE_MS = HOUR;
export const CANARY_KEEP_MS = DAY;

/**
 * The lease of an item reaches this far beyond its due time. A lost message costs this much time, never the outcome.
 */
export const LEASE_MS = 10 * MINUTE;
/** The lease of an item whose first message has just gone out. No function has received it yet. */
export const FIRST_LEASE_MS = 2 * MINUTE;
const LEASE_MAX_MS = 12 * HOUR;

/** The lease after `lapses` lapses in a row. It doubles each time, so that an outage does not breed messages. */
export const leaseAfterLapses = (lapses: number): number => Math.min(FIRST_LEASE_MS * 2 ** lapses, LEASE_MAX_MS);

/** SQS hides a message for 12 h at most, counted from its receipt. The function's own work takes a part of that. */
const HIDE_MAX_SECONDS = 12 * 3600 - 300;

/**
 * Returns the seconds to hide a message so that it comes back at `until`. If `until` is too far, it is as late as SQS
 * allows.
 */
export const hideSeconds = (until: number, now: number): number =>
  Math.min(Math.max(Math.ceil((until - now) / SECOND), 0), HIDE_MAX_SECONDS);

/** A wake-up may come this much early, because SQS hides messages for whole seconds. */
export const EARLY_MS = SECOND;

/**
 * Answers whether a function should let a message go, so that the sweep sends a new one. SQS counts receipts
 * (maxReceiveCount is 1,000). It drops a message 14 days after the first send, even a hidden one.
 */
export const isWornOut = (receives: number, sentAt: number, now: number): boolean =>
  receives >= 900 || now - sentAt >= 13 * DAY;

/**
 * The wait of a message after a failure: a minute, or more for a message with many receipts. A function cannot let go
 * of a message whose item it cannot read. So an outage of days must not use up the receipts.
 */
export const againAfter = (receives: number): number => Math.min(Math.max(receives * 2 * SECOND, MINUTE), 30 * MINUTE);

/** The growth of the gap between looks: `factor` x sqrt(seconds since the start), within bounds. */
export type Gap = { readonly factor: number; readonly minMs: number; readonly maxMs: number };

/**
 * A gap that grows with the square root of the age costs the fewest looks for a given delay, if nobody knows the usual
 * length. An operation of T seconds takes about sqrt(T) looks. (Barlow, Hunter and Proschan 1963 with the scale-free
 * prior h = 1/t.)
 */
export const DEFAULT_GAP: Gap = { factor: 2, minMs: 5 * SECOND, maxMs: 5 * MINUTE };

export const gapAt = (ageMs: number, gap: Gap): number =>
  Math.min(Math.max(gap.factor * Math.sqrt(Math.max(ageMs, 0) / SECOND) * SECOND, gap.minMs), gap.maxMs);

/**
 * Moves a due time back to a common tick of the clock, by an eighth of the gap at most. Watches that are due at about
 * the same time then meet in one batch and share receives and calls. Gaps below 16 s stay as they are.
 */
const aligned = (due: number, gapMs: number): number => {
  const step = 2 ** Math.floor(Math.log2(gapMs / 8 / SECOND)) * SECOND;
  return step < 2 * SECOND ? due : Math.floor(due / step) * step;
};

/**
 * Returns the time of the next look for an operation that began at `startedAt`. It is never after `deadline`, the time
 * of the last look.
 */
export const nextLook = (now: number, startedAt: number, deadline: number, gap: Gap): number => {
  const gapMs = gapAt(now - startedAt, gap);
  const due = Math.max(aligned(now + gapMs, gapMs), now + gap.minMs);
  return now < deadline ? Math.min(due, deadline) : due;
};

/**
 * Returns the wait after a look without an answer. It equals the time since the trouble began, so it doubles. It is at
 * least the usual gap and at most five minutes.
 */
export const troubleGap = (troubledMs: number, usualMs: number): number =>
  Math.min(Math.max(usualMs, troubledMs, 5 * SECOND), 5 * MINUTE);

/** opwatch obeys a Retry-After of a cloud up to this wait. */
export const RETRY_AFTER_LOOK_MAX_MS = HOUR;

/** opwatch saves progress alone no more often than this. */
export const PROGRESS_EVERY_MS = 5 * SECOND;

/** opwatch edits a live message no more often than this. Chats allow no more, and people read no faster. */
export const FOLLOW_EVERY_MS = 10 * SECOND;

/** The waits before each delivery attempt, counted from the attempt before (Standard Webhooks 1.0). */
const ATTEMPT_WAITS: readonly number[] = [
  0,
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];
const JITTER = 0.2;
const RETRY_AFTER_MAX_MS = DAY;

/** Returns the longest wait for the next attempt after so many attempts. `isAsked`: the receiver has named the time. */
export const longestWait = (attempts: number, isAsked: boolean): number =>
  Math.max((ATTEMPT_WAITS[attempts] ?? 0) * (1 + JITTER), isAsked ? RETRY_AFTER_MAX_MS : 0);

/**
 * One attempt holds its delivery this long: its time-out and some time to save the result. Then another attempt may
 * begin.
 */
export const CLAIM_MS = 30 * SECOND;

/** A request without a known outcome may still arrive this long after the attempt began. */
export const DOUBT_MS = 2 * MINUTE;

/**
 * Returns the time of the next attempt, or undefined after the last one. `chance` is in [0, 1). opwatch obeys a
 * Retry-After up to a day. It never shortens the wait.
 */
export const nextAttempt = (attempts: number, now: number, chance: number, retryAfterMs = 0): number | undefined => {
  const wait = ATTEMPT_WAITS[attempts];
  if (wait === undefined) return undefined;
  const jittered = wait * (1 - JITTER + 2 * JITTER * chance);
  return now + Math.max(jittered, Math.min(retryAfterMs, RETRY_AFTER_MAX_MS));
};

/** No function sets a lease that ends further ahead: the longest is that of a delivery that sleeps until its attempts are used up. */
export const LEASE_FURTHEST_MS =
  longestWait(ATTEMPT_WAITS.length - 1, true) + ATTEMPT_WAITS.reduce((sum, wait) => sum + wait) + DAY;

/** Returns the time of the last possible attempt, when `attempts` have been made and the next is due at `nextAt`. */
export const lastAttemptAt = (attempts: number, nextAt: number): number =>
  ATTEMPT_WAITS.slice(attempts + 1).reduce((at, wait) => at + wait, nextAt);

/** If the clocks of two functions differ by more than this, one of them is wrong. */
const CLOCKS_APART_MS = 5 * SECOND;

/**
 * Returns a time from a shared item, or 0 when nobody can believe it. A time further ahead than its purpose allows
 * (`aheadMs`) comes from a wrong clock. It must not hold anybody up.
 */
export const believed = (at: number, now: number, aheadMs: number): number =>
  at <= now + aheadMs + CLOCKS_APART_MS ? at : 0;

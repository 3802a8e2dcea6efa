/**
 * When to look, when to try again, when to give up. Every duration of opwatch lives here.
 * Pure: time and chance come in as numbers. Instants are epoch ms, durations ms unless named otherwise.
 */

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const DEADLINE_DEFAULT_MS = DAY;
export const DEADLINE_MAX_MS = 7 * DAY;
/** How long past its deadline a watch waits for its last look: while the cloud refuses or does not answer. */
export const LAST_LOOK_SILENCE_MS = 15 * MINUTE;
/** The same, while opwatch itself cannot look: the cloud may have an end to tell. */
export const LAST_LOOK_WAIT_MS = DAY;
/** A watch that comes back this much later than promised was delayed by opwatch or its queue, not by the cloud. */
export const LAST_LOOK_OWN_DELAY_MS = 5 * MINUTE;

/** How long looks are refused, at least, before a person is told that the watch is blocked. */
export const BLOCKED_AFTER_MS = 2 * MINUTE;

/** How long what has ended is kept for reading. */
export const KEEP_MS = 30 * DAY;

export const CANARY_EVERY_MS = 5 * MINUTE;
/** How long an operation of the canary goes on: the first look finds it under way, the second finds its end. */
export const CANARY_LASTS_MS = 5 * SECOND;
/** Within this its outcome is delivered: a lost message, which costs two or three minutes, rings no alarm. */
export const CANARY_IN_TIME_MS = 5 * MINUTE;
export const CANARY_DEADLINE_MS = HOUR;
export const CANARY_KEEP_MS = DAY;

/** How far ahead of its due time an item stays out of the sweep's sight: a lost message costs this much, never the outcome. */
export const LEASE_MS = 10 * MINUTE;
/** The same for an item whose first message has just been sent: nobody has had it in hand yet. */
export const FIRST_LEASE_MS = 2 * MINUTE;
const LEASE_MAX_MS = 12 * HOUR;

/** The lease after `lapses` lapses in a row: doubled each time, so that an outage does not breed messages. */
export const leaseAfterLapses = (lapses: number): number => Math.min(FIRST_LEASE_MS * 2 ** lapses, LEASE_MAX_MS);

/** SQS hides a message for at most 12 h from its receipt; a function's own work has to fit in beside it. */
const HIDE_MAX_SECONDS = 12 * 3600 - 300;

/** The seconds to hide a message so that it comes back at `until` or, when that is too far, as late as SQS allows. */
export const hideSeconds = (until: number, now: number): number =>
  Math.min(Math.max(Math.ceil((until - now) / SECOND), 0), HIDE_MAX_SECONDS);

/** A wake-up this much early is on time: hides are counted in whole seconds. */
export const EARLY_MS = SECOND;

/**
 * When a message should be let go and sent anew: SQS counts its receipts (maxReceiveCount is 1,000) and drops it 14 days
 * after it was first sent, however often it was hidden.
 */
export const isWornOut = (receives: number, sentAt: number, now: number): boolean =>
  receives >= 900 || now - sentAt >= 13 * DAY;

/**
 * How long a message waits that could not be handled: a minute, and for one that has been received often about the gap of
 * a watch looked at so often. Nobody can let go of a message whose item cannot be read, so an outage of days must not use
 * up its receipts.
 */
export const againAfter = (receives: number): number => Math.min(Math.max(receives * 2 * SECOND, MINUTE), 30 * MINUTE);

/** How the gap between looks grows: `factor` x sqrt(seconds since the start), within bounds. */
export type Gap = { readonly factor: number; readonly minMs: number; readonly maxMs: number };

/**
 * Of all schedules that know nothing about how long an operation takes, a gap growing with the square root of its age
 * costs the least looks for the same delay: an operation of T seconds takes about sqrt(T) looks. (Barlow, Hunter and
 * Proschan 1963 with the scale-free prior h = 1/t.)
 */
export const DEFAULT_GAP: Gap = { factor: 2, minMs: 5 * SECOND, maxMs: 5 * MINUTE };

export const gapAt = (ageMs: number, gap: Gap): number =>
  Math.min(Math.max(gap.factor * Math.sqrt(Math.max(ageMs, 0) / SECOND) * SECOND, gap.minMs), gap.maxMs);

/**
 * Moves a due time back to a common tick of the wall clock, at most an eighth of the gap, so that what is due at about
 * the same time meets in one batch and can share receives and calls. Gaps below 16 s are left alone.
 */
const aligned = (due: number, gapMs: number): number => {
  const step = 2 ** Math.floor(Math.log2(gapMs / 8 / SECOND)) * SECOND;
  return step < 2 * SECOND ? due : Math.floor(due / step) * step;
};

/** When to look again at an operation that began at `startedAt`, never after `deadline` (the last look is made there). */
export const nextLook = (now: number, startedAt: number, deadline: number, gap: Gap): number => {
  const gapMs = gapAt(now - startedAt, gap);
  const due = Math.max(aligned(now + gapMs, gapMs), now + gap.minMs);
  return now < deadline ? Math.min(due, deadline) : due;
};

/**
 * The wait after a look that brought no answer: as long as it has been so already (so it doubles), from the usual gap up
 * to five minutes.
 */
export const troubleGap = (troubledMs: number, usualMs: number): number =>
  Math.min(Math.max(usualMs, troubledMs, 5 * SECOND), 5 * MINUTE);

/** A cloud's own wish for a later look is obeyed up to an hour. */
export const RETRY_AFTER_LOOK_MAX_MS = HOUR;

/** Progress alone is written down no more often than this. */
export const PROGRESS_EVERY_MS = 5 * SECOND;

/** A message that follows an operation is not changed more often than this: chats allow no more, and nobody reads faster. */
export const FOLLOW_EVERY_MS = 10 * SECOND;

/** Delivery attempts, as Standard Webhooks 1.0 has them: the wait before each, after the one before it. */
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

/** The longest that a delivery of so many attempts may wait for the next one; `isAsked`: its receiver has named the time. */
export const longestWait = (attempts: number, isAsked: boolean): number =>
  Math.max((ATTEMPT_WAITS[attempts] ?? 0) * (1 + JITTER), isAsked ? RETRY_AFTER_MAX_MS : 0);

/** How long one attempt may hold a delivery before another may be made: the attempt's own time-out and room to record it. */
export const CLAIM_MS = 30 * SECOND;

/** How long the request of an attempt without a known outcome may still arrive, from the beginning of the attempt. */
export const DOUBT_MS = 2 * MINUTE;

/**
 * When to try a delivery again after `attempts` attempts, or undefined when they are used up.
 * `chance` is in [0, 1). A receiver's Retry-After is obeyed up to a day, and never shortens the wait.
 */
export const nextAttempt = (attempts: number, now: number, chance: number, retryAfterMs = 0): number | undefined => {
  const wait = ATTEMPT_WAITS[attempts];
  if (wait === undefined) return undefined;
  const jittered = wait * (1 - JITTER + 2 * JITTER * chance);
  return now + Math.max(jittered, Math.min(retryAfterMs, RETRY_AFTER_MAX_MS));
};

/** When the last attempt would be made at a delivery that has had `attempts`, the next of them due at `nextAt`. */
export const lastAttemptAt = (attempts: number, nextAt: number): number =>
  ATTEMPT_WAITS.slice(attempts + 1).reduce((at, wait) => at + wait, nextAt);

/** The clocks of two functions that are further apart than this: one of them is wrong. */
const CLOCKS_APART_MS = 5 * SECOND;

/**
 * A time that another function wrote into a shared item, as far as it can be believed. One that lies further ahead than its
 * purpose allows (`aheadMs`) comes from a wrong clock and counts as long past: it must not hold anybody up.
 */
export const believed = (at: number, now: number, aheadMs: number): number =>
  at <= now + aheadMs + CLOCKS_APART_MS ? at : 0;

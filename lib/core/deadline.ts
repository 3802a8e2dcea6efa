/**
 * The time after a deadline. opwatch owes the watch one last look, even a late one. Pure. Instants are epoch ms.
 *
 * A look can be missing for two kinds of reasons. First, the cloud refuses or does not answer. After fifteen minutes of
 * that the watch has timed out. Second, opwatch itself cannot look. Then the watch waits up to a day, because the cloud
 * may still report an end.
 */
import { LAST_LOOK_OWN_DELAY_MS, LAST_LOOK_SILENCE_MS, LAST_LOOK_WAIT_MS } from './schedule.ts';
import { sentence } from './sentences.ts';

/** The reason for a missing look or answer, in the words of the cloud or of opwatch. */
export type Missed = {
  readonly cause:
    | 'unanswered' // The cloud gave no answer, or none that makes sense.
    | 'refused' // The cloud refuses the request or the credentials.
    | 'paused' // The cloud wants fewer calls.
    | 'full' // All calls that the connection may make are taken.
    | 'no_secret' // opwatch cannot read the credentials.
    | 'fault'; // opwatch has a fault, or lacks the configuration.
  readonly code: string;
  readonly message: string;
};

/** The last answer of the cloud that opwatch saved. */
export type Heard = { readonly at: number } & ({ readonly word: string } | { readonly shows: string });

export type Overdue = {
  /** The time when a poller first received the watch after its deadline. */
  readonly since: number;
  /** The cloud alone has caused the missing look since `since`. The watch was to come back at `backAt`. */
  readonly silence?: { readonly since: number; readonly backAt: number };
};

const isOfCloud = ({ cause }: Missed): boolean => cause === 'unanswered' || cause === 'refused' || cause === 'paused';

/**
 * Handles a receipt after the deadline that brings no answer. Returns the time until which the watch waits, or the end
 * of the wait. The silence of the cloud begins anew after a delay of opwatch, because nobody knows the answer of the
 * cloud in that time.
 */
export const waitOn = (
  before: Overdue | undefined,
  missed: Missed,
  backAt: number,
  now: number,
): { readonly backAt: number; readonly overdue: Overdue } | 'over' => {
  const since = before?.since ?? now;
  const lastAt = since + LAST_LOOK_WAIT_MS;
  if (now >= lastAt) return 'over';
  if (!isOfCloud(missed)) return { backAt: Math.min(backAt, lastAt), overdue: { ...before, since } };
  const isUnbroken = before?.silence !== undefined && now <= before.silence.backAt + LAST_LOOK_OWN_DELAY_MS;
  const silentSince = isUnbroken ? before.silence.since : now;
  const silentUntil = silentSince + LAST_LOOK_SILENCE_MS;
  if (now >= silentUntil) return 'over';
  const next = Math.min(backAt, silentUntil, lastAt);
  return { backAt: next, overdue: { since, silence: { since: silentSince, backAt: next } } };
};

const iso = (at: number): string => new Date(at).toISOString();

const lastHeard = (heard: Heard | undefined): string => {
  if (!heard) return sentence('never_heard');
  const word = 'word' in heard ? heard.word : sentence('not_found_then', { shows: heard.shows });
  return sentence('last_heard', { at: iso(heard.at), word });
};

/** Writes the note of a watch whose last look brought no end. */
export const noteOfLastLook = (heard: Heard): string => {
  const at = iso(heard.at);
  return 'word' in heard
    ? sentence('not_over', { at, word: heard.word })
    : sentence('not_found', { at, shows: heard.shows });
};

/** Writes the note of a watch whose last look failed or got no answer. */
export const noteOfNoLook = (
  overdue: Overdue | undefined,
  missed: Missed,
  heard: Heard | undefined,
  now: number,
): string => {
  const since = (isOfCloud(missed) ? overdue?.silence?.since : overdue?.since) ?? now;
  return sentence('no_last_answer', {
    heard: lastHeard(heard),
    since: iso(since),
    until: iso(now),
    why: sentence(missed.cause),
    code: missed.code,
    fault: missed.message,
  });
};

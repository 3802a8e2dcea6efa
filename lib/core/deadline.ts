/**
 * What happens past a deadline. opwatch owes the watch one last look, however late it is. Pure; instants are epoch ms.
 *
 * A look may be missing for two kinds of reasons. Either the cloud refuses or does not answer: after fifteen minutes of that
 * the watch has timed out. Or opwatch itself cannot look: then the watch waits on, up to a day, because the cloud may have an
 * end to tell.
 */
import { LAST_LOOK_OWN_DELAY_MS, LAST_LOOK_SILENCE_MS, LAST_LOOK_WAIT_MS } from './schedule.ts';
import { sentence } from './sentences.ts';

/** Why a look could not be made, or brought no answer; with the words of the cloud or of opwatch. */
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

/** The last answer of the cloud that was written down. */
export type Heard = { readonly at: number } & ({ readonly word: string } | { readonly shows: string });

export type Overdue = {
  /** When a poller first received the watch after its deadline. */
  readonly since: number;
  /** Since when the cloud alone is the reason for the missing look, and when the watch was to be back. */
  readonly silence?: { readonly since: number; readonly backAt: number };
};

const isOfCloud = ({ cause }: Missed): boolean => cause === 'unanswered' || cause === 'refused' || cause === 'paused';

/**
 * A receipt past the deadline that brings no answer: until when the watch waits, or that waiting is over. The silence of the
 * cloud begins anew after a delay of opwatch's own, because nobody knows what the cloud would have said meanwhile.
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

/** The note of a watch whose last look brought no end. */
export const noteOfLastLook = (heard: Heard): string => {
  const at = iso(heard.at);
  return 'word' in heard
    ? sentence('not_over', { at, word: heard.word })
    : sentence('not_found', { at, shows: heard.shows });
};

/** The note of a watch whose last look could not be made, or was not answered. */
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

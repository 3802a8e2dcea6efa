/**
 * Applies a look to a watch. The look saw the operation, did not find it, or got no answer. Pure: no I/O, no clock, no
 * chance. Instants are epoch ms. The rules stand at the top of watch.ts.
 */
import { type Blocked, isBlocking, oneMore, refusalKindOf } from './blocked.ts';
import { type Heard, type Missed, noteOfLastLook, noteOfNoLook, waitOn } from './deadline.ts';
import { type LookError, NotConfigured, RetryLater } from './errors.ts';
import { CODE_BYTES, credible, factsAfter, TEXT_BYTES } from './facts.ts';
import { usualLook } from './next-look.ts';
import type { Observation } from './observation.ts';
import { BLOCKED_AFTER_MS, FOLLOW_EVERY_MS, RETRY_AFTER_LOOK_MAX_MS, troubleGap } from './schedule.ts';
import { sentence } from './sentences.ts';
import { plain } from './text.ts';
import { ended, enter, isOver, type LookPolicy, type Owed, owing, owingAside, type Watch } from './watch.ts';

type Seen = Observation & { kind: 'seen' };

/** Identifies the progress of an operation. Followers get no message while this key stays the same. */
const progressKey = ({ history, progress }: Watch): string => JSON.stringify([history.at(-1)?.at, progress]);

/**
 * Owes the followers the progress when it is new. Progress that comes too soon after the last one waits for a later
 * look.
 */
const owingProgress = (watch: Watch, now: number, followers: readonly string[]): Watch => {
  const what = progressKey(watch);
  const isNews = watch.told?.what !== what && now - (watch.told?.at ?? Number.NEGATIVE_INFINITY) >= FOLLOW_EVERY_MS;
  if (followers.length === 0 || !isNews) return watch;
  const debt: Owed = { event: 'progress', at: now, to: followers };
  // All targets get the attention event. It also tells the followers the progress.
  return { ...watch, told: { at: now, what }, owed: watch.status === 'attention' ? watch.owed : [...watch.owed, debt] };
};

/** Returns a sentence for people when the cloud shows another run than the one that this watch follows. */
const otherRun = (watch: Watch, { run, word }: Seen): string | undefined => {
  if (run === undefined) return undefined;
  const reported = watch.earlierRuns?.find((earlier) => earlier.run === run);
  if (reported) return sentence('reported_run', { word, watch: reported.watch });
  return watch.run === undefined || watch.run === run ? undefined : sentence('another_run', { word });
};

const seen = (watch: Watch, shown: Seen, now: number, policy: LookPolicy): Watch => {
  const sight = {
    ...shown,
    word: plain(shown.word, CODE_BYTES),
    ...(shown.run && { run: plain(shown.run, CODE_BYTES) }),
  };
  const { word, run = watch.run } = sight;
  const reported = watch.unknownWords ?? [];
  const { progress: before, trouble: _t, evidence: _e, waits: _w, graceFrom: _g, ...rest } = watch;
  // Only the cloud itself may report a percentage for a success. For other ends the last percentage is useful.
  const progress = sight.progress ?? (sight.status === 'succeeded' ? undefined : before);
  const next: Watch = {
    ...rest,
    seenAt: watch.seenAt ?? now,
    misses: 0,
    facts: factsAfter(watch.facts, watch, sight.facts ?? {}, sight, now),
    memo: sight.memo ?? watch.memo,
    ...(progress && { progress }),
    ...(run !== undefined && { run }),
    ...(!sight.known && !reported.includes(word) && { unknownWords: [...reported, word].slice(-5) }),
  };
  const entered = enter(next, sight.status, now, word);
  if (isOver(sight.status)) return owing({ ...entered, ...aboutEnd(sight), endedAt: now }, sight.status, now);
  const isWaiting = sight.status === 'attention' && watch.status !== 'attention';
  return owingProgress(isWaiting ? owing(entered, 'attention', now) : entered, now, policy.followers ?? []);
};

const aboutEnd = ({ evidence, note }: Seen): Pick<Watch, 'evidence' | 'note'> => ({
  ...(evidence && { evidence }),
  ...(note !== undefined && { note: plain(note, TEXT_BYTES) }),
});

type Answer = Exclude<Observation, { kind: 'unanswered' }>;

/** Returns the answer about the run of this watch. An answer about another run counts as "not found". */
const ofOwnRun = (watch: Watch, answer: Answer): Answer => {
  if (answer.kind !== 'seen') return answer;
  const word = plain(answer.word, CODE_BYTES);
  const shows = otherRun(watch, { ...answer, word, ...(answer.run && { run: plain(answer.run, CODE_BYTES) }) });
  const requestId = answer.facts?.requestId;
  return shows === undefined ? answer : { kind: 'absent', shows, ...(requestId !== undefined && { requestId }) };
};

/**
 * Answers whether the cloud may still not know the operation: for some time after the submission, or after another job
 * ended.
 */
const isInGrace = ({ seenAt, waits, graceFrom, submittedAt }: Watch, now: number, graceMs: number): boolean => {
  if (waits) return true;
  return graceFrom === undefined ? seenAt === undefined && now < submittedAt + graceMs : now < graceFrom + graceMs;
};

const absent = (watch: Watch, absence: Observation & { kind: 'absent' }, now: number, policy: LookPolicy): Watch => {
  const { trouble: _, waits, ...rest } = watch;
  const known: Watch = {
    ...rest,
    memo: absence.memo ?? watch.memo,
    facts: { ...watch.facts, ...(absence.requestId !== undefined && credible({ requestId: absence.requestId }, now)) },
  };
  if (absence.waits) return { ...known, waits: true };
  const atRest: Watch = { ...known, ...(waits && { graceFrom: now }) };
  // One answer alone ends no watch while another look will follow. It may come from a replica that lags.
  const isFirst = watch.seenAt === undefined && (watch.heard?.at ?? now) >= now && now < watch.deadline;
  const isEarly = (isFirst && !absence.unanswered) || isInGrace(atRest, now, policy.graceMs);
  // A miss of an operation that no look has seen is not worth a write, because the grace time bounds these looks.
  // Nothing bounds a silence.
  const isCounted = watch.seenAt !== undefined || absence.unanswered !== undefined;
  const next: Watch = { ...atRest, misses: isCounted && !isEarly ? watch.misses + 1 : watch.misses };
  const shows = plain(absence.shows, TEXT_BYTES);
  if (isEarly && !(absence.forgotten && watch.seenAt !== undefined)) return next;
  if (absence.forgotten || !isCounted) return ended(next, 'lost', now, shows);
  return next.misses < policy.missesUntilLost ? next : ended(next, 'lost', now, shows);
};

/** Ends the trouble after an answer. Targets that heard of the trouble also hear of its end. */
const heardFrom = (after: Watch, before: Watch, heard: Heard, followers: readonly string[]): Watch => {
  const { refusals: _r, overdue: _o, blocked, ...rest } = after;
  const next: Watch = { ...rest, heard };
  // The end already tells everything.
  if (isOver(next.status) || heard.at >= next.deadline) return next;
  const unblocked = blocked ? owingAside(next, 'unblocked', { at: heard.at }) : next;
  if (before.status !== 'attention' || next.status === 'attention') return unblocked;
  // The followers hear the same by the progress event.
  const to = next.notify.filter((target) => !followers.includes(target));
  if (to.length === 0) return unblocked;
  return owingAside(unblocked, 'resumed', { at: heard.at, ...(followers.length > 0 && { to }) });
};

const inTrouble = (watch: Watch, { code, message }: Pick<Missed, 'code' | 'message'>, now: number) => ({
  since: watch.trouble?.since ?? now,
  code: plain(code, CODE_BYTES),
  message: plain(message, TEXT_BYTES),
});

const unanswered = (watch: Watch, error: LookError, now: number): Watch => {
  const next: Watch = { ...watch, trouble: inTrouble(watch, error, now) };
  const kind = refusalKindOf(error);
  if (!kind || watch.blocked) return next;
  const refusals = oneMore(watch.refusals, now);
  if (!isBlocking(refusals, now)) return { ...next, refusals };
  const { code, message } = inTrouble(watch, error, now);
  const blocked: Blocked = { since: refusals.since, kind, code, message };
  return owingAside({ ...next, refusals, blocked }, 'blocked', { at: now });
};

const heardIn = (answer: Answer, now: number): Heard =>
  answer.kind === 'seen'
    ? { at: now, word: plain(answer.word, CODE_BYTES) }
    : { at: now, shows: plain(answer.shows, TEXT_BYTES) };

/** Returns the last answer on record. A watch of an earlier release has only its history. */
const lastHeard = ({ heard, history }: Watch): Heard | undefined => {
  if (heard) return heard;
  const entry = history.findLast(({ word }) => word !== undefined);
  return entry?.word === undefined ? undefined : { at: entry.at, word: entry.word };
};

/** Decides about a watch past its deadline that got no answer: it waits for its last look, or it has timed out. */
const overdue = (watch: Watch, missed: Missed, backAt: number, now: number): Watch => {
  const wait = waitOn(watch.overdue, missed, backAt, now);
  if (wait === 'over')
    return ended(watch, 'timed_out', now, noteOfNoLook(watch.overdue, missed, lastHeard(watch), now));
  return { ...watch, overdue: wait.overdue, nextLookAt: wait.backAt };
};

/**
 * Applies an observation. Returns the new watch and the time of its next look. A watch that is over comes back
 * unchanged. A repeated observation changes no status and adds no debt, so a writer that lost a race applies it again.
 * The next look counts from `from`. All looks of a batch share this moment. The default is `now`.
 */
export const decide = (
  watch: Watch,
  observation: Observation,
  now: number,
  policy: LookPolicy,
  from: number = now,
): Watch => {
  if (isOver(watch.status)) return watch;
  if (observation.kind === 'unanswered') return afterNoAnswer(watch, observation.error, now, policy, from);
  const answer = ofOwnRun(watch, observation);
  const decided = answer.kind === 'seen' ? seen(watch, answer, now, policy) : absent(watch, answer, now, policy);
  const silence = answer.kind === 'absent' ? answer.unanswered : undefined;
  if (silence) return afterSilence(watch, decided, silence, now, usualLook(decided, from, policy));
  const heard = heardIn(answer, now);
  const looked: Watch = { ...heardFrom(decided, watch, heard, policy.followers ?? []), lookedAt: now };
  if (isOver(looked.status)) return looked;
  if (now >= watch.deadline) return ended(looked, 'timed_out', now, noteOfLastLook(heard));
  return { ...looked, nextLookAt: Math.min(usualLook(looked, from, policy), looked.deadline) };
};

const afterNoAnswer = (watch: Watch, error: LookError, now: number, policy: LookPolicy, from: number): Watch => {
  // Where the configuration lacks what a look needs, no cloud was asked.
  const isAsked = !(error instanceof NotConfigured);
  const looked: Watch = { ...unanswered(watch, error, now), ...(isAsked && { lookedAt: now }) };
  const nextLookAt = afterTrouble(looked, error, usualLook(looked, from, policy), now);
  if (now < watch.deadline) return { ...looked, nextLookAt: Math.min(nextLookAt, watch.deadline) };
  const { code, message } = inTrouble(watch, error, now);
  return overdue(looked, { cause: causeOf(error), code, message }, nextLookAt, now);
};

/**
 * Handles a cloud that may have forgotten the operation and says nothing. The watch waits for an answer or for more
 * misses.
 */
const afterSilence = (watch: Watch, missed: Watch, error: LookError, now: number, usual: number): Watch => {
  if (isOver(missed.status)) return { ...missed, lookedAt: now };
  const trouble = inTrouble(watch, error, now);
  const looked: Watch = { ...missed, trouble, lookedAt: now };
  if (now < watch.deadline) return { ...looked, nextLookAt: Math.min(usual, watch.deadline) };
  return overdue(looked, { cause: causeOf(error), ...trouble }, usual, now);
};

const causeOf = (error: LookError): Missed['cause'] => {
  const kind = refusalKindOf(error);
  if (kind === undefined) return 'unanswered';
  return kind === 'not_configured' ? 'fault' : 'refused';
};

const afterTrouble = (watch: Watch, error: LookError, usual: number, now: number): number => {
  const wish = error instanceof RetryLater ? (error.afterMs ?? 0) : 0;
  const wait = troubleGap(now - (watch.trouble?.since ?? now), usual - now);
  const next = now + Math.max(wait, Math.min(wish, RETRY_AFTER_LOOK_MAX_MS));
  // The look that decides whether the watch is blocked keeps its time.
  const blockedAt = watch.refusals && !watch.blocked ? watch.refusals.since + BLOCKED_AFTER_MS : now;
  return wish === 0 && blockedAt > now ? Math.min(next, blockedAt) : next;
};

/**
 * Applies a look that could not be made. The watch comes back at `backAt`. Before the deadline only our own faults
 * leave a note. After it the watch waits for its last look, or has timed out.
 */
export const waited = (watch: Watch, missed: Missed, backAt: number, now: number): Watch => {
  if (isOver(watch.status)) return watch;
  const noted: Watch = missed.cause === 'fault' ? { ...watch, trouble: inTrouble(watch, missed, now) } : watch;
  if (now >= watch.deadline) return overdue(noted, missed, backAt, now);
  return noted === watch ? watch : { ...noted, nextLookAt: Math.min(backAt, watch.deadline) };
};

/**
 * The core: what a watch is, and what a look means for it.
 *
 * The rules, which everything else relies on:
 *  1. Only the cloud's words make an operation succeeded, partial, failed or canceled. That we could not look, ran out of
 *     time or were forgotten are outcomes of their own (lost, timed_out, stopped).
 *  2. An end is final: nothing changes a watch that is over, but targets that join and debts that are settled.
 *  3. The write that ends a watch also owes its announcement; the debt goes only when every delivery exists.
 *  4. An unknown word keeps the watch running and is reported once.
 *
 * Pure: no I/O, no clock, no chance. Instants are epoch ms.
 */
import { type Blocked, isBlocking, oneMore, type Refusals, refusalKindOf } from './blocked.ts';
import { type Heard, type Missed, noteOfLastLook, noteOfNoLook, type Overdue, waitOn } from './deadline.ts';
import { type LookError, RetryLater } from './errors.ts';
import { CODE_BYTES, credible, factsAfter, TEXT_BYTES } from './facts.ts';
import type { CloudStatus, Evidence, Facts, Memo, Observation, Progress } from './observation.ts';
import {
  BLOCKED_AFTER_MS,
  DAY,
  FOLLOW_EVERY_MS,
  type Gap,
  nextLook,
  RETRY_AFTER_LOOK_MAX_MS,
  troubleGap,
} from './schedule.ts';
import { plain } from './text.ts';

export type Status = CloudStatus | 'lost' | 'timed_out' | 'stopped';

const OVER = ['succeeded', 'partial', 'failed', 'canceled', 'lost', 'timed_out', 'stopped'] as const;
export type EndStatus = (typeof OVER)[number];

export const STATUSES: readonly Status[] = ['pending', 'running', 'attention', ...OVER];

export const isOver = (status: Status): status is EndStatus => (OVER as readonly Status[]).includes(status);

/** An event that is told while the operation goes on and that is no status: with the status and the reason of that moment. */
export type Aside = {
  readonly event: 'resumed' | 'blocked' | 'unblocked';
  readonly status: Status;
  readonly blocked?: Blocked;
};

/** An announcement owed: to everybody the watch names, or to those who joined after it had been made. */
export type Owed = ({ readonly event: 'attention' | 'progress' | EndStatus } | Aside) & {
  readonly at: number;
  readonly word?: string;
  readonly to?: readonly string[];
};

export type Watch = {
  readonly id: string;
  readonly tenant: string;
  readonly provider: string;
  readonly connection: string;
  readonly operation: Readonly<Record<string, string>>;
  readonly generation: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Target names and https callbacks, in the order they joined. */
  readonly notify: readonly string[];
  readonly submittedAt: number;
  readonly deadline: number;

  readonly status: Status;
  /** The cloud's own word for its state, as last seen. */
  readonly word?: string;
  readonly evidence?: Evidence;
  /** The run it is bound to: the first one that was seen. */
  readonly run?: string;
  /** Runs whose ends earlier generations of this name have reported, the newest last: none of them ends this watch. */
  readonly earlierRuns?: readonly { readonly watch: string; readonly run: string }[];
  readonly progress?: Progress;
  readonly facts: Facts;
  readonly memo: Memo;
  /** Undocumented words already reported. */
  readonly unknownWords?: readonly string[];
  /** First look that saw the operation. */
  readonly seenAt?: number;
  /** Looks in a row that missed an operation seen before. */
  readonly misses: number;
  /** Whether the last look found the cloud busy with something else, and when it was first found at rest after that. */
  readonly waits?: true;
  readonly graceFrom?: number;
  /** The last answer of the cloud that was written down. */
  readonly heard?: Heard;
  /**
   * Since when looks have brought nothing, and why. A reason that concerns the whole connection is kept with its lane, and
   * not here.
   */
  readonly trouble?: { readonly since: number; readonly code: string; readonly message: string };
  readonly refusals?: Refusals;
  /** The cloud refuses the looks, and asking again cannot help: its targets have been told. */
  readonly blocked?: Blocked;
  /** Its deadline is over, and the last look is still owed. */
  readonly overdue?: Overdue;
  /** When we learned the end. */
  readonly endedAt?: number;
  /** What a person should know about an end that is not the cloud's plain word. */
  readonly note?: string;
  readonly history: readonly { readonly at: number; readonly status: Status; readonly word?: string }[];

  /** Looks made up to the last write. Looks that change nothing are not written down: the next write counts them. */
  readonly looks: number;
  readonly lookedAt?: number;
  readonly nextLookAt: number;
  readonly owed: readonly Owed[];
  /** How far it had got when that was last told, for targets that follow it. */
  readonly told?: { readonly at: number; readonly what: string };
};

/** How an operation is looked at: its API's habits and the configured gap. */
export type Habits = {
  readonly graceMs: number;
  readonly missesUntilLost: number;
  readonly forgetsAfterMs?: number;
  readonly gap: Gap;
  /** Targets that are told how far it has got, as it goes on. */
  readonly followers?: readonly string[];
};

type Seen = Observation & { kind: 'seen' };

const HISTORY_MAX = 20;
const LOOKS_PROJECTED_MAX = 10_000;

/** Age counts from the cloud's own start where it is known and credible, else from submission. */
const startOf = (watch: Watch): number => {
  const told = watch.facts.startedAt ?? watch.submittedAt;
  return told > watch.submittedAt - 7 * DAY ? Math.min(told, watch.submittedAt) : watch.submittedAt;
};

/** A cloud that forgets what has ended must be asked at least twice in the time it remembers. */
const gapFor = (habits: Habits): Gap =>
  habits.forgetsAfterMs === undefined
    ? habits.gap
    : { ...habits.gap, maxMs: Math.min(habits.gap.maxMs, habits.forgetsAfterMs / 2) };

const enter = (watch: Watch, status: Status, now: number, word: string | undefined): Watch => {
  if (watch.status === status && watch.word === word) return watch;
  const said = word !== undefined && { word };
  // The middle of a long to and fro is dropped, never its beginning.
  const kept = watch.history.length < HISTORY_MAX ? watch.history : watch.history.toSpliced(1, 1);
  return { ...watch, status, ...said, history: [...kept, { at: now, status, ...said }] };
};

type Told = Pick<Owed, 'at' | 'to'>;

const withDebt = (watch: Watch, event: { readonly event: 'attention' | EndStatus } | Aside, told: Told): Watch => ({
  ...watch,
  owed: [...watch.owed, { ...event, ...(watch.word !== undefined && { word: watch.word }), ...told }],
});

const owing = (watch: Watch, event: 'attention' | EndStatus, now: number): Watch =>
  withDebt(watch, { event }, { at: now });

const owingAside = (watch: Watch, event: Aside['event'], told: Told): Watch =>
  withDebt(watch, { event, status: watch.status, ...(watch.blocked && { blocked: watch.blocked }) }, told);

const ended = (watch: Watch, status: EndStatus, now: number, note: string): Watch => {
  const { refusals: _r, blocked: _b, overdue: _o, ...rest } = enter(watch, status, now, watch.word);
  return owing({ ...rest, endedAt: now, note }, status, now);
};

/** Owes its followers how far it has got, where that is news; too hasty news waits for a later look. */
const owingProgress = (watch: Watch, now: number, followers: readonly string[]): Watch => {
  const what = JSON.stringify([watch.history.at(-1)?.at, watch.progress]);
  const isNews = watch.told?.what !== what && now - (watch.told?.at ?? Number.NEGATIVE_INFINITY) >= FOLLOW_EVERY_MS;
  if (followers.length === 0 || !isNews) return watch;
  const debt: Owed = { event: 'progress', at: now, to: followers };
  // That it waits for a person is told to everybody as it is, and to them by that.
  return { ...watch, told: { at: now, what }, owed: watch.status === 'attention' ? watch.owed : [...watch.owed, debt] };
};

/** Whose sight it is, where it is none of this watch's run: in words for a person. */
const otherRun = (watch: Watch, { run, word }: Seen): string | undefined => {
  if (run === undefined) return undefined;
  const reported = watch.earlierRuns?.find((earlier) => earlier.run === run);
  if (reported) return `the cloud shows ${word} of a run that watch ${reported.watch} has reported`;
  return watch.run === undefined || watch.run === run ? undefined : `the cloud shows ${word} of another run`;
};

const seen = (watch: Watch, told: Seen, now: number, habits: Habits): Watch => {
  const sight = { ...told, word: plain(told.word, CODE_BYTES), ...(told.run && { run: plain(told.run, CODE_BYTES) }) };
  const { word, run = watch.run } = sight;
  const reported = watch.unknownWords ?? [];
  const { progress: before, trouble: _t, evidence: _e, waits: _w, graceFrom: _g, ...rest } = watch;
  // Of what is done, only the cloud itself may still say "80 %"; where something stopped short, it is good to know.
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
  return owingProgress(isWaiting ? owing(entered, 'attention', now) : entered, now, habits.followers ?? []);
};

const aboutEnd = ({ evidence, note }: Seen): Pick<Watch, 'evidence' | 'note'> => ({
  ...(evidence && { evidence }),
  ...(note !== undefined && { note: plain(note, TEXT_BYTES) }),
});

type Answer = Exclude<Observation, { kind: 'unanswered' }>;

/** What the cloud says of this watch's own run: the sight of another run is none of it. */
const ofOwnRun = (watch: Watch, answer: Answer): Answer => {
  if (answer.kind !== 'seen') return answer;
  const word = plain(answer.word, CODE_BYTES);
  const shows = otherRun(watch, { ...answer, word, ...(answer.run && { run: plain(answer.run, CODE_BYTES) }) });
  const requestId = answer.facts?.requestId;
  return shows === undefined ? answer : { kind: 'absent', shows, ...(requestId !== undefined && { requestId }) };
};

/** Whether the cloud may still not know the operation: for a while after submission, or after it was busy with something else. */
const isInGrace = ({ seenAt, waits, graceFrom, submittedAt }: Watch, now: number, graceMs: number): boolean => {
  if (waits) return true;
  return graceFrom === undefined ? seenAt === undefined && now < submittedAt + graceMs : now < graceFrom + graceMs;
};

const absent = (watch: Watch, absence: Observation & { kind: 'absent' }, now: number, habits: Habits): Watch => {
  const { trouble: _, waits, ...rest } = watch;
  const known: Watch = {
    ...rest,
    memo: absence.memo ?? watch.memo,
    facts: { ...watch.facts, ...(absence.requestId !== undefined && credible({ requestId: absence.requestId }, now)) },
  };
  if (absence.waits) return { ...known, waits: true };
  const atRest: Watch = { ...known, ...(waits && { graceFrom: now }) };
  const isEarly = isInGrace(atRest, now, habits.graceMs);
  // Looks that miss what was never seen are not worth a write each: the grace time bounds them.
  const next: Watch = { ...atRest, misses: watch.seenAt === undefined || isEarly ? watch.misses : watch.misses + 1 };
  const shows = plain(absence.shows, TEXT_BYTES);
  if (isEarly && !(absence.forgotten && watch.seenAt !== undefined)) return next;
  if (absence.forgotten || watch.seenAt === undefined) return ended(next, 'lost', now, shows);
  return next.misses < habits.missesUntilLost ? next : ended(next, 'lost', now, shows);
};

/** After an answer: what kept the looks from bringing one is over, and those who were told of it are told that, too. */
const heardFrom = (after: Watch, before: Watch, heard: Heard, followers: readonly string[]): Watch => {
  const { refusals: _r, overdue: _o, blocked, ...rest } = after;
  const next: Watch = { ...rest, heard };
  // An end says it all.
  if (isOver(next.status) || heard.at >= next.deadline) return next;
  const unblocked = blocked ? owingAside(next, 'unblocked', { at: heard.at }) : next;
  if (before.status !== 'attention' || next.status === 'attention') return unblocked;
  // Those who follow it hear the same by its progress.
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

/** The last answer on record; a watch written by an earlier version has only its history. */
const lastHeard = ({ heard, history }: Watch): Heard | undefined => {
  if (heard) return heard;
  const entry = history.findLast(({ word }) => word !== undefined);
  return entry?.word === undefined ? undefined : { at: entry.at, word: entry.word };
};

/** Past the deadline and without an answer: the watch waits on for its last look, or has timed out. */
const overdue = (watch: Watch, missed: Missed, backAt: number, now: number): Watch => {
  const wait = waitOn(watch.overdue, missed, backAt, now);
  if (wait === 'over')
    return ended(watch, 'timed_out', now, noteOfNoLook(watch.overdue, missed, lastHeard(watch), now));
  return { ...watch, overdue: wait.overdue, nextLookAt: wait.backAt };
};

/**
 * Decides what a look means: the watch as it stands after it, with the time of its next look.
 * A watch that is over is returned as it is. Idempotent in effect: the same observation applied to a watch that already
 * has it changes no status and owes nothing new, so a look that raced with another write is simply applied again.
 * The next look is reckoned from the moment `from`: by default `now`, for the looks of one batch a moment they share.
 */
export const decide = (
  watch: Watch,
  observation: Observation,
  now: number,
  habits: Habits,
  from: number = now,
): Watch => {
  if (isOver(watch.status)) return watch;
  if (observation.kind === 'unanswered') return afterNoAnswer(watch, observation.error, now, habits, from);
  const answer = ofOwnRun(watch, observation);
  const told = answer.kind === 'seen' ? seen(watch, answer, now, habits) : absent(watch, answer, now, habits);
  const heard = heardIn(answer, now);
  const looked: Watch = { ...heardFrom(told, watch, heard, habits.followers ?? []), lookedAt: now };
  if (isOver(looked.status)) return looked;
  if (now >= watch.deadline) return ended(looked, 'timed_out', now, noteOfLastLook(heard));
  return { ...looked, nextLookAt: Math.min(usualLook(looked, from, habits), looked.deadline) };
};

const usualLook = (watch: Watch, from: number, habits: Habits): number =>
  nextLook(from, startOf(watch), watch.deadline, gapFor(habits));

const afterNoAnswer = (watch: Watch, error: LookError, now: number, habits: Habits, from: number): Watch => {
  const looked: Watch = { ...unanswered(watch, error, now), lookedAt: now };
  const nextLookAt = afterTrouble(looked, error, usualLook(looked, from, habits), now);
  if (now < watch.deadline) return { ...looked, nextLookAt: Math.min(nextLookAt, watch.deadline) };
  const { code, message } = inTrouble(watch, error, now);
  return overdue(looked, { cause: causeOf(error), code, message }, nextLookAt, now);
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
  // The look that shows whether it is blocked is not put off.
  const blockedAt = watch.refusals && !watch.blocked ? watch.refusals.since + BLOCKED_AFTER_MS : now;
  return wish === 0 && blockedAt > now ? Math.min(next, blockedAt) : next;
};

/**
 * What it means that a watch could not be looked at and has to be back at `backAt`: the watch as it is while its time is not
 * over, except that a fault of our own is noted in it; else it waits for its last look or has timed out.
 */
export const waited = (watch: Watch, missed: Missed, backAt: number, now: number): Watch => {
  if (isOver(watch.status)) return watch;
  const noted: Watch = missed.cause === 'fault' ? { ...watch, trouble: inTrouble(watch, missed, now) } : watch;
  if (now >= watch.deadline) return overdue(noted, missed, backAt, now);
  return noted === watch ? watch : { ...noted, nextLookAt: Math.min(backAt, watch.deadline) };
};

/** Ends a watch because somebody asked for it. The operation itself goes on in its cloud. */
export const stop = (watch: Watch, now: number): Watch =>
  isOver(watch.status) ? watch : ended(watch, 'stopped', now, 'Stopped on request.');

/** Adds targets; those who join a watch that is over are owed its outcome. */
export const join = (watch: Watch, notify: readonly string[], now: number): Watch => {
  const joining = [...new Set(notify)].filter((target) => !watch.notify.includes(target));
  if (joining.length === 0) return watch;
  // Whoever follows it from now on is told how far it has got already.
  const { told: _, ...rest } = watch;
  const next = { ...rest, notify: [...watch.notify, ...joining] };
  if (isOver(watch.status)) return owedTo(next, watch.status, watch.endedAt ?? now, joining);
  // A state that holds is told to those who come later, as it was.
  const waiting = watch.status === 'attention' ? owedTo(next, watch.status, enteredAt(watch), joining) : next;
  return watch.blocked ? owingAside(waiting, 'blocked', { at: now, to: joining }) : waiting;
};

const owedTo = (watch: Watch, event: 'attention' | EndStatus, at: number, to: readonly string[]): Watch =>
  withDebt(watch, { event }, { at, to });

/** When it entered the status that it has. */
const enteredAt = ({ history, status, submittedAt }: Watch): number =>
  history[history.findLastIndex((entry) => entry.status !== status) + 1]?.at ?? submittedAt;

/** Takes settled debts off, by what they are: others may have been added meanwhile. */
export const settle = (watch: Watch, settled: readonly Owed[]): Watch => {
  const same = (a: Owed, b: Owed) => a.event === b.event && a.at === b.at && `${a.to ?? ''}` === `${b.to ?? ''}`;
  return { ...watch, owed: watch.owed.filter((debt) => !settled.some((paid) => same(debt, paid))) };
};

/** The next look, as of `now`. Looks that change nothing are not written down: their schedule goes on from the last write. */
export const projectNextLook = (watch: Watch, now: number, habits: Habits): number | undefined => {
  if (isOver(watch.status)) return undefined;
  let next = watch.nextLookAt;
  for (let i = 0; next <= now && now < watch.deadline && i < LOOKS_PROJECTED_MAX; i += 1) {
    next = usualLook(watch, next, habits);
  }
  return next;
};

/** Puts a watch under another deadline: where that comes before the next look, the look is made there. */
export const dueBy = (watch: Watch, deadline: number, now: number, habits: Habits): Watch => {
  if (isOver(watch.status)) return watch;
  const { overdue: _, ...rest } = watch;
  if (deadline >= watch.deadline) return { ...rest, deadline };
  return { ...rest, deadline, nextLookAt: Math.min(projectNextLook(watch, now, habits) ?? deadline, deadline) };
};

type EarlierRuns = NonNullable<Watch['earlierRuns']>;

const EARLIER_RUNS_MAX = 20;

const saidByCloud = (status: Status): status is CloudStatus =>
  status !== 'lost' && status !== 'timed_out' && status !== 'stopped';

/** The runs that the next watch of this name must not report again: those this watch knew of and, at its end, its own. */
export const reportedRuns = ({ id, run, status, earlierRuns = [] }: Watch): EarlierRuns =>
  run === undefined || !isOver(status) || !saidByCloud(status)
    ? earlierRuns
    : [...earlierRuns, { watch: id, run }].slice(-EARLIER_RUNS_MAX);

/**
 * Whether an earlier watch of the same operation still answers for it, so that a second submission joins it. `namesRecur`
 * tells of an end whether the name may come again for another run.
 */
export const answersFor = ({ status }: Watch, namesRecur: (end: CloudStatus) => boolean = () => false): boolean =>
  !isOver(status) || (saidByCloud(status) && !namesRecur(status));

/**
 * The core: what a watch is, what it owes, and how it changes from outside. What a look means for it: decide.ts.
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
import type { Blocked, Refusals } from './blocked.ts';
import type { Heard, Overdue } from './deadline.ts';
import type { CloudStatus, Evidence, Facts, Memo, Progress } from './observation.ts';
import type { Gap } from './schedule.ts';
import { sentence } from './sentences.ts';

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
  /** The states on the way that were told: who keeps one of them is owed what ends it. */
  readonly warned?: readonly Warning[];
  /** How far it had got when that was last told, for targets that follow it. */
  readonly told?: { readonly at: number; readonly what: string };
};

/** How an operation is looked at: its API's policy and the configured gap. */
export type LookPolicy = {
  readonly graceMs: number;
  readonly missesUntilLost: number;
  readonly forgetsAfterMs?: number;
  readonly gap: Gap;
  /** Targets that are told how far it has got, as it goes on. */
  readonly followers?: readonly string[];
};

/** Whether the cloud has shown its operation, and no look has failed since. */
export const isSound = ({ seenAt, trouble }: Pick<Watch, 'seenAt' | 'trouble'>): boolean =>
  seenAt !== undefined && trouble === undefined;

const HISTORY_MAX = 20;

/** The watch in a status, with the word of the cloud, and with that in its history. */
export const enter = (watch: Watch, status: Status, now: number, word: string | undefined): Watch => {
  if (watch.status === status && watch.word === word) return watch;
  const said = word !== undefined && { word };
  // The middle of a long to and fro is dropped, never its beginning.
  const kept = watch.history.length < HISTORY_MAX ? watch.history : watch.history.toSpliced(1, 1);
  return { ...watch, status, ...said, history: [...kept, { at: now, status, ...said }] };
};

type Debt = Pick<Owed, 'at' | 'to'>;

const WARNINGS = ['attention', 'blocked'] as const;
/** A state on the way that somebody has to see to. */
export type Warning = (typeof WARNINGS)[number];

const withDebt = (watch: Watch, event: { readonly event: 'attention' | EndStatus } | Aside, debt: Debt): Watch => {
  const warning = WARNINGS.find((each) => each === event.event);
  return {
    ...watch,
    ...(warning && { warned: [...new Set([...(watch.warned ?? []), warning])] }),
    owed: [...watch.owed, { ...event, ...(watch.word !== undefined && { word: watch.word }), ...debt }],
  };
};

/** Owes everybody an event that is a status. */
export const owing = (watch: Watch, event: 'attention' | EndStatus, now: number): Watch =>
  withDebt(watch, { event }, { at: now });

/** Owes an event that leaves the status as it is. */
export const owingAside = (watch: Watch, event: Aside['event'], debt: Debt): Watch =>
  withDebt(watch, { event, status: watch.status, ...(watch.blocked && { blocked: watch.blocked }) }, debt);

/** Ends a watch without the word of a cloud. `note` says why. */
export const ended = (watch: Watch, status: EndStatus, now: number, note: string): Watch => {
  const { refusals: _r, blocked: _b, overdue: _o, ...rest } = enter(watch, status, now, watch.word);
  return owing({ ...rest, endedAt: now, note }, status, now);
};

/** Ends a watch because somebody asked for it. The operation itself goes on in its cloud. */
export const stop = (watch: Watch, now: number): Watch =>
  isOver(watch.status) ? watch : ended(watch, 'stopped', now, sentence('stopped'));

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
export const enteredAt = ({ history, status, submittedAt }: Watch): number =>
  history[history.findLastIndex((entry) => entry.status !== status) + 1]?.at ?? submittedAt;

/** Takes settled debts off, by what they are: others may have been added meanwhile. */
export const settle = (watch: Watch, settled: readonly Owed[]): Watch => {
  const same = (a: Owed, b: Owed) => a.event === b.event && a.at === b.at && `${a.to ?? ''}` === `${b.to ?? ''}`;
  return { ...watch, owed: watch.owed.filter((debt) => !settled.some((paid) => same(debt, paid))) };
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

/**
 * The core: a watch, the events that it owes, and the changes that come from outside. decide.ts applies looks.
 *
 * All code relies on these rules:
 * 1. Only the words of the cloud make an operation succeeded, partial, failed or canceled. Other ends have their own
 *   names: lost, timed_out, stopped.
 * 2. An end is final. A watch that is over changes in two ways only: targets join, and opwatch settles debts.
 * 3. The write that ends a watch also puts its announcement into the outbox (`owed`). opwatch removes the debt when all
 *   deliveries exist.
 * 4. An unknown word keeps the watch running. opwatch reports the word once.
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

/**
 * An event that happens while the operation goes on and that is not a status. It has the status and the reason of that
 * moment.
 */
export type Aside = {
  readonly event: 'resumed' | 'blocked' | 'unblocked';
  readonly status: Status;
  readonly blocked?: Blocked;
};

/** One entry of the outbox. It goes to all targets of the watch, or only to those that joined later. */
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
  /** Names of targets and https callbacks, in the order in which they joined. */
  readonly notify: readonly string[];
  readonly submittedAt: number;
  readonly deadline: number;

  readonly status: Status;
  /** The last state that the cloud named, in its own word. */
  readonly word?: string;
  readonly evidence?: Evidence;
  /** The first run that a look saw. The watch follows this run only. */
  readonly run?: string;
  /** Runs that earlier generations have reported, the newest last. None of them ends this watch. */
  readonly earlierRuns?: readonly { readonly watch: string; readonly run: string }[];
  readonly progress?: Progress;
  readonly facts: Facts;
  readonly memo: Memo;
  /** Words that the vendor does not document and that opwatch has already reported. */
  readonly unknownWords?: readonly string[];
  /** The time of the first look that saw the operation. */
  readonly seenAt?: number;
  /** The number of looks in a row that did not find an operation seen before. */
  readonly misses: number;
  /**
   * The last look found the cloud busy with another job. `graceFrom` is the time when a look first found it idle again.
   */
  readonly waits?: true;
  readonly graceFrom?: number;
  /** The last answer of the cloud that opwatch saved. */
  readonly heard?: Heard;
  /** Since when looks have brought nothing, and why. The lane keeps the reasons that concern the whole connection. */
  readonly trouble?: { readonly since: number; readonly code: string; readonly message: string };
  readonly refusals?: Refusals;
  /** The cloud refuses our request for good. opwatch has told the targets. */
  readonly blocked?: Blocked;
  /** The deadline has passed, and opwatch still owes the last look. */
  readonly overdue?: Overdue;
  /** The time when opwatch learned of the end. */
  readonly endedAt?: number;
  /** An explanation for people when the end is not a plain word of the cloud. */
  readonly note?: string;
  readonly history: readonly { readonly at: number; readonly status: Status; readonly word?: string }[];

  /**
   * The number of looks up to the last write. opwatch does not write a look that changes nothing. The next write counts
   * it.
   */
  readonly looks: number;
  readonly lookedAt?: number;
  readonly nextLookAt: number;
  readonly owed: readonly Owed[];
  /** The warnings that targets have heard. A target that heard one also hears its end. */
  readonly warned?: readonly Warning[];
  /** The progress that targets last heard, and when. */
  readonly told?: { readonly at: number; readonly what: string };
};

/** The policy for looks: the traits of the API and the configured gap. */
export type LookPolicy = {
  readonly graceMs: number;
  readonly missesUntilLost: number;
  readonly forgetsAfterMs?: number;
  readonly gap: Gap;
  /** Targets that follow the progress. */
  readonly followers?: readonly string[];
};

/** Answers whether a look has seen the operation and no look has failed since. */
export const isSound = ({ seenAt, trouble }: Pick<Watch, 'seenAt' | 'trouble'>): boolean =>
  seenAt !== undefined && trouble === undefined;

const HISTORY_MAX = 20;

/** Returns the watch in a status, with the cloud's word, and adds both to its history. */
export const enter = (watch: Watch, status: Status, now: number, word: string | undefined): Watch => {
  if (watch.status === status && watch.word === word) return watch;
  const said = word !== undefined && { word };
  // A long history loses its middle, never its beginning.
  const kept = watch.history.length < HISTORY_MAX ? watch.history : watch.history.toSpliced(1, 1);
  return { ...watch, status, ...said, history: [...kept, { at: now, status, ...said }] };
};

type Debt = Pick<Owed, 'at' | 'to'>;

const WARNINGS = ['attention', 'blocked'] as const;
/** A state that a person has to look at while the operation goes on. */
export type Warning = (typeof WARNINGS)[number];

const withDebt = (watch: Watch, event: { readonly event: 'attention' | EndStatus } | Aside, debt: Debt): Watch => {
  const warning = WARNINGS.find((each) => each === event.event);
  return {
    ...watch,
    ...(warning && { warned: [...new Set([...(watch.warned ?? []), warning])] }),
    owed: [...watch.owed, { ...event, ...(watch.word !== undefined && { word: watch.word }), ...debt }],
  };
};

/** Owes all targets an event that is a status. */
export const owing = (watch: Watch, event: 'attention' | EndStatus, now: number): Watch =>
  withDebt(watch, { event }, { at: now });

/** Owes an event that does not change the status. */
export const owingAside = (watch: Watch, event: Aside['event'], debt: Debt): Watch =>
  withDebt(watch, { event, status: watch.status, ...(watch.blocked && { blocked: watch.blocked }) }, debt);

/** Ends a watch without a word of the cloud. `note` gives the reason. */
export const ended = (watch: Watch, status: EndStatus, now: number, note: string): Watch => {
  const { refusals: _r, blocked: _b, overdue: _o, ...rest } = enter(watch, status, now, watch.word);
  return owing({ ...rest, endedAt: now, note }, status, now);
};

/** Ends a watch because a caller asked for it. The operation itself continues in its cloud. */
export const stop = (watch: Watch, now: number): Watch =>
  isOver(watch.status) ? watch : ended(watch, 'stopped', now, sentence('stopped'));

/** Adds targets. A target that joins a watch that is over is owed the outcome. */
export const join = (watch: Watch, notify: readonly string[], now: number): Watch => {
  const joining = [...new Set(notify)].filter((target) => !watch.notify.includes(target));
  if (joining.length === 0) return watch;
  // The new targets also need the present progress, so opwatch forgets which progress it told last.
  const { told: _, ...rest } = watch;
  const next = { ...rest, notify: [...watch.notify, ...joining] };
  if (isOver(watch.status)) return owedTo(next, watch.status, watch.endedAt ?? now, joining);
  // A warning that still holds goes to the new targets too, with its original time.
  const waiting = watch.status === 'attention' ? owedTo(next, watch.status, enteredAt(watch), joining) : next;
  return watch.blocked ? owingAside(waiting, 'blocked', { at: now, to: joining }) : waiting;
};

const owedTo = (watch: Watch, event: 'attention' | EndStatus, at: number, to: readonly string[]): Watch =>
  withDebt(watch, { event }, { at, to });

/** Returns the time when the watch entered its present status. */
export const enteredAt = ({ history, status, submittedAt }: Watch): number =>
  history[history.findLastIndex((entry) => entry.status !== status) + 1]?.at ?? submittedAt;

/** Removes settled debts. It compares contents, because another writer may have added debts. */
export const settle = (watch: Watch, settled: readonly Owed[]): Watch => {
  const same = (a: Owed, b: Owed) => a.event === b.event && a.at === b.at && `${a.to ?? ''}` === `${b.to ?? ''}`;
  return { ...watch, owed: watch.owed.filter((debt) => !settled.some((paid) => same(debt, paid))) };
};

type EarlierRuns = NonNullable<Watch['earlierRuns']>;

const EARLIER_RUNS_MAX = 20;

const saidByCloud = (status: Status): status is CloudStatus =>
  status !== 'lost' && status !== 'timed_out' && status !== 'stopped';

/**
 * Returns the runs that the next generation must not report again: the runs known to this watch and, after its end, its
 * own run.
 */
export const reportedRuns = ({ id, run, status, earlierRuns = [] }: Watch): EarlierRuns =>
  run === undefined || !isOver(status) || !saidByCloud(status)
    ? earlierRuns
    : [...earlierRuns, { watch: id, run }].slice(-EARLIER_RUNS_MAX);

/**
 * Answers whether a second submission joins this watch, or begins a new generation. `namesRecur` says for an end
 * whether another run may have the same name.
 */
export const answersFor = ({ status }: Watch, namesRecur: (end: CloudStatus) => boolean = () => false): boolean =>
  !isOver(status) || (saidByCloud(status) && !namesRecur(status));

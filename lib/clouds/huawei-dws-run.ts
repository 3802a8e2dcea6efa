/** Which run of a GaussDB(DWS) action an answer is about. An action has a name and no id: its submit time tells its runs apart. */
import type { Ask } from '../core/observation.ts';
import { fitsIn, isSurelyBefore, orderOf, type Stamp, stampOf } from './stamp.ts';

type Asked = Ask<{ readonly action_name: string; readonly submit_time?: string | undefined }>;

/** How long before the submission a run may have been submitted that the first look finds over, and that still counts. */
export const BELIEVES_BACK_MS = 5 * 60_000;

/** `SNAPSHOTTING 2025-05-19 09:06:18`; undefined where the cloud gives no time. */
export const runOf = ({ operation }: Asked, stamp: Stamp | undefined): string | undefined =>
  stamp && `${operation.action_name} ${stamp.text}`;

/** Whose run an answer is about. */
export type Tie =
  | 'this'
  /** Very likely the watched one's: the first look did not show it, or its time fits the submission in a zone that is likely. */
  | 'likely'
  /** One that was submitted before the watched one. */
  | 'earlier'
  /** Another one: it has taken the place of the watched one. */
  | 'other'
  /** Nobody can tell. */
  | 'unknown';

/** Where the first look keeps what it found over: under the action's own name, and under its failure name. */
export type Before = 'endBefore' | 'failureBefore';

/** What tells one run from another, as the memo keeps it. */
export const markOf = (shown: { readonly submitted?: Stamp } | undefined): string =>
  shown === undefined ? 'none' : (shown.submitted?.text ?? 'untimed');

/**
 * Whether an earlier look saw the action itself under way, not only an order or a wait before it. Memos without `held` are of
 * watches that were seen under way.
 */
export const wasUnderWay = ({ seen, memo }: Asked): boolean => seen && memo.held === undefined;

/** The run that the watch is bound to: the one that the submission names, else the one that was seen under way. */
const boundTo = ({ operation, memo }: Asked): Stamp | undefined => stampOf(operation.submit_time ?? memo.submitTime);

/** Whether the watched run was seen under way, and no time says which run that was. */
export const isUntimed = (ask: Asked): boolean => wasUnderWay(ask) && boundTo(ask) === undefined;

const byBinding = (bound: Stamp, stamp: Stamp | undefined): Tie => {
  if (!stamp) return 'unknown';
  const order = orderOf(stamp, bound);
  return order === 'same' ? 'this' : order === 'before' ? 'earlier' : 'other';
};

const isReported = (stamp: Stamp | undefined, ask: Asked): boolean =>
  ask.earlierRuns.some((run) => run === runOf(ask, stamp));

/** Whose run one is that is under way: where nothing else is known, the first that is seen under way decides. */
export const tieUnderWay = (stamp: Stamp | undefined, ask: Asked): Tie => {
  if (isReported(stamp, ask)) return 'earlier';
  const bound = boundTo(ask);
  const tie = bound ? byBinding(bound, stamp) : 'this';
  return tie === 'unknown' && ask.operation.submit_time === undefined ? 'this' : tie;
};

/**
 * Whose run one is that is over, at `now` (epoch ms). A time without a zone excludes a run where it is too old in every zone, and
 * never proves one.
 */
export const tieOver = (stamp: Stamp | undefined, ask: Asked, before: Before, now: number): Tie => {
  if (isReported(stamp, ask)) return 'earlier';
  const bound = boundTo(ask);
  if (bound) return byBinding(bound, stamp);

  const since = ask.submittedAt - BELIEVES_BACK_MS;
  const isOld = stamp !== undefined && isSurelyBefore(stamp, since);
  const wasOver = ask.memo[before];
  if (wasOver !== undefined && wasOver !== 'none') {
    const earlier = stampOf(wasOver);
    const isSame = stamp ? stamp.text === earlier?.text : wasOver === 'untimed';
    // It was over already when nobody had seen this run: once one was seen under way, that is another.
    if (isSame) return isOld || wasUnderWay(ask) ? 'earlier' : 'unknown';
    if (stamp && earlier && orderOf(stamp, earlier) === 'before') return 'earlier';
  }
  // A failure that the first look did not find is new, whatever its time says.
  if (wasOver !== undefined && before === 'failureBefore') return 'this';
  if (isOld) return wasUnderWay(ask) ? 'unknown' : 'earlier';
  if (stamp?.at !== undefined) return 'this';
  return wasOver !== undefined || (stamp && fitsIn(stamp, since, now)) ? 'likely' : 'unknown';
};

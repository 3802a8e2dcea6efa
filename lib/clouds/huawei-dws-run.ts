/**
 * Decides which run of a GaussDB(DWS) action an answer is about. An action has a name and no id. Only the submit time
 * tells its runs apart.
 */
import type { Ask } from '../core/observation.ts';
import { fitsIn, isSurelyBefore, orderOf, type Stamp, stampOf } from './stamp.ts';

type Asked = Ask<{ readonly action_name: string; readonly submit_time?: string | undefined }>;

/**
 * The first look may find a run that is already over. It counts when its submit time is at most this long before the
 * submission to opwatch.
 */
export const BELIEVES_BACK_MS = 5 * 60_000;

/** Returns the name of a run, such as `SNAPSHOTTING 2025-05-19 09:06:18`. Undefined when the cloud gives no time. */
export const runOf = ({ operation }: Asked, stamp: Stamp | undefined): string | undefined =>
  stamp && `${operation.action_name} ${stamp.text}`;

/** Tells whether an answer is about the watched run or about another run. */
export type Tie =
  | 'this'
  /**
   * The answer is very likely about the watched run: the first look did not show it, or its time fits the submission in
   * a likely time zone.
   */
  | 'likely'
  /** A run with an earlier submit time than the watched run. */
  | 'earlier'
  /** The answer is about another run. This run has taken the place of the watched one. */
  | 'other'
  /** The answer does not show which run it is about. */
  | 'unknown';

/** The memo fields for runs that the first look found over: one for the action's own name, one for its failure name. */
export type Before = 'endBefore' | 'failureBefore';

/** Returns the mark of a run for the memo. The mark tells one run from another. */
export const markOf = (shown: { readonly submitted?: Stamp } | undefined): string =>
  shown === undefined ? 'none' : (shown.submitted?.text ?? 'untimed');

/**
 * Answers whether an earlier look saw the action itself under way. An order or a wait before the action does not count.
 * A memo without `held` belongs to a watch whose action a look has seen under way.
 */
export const wasUnderWay = ({ seen, memo }: Asked): boolean => seen && memo.held === undefined;

/**
 * Returns the run that the watch follows: the run that the submission names, or else the run that a look saw under way.
 */
const boundTo = ({ operation, memo }: Asked): Stamp | undefined => stampOf(operation.submit_time ?? memo.submitTime);

/** Answers whether a look saw the watched run under way and no time identifies this run. */
export const isUntimed = (ask: Asked): boolean => wasUnderWay(ask) && boundTo(ask) === undefined;

const byBinding = (bound: Stamp, stamp: Stamp | undefined): Tie => {
  if (!stamp) return 'unknown';
  const order = orderOf(stamp, bound);
  return order === 'same' ? 'this' : order === 'before' ? 'earlier' : 'other';
};

const isReported = (stamp: Stamp | undefined, ask: Asked): boolean =>
  ask.earlierRuns.some((run) => run === runOf(ask, stamp));

/**
 * Decides whether a run that is under way is the watched run. When nothing else identifies the watched run, the first
 * run that a look sees under way is the watched one.
 */
export const tieUnderWay = (stamp: Stamp | undefined, ask: Asked): Tie => {
  if (isReported(stamp, ask)) return 'earlier';
  const bound = boundTo(ask);
  const tie = bound ? byBinding(bound, stamp) : 'this';
  return tie === 'unknown' && ask.operation.submit_time === undefined ? 'this' : tie;
};

/**
 * Decides whether a run that is over is the watched run, at `now` (epoch ms). A time without a zone excludes a run when
 * it is too old in every zone. It never proves that a run is the watched one.
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
    // The first look already found this run over. If a look saw the watched run under way later, the two runs differ.
    if (isSame) return isOld || wasUnderWay(ask) ? 'earlier' : 'unknown';
    if (stamp && earlier && orderOf(stamp, earlier) === 'before') return 'earlier';
  }
  // A failure that the first look did not find is new, whatever its time says.
  if (wasOver !== undefined && before === 'failureBefore') return 'this';
  if (isOld) return wasUnderWay(ask) ? 'unknown' : 'earlier';
  if (stamp?.at !== undefined) return 'this';
  return wasOver !== undefined || (stamp && fitsIn(stamp, since, now)) ? 'likely' : 'unknown';
};

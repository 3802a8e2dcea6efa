/**
 * Decides which statuses of a ROS stack belong to the watched run. Pure.
 *
 * A stack has one status for all operations on it. So the first look that sees a run under way binds the watch to this
 * run: to its action and its begin. Later looks compare every status with these two values. A watch without a bound run
 * accepts only the end of a run that began near the time of the submission.
 */

import { given } from '../../clouds/fields.ts';
import { type Action, isAction, isCreation, isUpdate, type Stack, utc } from '../../clouds/ros-stack.ts';
import type { CloudWords } from '../../core/errors.ts';
import type { Ask, CloudStatus, Memo, Observation } from '../../core/observation.ts';
import { sentence } from '../../core/sentences.ts';
import { isRecent, newRun, otherRun, since } from './run.ts';
import { absentBy } from './sight.ts';

export type RosOperation = {
  readonly RegionId: string;
  readonly StackId: string;
  readonly Action?: Action | undefined;
  readonly UpdateTime?: string | undefined;
};
type RosAsk = Ask<RosOperation>;
export type Sight = Observation & { kind: 'seen' };

/** A submitted run begins at most `graceMs` after its submission and at most `believesBackMs` before it, ms. */
export const BEGINS = { graceMs: 60_000, believesBackMs: 5 * 60_000 };

/** The run to which a watch is bound. The memo of the watch keeps it. */
type Bound = {
  readonly action: Action;
  readonly at?: number;
  readonly run?: string;
  /** The stack waited for a person before ROS created anything. */
  readonly isReviewed: boolean;
  /** A look saw a rollback of this run. */
  readonly hasFailed: boolean;
};

const boundIn = ({ action, at, run, reviewed, failed }: Memo): Bound | undefined =>
  isAction(action)
    ? {
        action,
        isReviewed: reviewed !== undefined,
        hasFailed: failed !== undefined,
        ...given({ at: utc(Number(at)), run }),
      }
    : undefined;

const nameOf = (action: Action, at: number | undefined): string | undefined =>
  at === undefined ? undefined : `${action} ${new Date(at).toISOString()}`;

/** Binds the watch to the run that this look shows. */
const bind = (sight: Sight, action: Action, { at, isRollback }: Stack, earlierRuns: readonly string[]): Sight => {
  const name = nameOf(action, at);
  // Each update has its own time. Two runs of another action may have the same time.
  const run = name === undefined || isUpdate(action) ? name : newRun(name, earlierRuns);
  const memo = given({ action, at: at?.toString(), run, failed: isRollback ? 'yes' : undefined });
  return { ...sight, memo, ...given({ run }) };
};

const untied = (sight: Sight, note: string): Sight => ({ ...sight, evidence: 'untied', note });

/**
 * Returns an end that opwatch infers from the status of another action. The reasons of that status are not the reasons
 * of this end.
 */
const inferred = ({ facts, ...sight }: Sight, status: CloudStatus, note: string, operationType: string): Sight => ({
  ...sight,
  status,
  note,
  evidence: 'inferred',
  facts: { operationType, ...given({ requestId: facts?.requestId }) },
});

const requestOf = ({ facts }: Sight) => given({ requestId: facts?.requestId });

/**
 * Returns the observation for the watch of `ask`. `now` and the time of the submission are by the clock of the cloud,
 * epoch ms.
 */
export const ofRun = (sight: Sight, stack: Stack, ask: RosAsk, now: number): Observation => {
  const bound = boundIn(ask.memo);
  return bound ? followed(sight, stack, bound, ask) : first(sight, stack, ask, now);
};

/**
 * Returns the reason why a status does not belong to the action or update that the submission names. Undefined when it
 * does belong.
 */
const unwanted = ({ Action, UpdateTime }: RosOperation, { action, at }: Stack): string | undefined => {
  if (Action !== undefined && action !== Action) return sentence('ros_no_action', { action: Action });
  if (UpdateTime === undefined || (action && isUpdate(action) && at === utc(UpdateTime))) return undefined;
  return sentence('ros_no_update', { at: UpdateTime });
};

const first = (sight: Sight, stack: Stack, ask: RosAsk, now: number): Observation => {
  const { operation, memo, seen, earlierRuns } = ask;
  const { Action = 'CREATE', UpdateTime } = operation;
  const { action, at } = stack;
  if (action === undefined) {
    const isReview = sight.status === 'attention' && isCreation(Action) && UpdateTime === undefined;
    return { ...sight, memo: isReview ? { action: Action, reviewed: 'yes' } : { ...memo, odd: 'yes' } };
  }
  const unseen = (why: string, isFinal: boolean) =>
    otherRun(sentence('ros_shows', { word: sight.word, begun: since(at), why }), isFinal, {
      memo: { ...memo, existed: 'yes' },
      ...requestOf(sight),
    });

  const why = unwanted(operation, stack);
  const isOvertaken = at !== undefined && at > (utc(UpdateTime) ?? at);
  if (why !== undefined) return unseen(why, isOvertaken);
  if (sight.status === 'running') return bind(sight, action, stack, earlierRuns);
  const mine: Sight = { ...sight, ...given({ run: nameOf(action, at) }) };
  const isNamed = UpdateTime !== undefined;
  const isOfNow = isRecent(at, ask, BEGINS);
  // A deletion began after `at`, but GetStack does not show when. opwatch knows that the deletion is recent only while
  // the submission itself is recent.
  const isTied = isDated(action) || (action === 'DELETE' && isRecent(now, ask, BEGINS));
  if (isNamed || (isOfNow && isTied)) return mine;
  // ROS deletes a stack only once, so the deletion is the watched one at any time.
  const isOnlyOne = operation.Action === 'DELETE' && sight.status === 'succeeded';
  // A watch of an earlier opwatch version saw its run under way but kept nothing about it in the memo.
  const isOfOldWatch = seen && memo.odd === undefined;
  return isOfNow || isOnlyOne || isOfOldWatch ? untied(mine, undated(action)) : unseen(sentence('ros_no_run'), false);
};

/**
 * Answers whether GetStack tells when a run of this action began. It does not for a deletion (a stack has only one) and
 * for a check.
 */
const isDated = (action: Action): boolean => isCreation(action) || isUpdate(action);

const undated = (action: Action): string => sentence('ros_undated', { action });

const followed = (sight: Sight, stack: Stack, bound: Bound, ask: RosAsk): Observation => {
  const { action, isRollback, isBare } = stack;
  const { facts, word, status } = sight;
  const isOver = status !== 'running';
  const mine: Sight = {
    ...sight,
    ...given({ run: bound.run }),
    facts: { ...facts, operationType: bound.action },
    memo: isRollback ? { ...ask.memo, failed: 'yes' } : ask.memo,
  };
  if (action === undefined) return mine;
  if (action === 'DELETE' && bound.action !== 'DELETE') {
    const note = sentence('ros_deleted_early', { word, action: bound.action });
    return inferred(mine, 'canceled', note, bound.action);
  }
  if (isCreation(bound.action) && isUpdate(action)) {
    if (isBare) return isOver ? untied(mine, sentence('ros_rollback_or_update')) : mine;
    return bound.hasFailed
      ? inferred(mine, 'failed', sentence('ros_rolled_back', { word }), bound.action)
      : inferred(mine, 'succeeded', sentence('ros_updated', { word }), bound.action);
  }
  if (bound.isReviewed && isCreation(action)) return bind(sight, action, stack, ask.earlierRuns);
  return compared(mine, stack, bound);
};

/**
 * Compares the action and the begin of a run with those of the bound run. An answer with an earlier time comes from a
 * replica that is out of date.
 */
const compared = (mine: Sight, { action, at, isRollback }: Stack, bound: Bound): Observation => {
  const { word, status } = mine;
  const isTimed = at !== undefined && bound.at !== undefined;
  const isLater = isTimed && at >= bound.at;
  const unseen = {
    word,
    begun: since(at),
    action: bound.action,
    begunBefore: since(bound.at),
  };
  // A deletion may change UpdateTime, and a stack has only one deletion. So its time does not matter.
  const isSame = action === bound.action && (action === 'DELETE' || !isTimed || at === bound.at);
  const mayBeItsRollback = action === bound.action && isRollback && isLater;
  if (!isSame && !mayBeItsRollback) return otherRun(sentence('ros_end_unseen', unseen), isLater, requestOf(mine));
  if (bound.hasFailed && status === 'succeeded')
    return otherRun(sentence('ros_end_rolled_back', unseen), false, requestOf(mine));
  if (status === 'running') return mine;
  if (!isSame) return untied(mine, sentence('ros_moved', { from: String(bound.at), to: String(at) }));
  return action === 'DELETE' || (isTimed && isDated(action)) ? mine : untied(mine, undated(action));
};

/**
 * Returns the observation when the cloud does not know the stack. If a look saw the deletion under way, the deletion
 * has succeeded. GetStack does not promise DELETE_COMPLETE (its page does not list the word), and
 * terraform-provider-alicloud waits for StackNotFound.
 */
export const ofNone = (words: CloudWords, ask: RosAsk): Observation => {
  const bound = boundIn(ask.memo);
  const isDeletion = bound
    ? bound.action === 'DELETE'
    : ask.operation.Action === 'DELETE' && ask.memo.existed !== undefined;
  if (!isDeletion) return absentBy(words);
  const { code: word, requestId } = words;
  return {
    kind: 'seen',
    status: 'succeeded',
    word,
    known: true,
    evidence: 'inferred',
    note: sentence('ros_gone'),
    facts: { operationType: 'DELETE', ...given({ requestId }) },
    memo: ask.memo,
    ...given({ run: bound?.run }),
  };
};

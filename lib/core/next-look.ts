/** The time of a watch's next look. Pure. Instants are epoch ms. */
import { believed, DAY, EARLY_MS, type Gap, HOUR, nextLook, RETRY_AFTER_LOOK_MAX_MS, SECOND } from './schedule.ts';
import { isOver, type LookPolicy, type Watch } from './watch.ts';

const LOOKS_PROJECTED_MAX = 10_000;

/**
 * The age counts from the cloud's start time if it is known and credible, else from the submission. If the submission lies in the
 * future, the clock of the trigger was ahead. Then the age follows from the looks: an operation of T seconds takes about sqrt(T) looks.
 */
const startOf = (watch: Watch, now: number): number => {
  const startedAt = watch.facts.startedAt ?? watch.submittedAt;
  const start = startedAt > watch.submittedAt - 7 * DAY ? Math.min(startedAt, watch.submittedAt) : watch.submittedAt;
  return believed(start, now, 0) > 0 ? start : now - watch.looks ** 2 * SECOND;
};

/** A cloud may forget an ended operation. Two looks at least must fall into the time that it remembers. */
const gapFor = (policy: LookPolicy): Gap =>
  policy.forgetsAfterMs === undefined
    ? policy.gap
    : { ...policy.gap, maxMs: Math.min(policy.gap.maxMs, policy.forgetsAfterMs / 2) };

/** Returns the next look by the schedule, counted from the moment `from`. */
export const usualLook = (watch: Watch, from: number, policy: LookPolicy): number =>
  nextLook(from, startOf(watch, from), watch.deadline, gapFor(policy));

/** A long line at the connection may put a look off by this much, after a look that brought no answer. */
const PUT_OFF_MAX_MS = HOUR;

/** Answers whether a look is due. A next look that lies too far ahead comes from a wrong clock, and the look is due. */
export const isLookDue = (
  { nextLookAt, trouble, overdue }: Pick<Watch, 'nextLookAt' | 'trouble' | 'overdue'>,
  now: number,
  policy: LookPolicy,
): boolean => {
  const { minMs, maxMs } = gapFor(policy);
  const gapMs = Math.max(minMs, maxMs);
  const isPutOff = trouble !== undefined || overdue !== undefined;
  const aheadMs = isPutOff ? Math.max(gapMs, RETRY_AFTER_LOOK_MAX_MS) + PUT_OFF_MAX_MS : gapMs;
  return believed(nextLookAt, now, aheadMs) <= now + EARLY_MS;
};

/**
 * Returns the next look, seen from `now`. opwatch does not save looks that change nothing, so the schedule goes on from
 * the last write.
 */
export const projectNextLook = (watch: Watch, now: number, policy: LookPolicy): number | undefined => {
  if (isOver(watch.status)) return undefined;
  let next = watch.nextLookAt;
  for (let i = 0; next <= now && now < watch.deadline && i < LOOKS_PROJECTED_MAX; i += 1) {
    next = usualLook(watch, next, policy);
  }
  return next;
};

/** Sets another deadline. If the deadline comes before the next look, the next look moves to the deadline. */
export const dueBy = (watch: Watch, deadline: number, now: number, policy: LookPolicy): Watch => {
  if (isOver(watch.status)) return watch;
  const { overdue: _, ...rest } = watch;
  if (deadline >= watch.deadline) return { ...rest, deadline };
  return { ...rest, deadline, nextLookAt: Math.min(projectNextLook(watch, now, policy) ?? deadline, deadline) };
};

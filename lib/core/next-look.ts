/** When a watch is looked at next. Pure. Instants are epoch ms. */
import { believed, DAY, EARLY_MS, type Gap, HOUR, nextLook, RETRY_AFTER_LOOK_MAX_MS } from './schedule.ts';
import { isOver, type LookPolicy, type Watch } from './watch.ts';

const LOOKS_PROJECTED_MAX = 10_000;

/** Age counts from the cloud's own start where it is known and credible, else from submission. */
const startOf = (watch: Watch): number => {
  const startedAt = watch.facts.startedAt ?? watch.submittedAt;
  return startedAt > watch.submittedAt - 7 * DAY ? Math.min(startedAt, watch.submittedAt) : watch.submittedAt;
};

/** A cloud that forgets what has ended must be asked at least twice in the time it remembers. */
const gapFor = (policy: LookPolicy): Gap =>
  policy.forgetsAfterMs === undefined
    ? policy.gap
    : { ...policy.gap, maxMs: Math.min(policy.gap.maxMs, policy.forgetsAfterMs / 2) };

/** The next look by the schedule, reckoned from the moment `from`. */
export const usualLook = (watch: Watch, from: number, policy: LookPolicy): number =>
  nextLook(from, startOf(watch), watch.deadline, gapFor(policy));

/** How long beyond its own gap a look may be put off: others stand in line for the connection. */
const PUT_OFF_MAX_MS = HOUR;

/** Whether it is time to look. A next look further ahead than anything puts one off is of a wrong clock, and is not waited for. */
export const isLookDue = ({ nextLookAt }: Watch, now: number, policy: LookPolicy): boolean => {
  const aheadMs = Math.max(gapFor(policy).maxMs, RETRY_AFTER_LOOK_MAX_MS) + PUT_OFF_MAX_MS;
  return believed(nextLookAt, now, aheadMs) <= now + EARLY_MS;
};

/** The next look, as of `now`. Looks that change nothing are not written down: their schedule goes on from the last write. */
export const projectNextLook = (watch: Watch, now: number, policy: LookPolicy): number | undefined => {
  if (isOver(watch.status)) return undefined;
  let next = watch.nextLookAt;
  for (let i = 0; next <= now && now < watch.deadline && i < LOOKS_PROJECTED_MAX; i += 1) {
    next = usualLook(watch, next, policy);
  }
  return next;
};

/** Puts a watch under another deadline: where that comes before the next look, the look is made there. */
export const dueBy = (watch: Watch, deadline: number, now: number, policy: LookPolicy): Watch => {
  if (isOver(watch.status)) return watch;
  const { overdue: _, ...rest } = watch;
  if (deadline >= watch.deadline) return { ...rest, deadline };
  return { ...rest, deadline, nextLookAt: Math.min(projectNextLook(watch, now, policy) ?? deadline, deadline) };
};

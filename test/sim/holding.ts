/** Runs in which two more of the targets hold state, and somebody sends deliveries again. */
import { createRng } from '../world/rng.ts';
import { COMMIT, INCIDENT } from './holders.ts';
import type { Operation, Plan } from './plan.ts';
import { DAY, SECOND } from './time.ts';

/** Drawn apart from the plan. */
const STREAM = 0x4020;

/** Who is told in place of a webhook that keeps every message. */
const IN_PLACE: Readonly<Record<string, string>> = { chat: COMMIT, ci: INCIDENT };

/** About three seeds of ten. */
export const holdsIn = (seed: number): boolean => createRng(seed, STREAM).is(0.3);

/** The plan with targets that hold state. */
export const withHolders = (plan: Plan, until: number): Plan => {
  const chance = createRng(plan.seed, STREAM + 1);
  const told = (notify: readonly string[]) => notify.map((target) => IN_PLACE[target] ?? target);
  const operations = plan.operations.map((operation, i): Operation => {
    const { notify, again, labels, submittedAt } = operation;
    const resends = Array.from({ length: plan.isQuiet ? 0 : chance.below(4) }, () => ({
      at: Math.min(submittedAt + chance.spread(SECOND, DAY), until),
      which: chance.next(),
    }));
    return {
      ...operation,
      notify: told(notify),
      again: again.map((each) => ({ ...each, notify: told(each.notify) })),
      labels: { ...labels, sha: `${i}`.padStart(40, 'a') },
      resends,
    };
  });
  const late = plan.isQuiet ? 0 : chance.spread(0.02, 0.5);
  return { ...plan, operations, replies: { ...plan.replies, late } };
};

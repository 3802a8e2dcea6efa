/** Deliveries: attempts come at their times, and a delivery is given up only when they are used up or nobody wants it. */
import type { Delivery } from '../../lib/core/delivery.ts';
import { standingKey } from '../../lib/store/keys.ts';
import type { Deed } from './acts.ts';
import { type Case, clockSlack, type Rule } from './case.ts';
import { isHolder } from './holders.ts';
import { isCallback } from './plan.ts';
import { lacksTarget } from './rollouts.ts';
import { DAY, HOUR, MINUTE, SECOND } from './time.ts';
import { doneBy, type Hold, holdsOf } from './troubles.ts';

/** The waits before each attempt, as Standard Webhooks 1.0 has them, at their longest. */
const WAITS = [0, 5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, DAY].map(
  (wait) => wait * 1.2,
);

/** The longest a receiver of the world asks to be left alone. */
const LEFT_ALONE = 12 * MINUTE;

/** How long an attempt may last, a target that hangs is left alone, and a message that was lost meanwhile is missed. */
const WITHIN = 18 * MINUTE;

const OF_ORIGINS: readonly Deed[] = ['disable', 'enable'];

export const checkDeliveries: Rule = (run) => {
  const { evidence, plan } = run;
  const holds = holdsOf(plan, evidence.troubles);
  const pauses = pausesIn(run);
  for (const { pk, sk, body } of evidence.items.values()) {
    if (!sk.startsWith('delivery#')) continue;
    const delivery = body as Delivery;
    const attempts = attemptsAt(delivery, run);
    if (delivery.state === 'parked') checkGivenUp(delivery, attempts.length, run);
    if (isHolder(delivery.target)) continue;
    // An origin that somebody disables or enables, or that opwatch disables, lets its deliveries wait for that.
    if (isCallback(delivery.target) && plan.rare.acts?.some(({ deed }) => OF_ORIGINS.includes(deed))) continue;
    const begun = evidence.begun.get(delivery.id) ?? [];
    const held = [...holds, ...(pauses.get(addressOf(delivery)) ?? [])].sort((a, b) => a.from - b.from);
    for (const [i, at] of attempts.slice(1).entries()) {
      const anew = begun.findLast((each) => each <= at) ?? 0;
      const before = Math.max(attempts[i] ?? at, anew);
      const nth = i + 1 - attempts.filter((each) => each < anew).length;
      const wait = Math.max(WAITS[nth] ?? 0, LEFT_ALONE);
      const by = doneBy(held, before + wait, WITHIN + 2 * clockSlack(plan), THROUGH);
      evidence.expect(
        at <= by,
        () => `attempt ${i + 2} is ${Math.round((at - by) / SECOND)} s too late: ${pk} ${delivery.id}`,
      );
    }
  }
};

const THROUGH = ['notifier', 'sweep'];

/** Where a delivery goes: a callback is one for each tenant. */
const addressOf = ({ tenant, target }: Delivery): string => (isCallback(target) ? `${tenant} ${target}` : target);

/**
 * When each address asked to be left alone. That holds for all that is told there: what waits for an address may find that
 * another delivery came first, and that the address has asked for a pause again.
 */
const pausesIn = ({ evidence, world }: Case): ReadonlyMap<string, readonly Hold[]> => {
  const addresses = new Map<string, string>();
  for (const { sk, body } of evidence.items.values())
    if (sk.startsWith('delivery#')) addresses.set((body as Delivery).id, addressOf(body as Delivery));
  const pauses = new Map<string, Hold[]>();
  for (const { at, id, manner } of world.receivers.received) {
    const address = addresses.get(id);
    if (manner !== 'busy for long' || address === undefined) continue;
    pauses.set(address, [...(pauses.get(address) ?? []), { from: at, until: at + LEFT_ALONE }]);
  }
  return pauses;
};

/**
 * When attempts at a delivery were made. A function that dies between taking it and sending it uses one up as well. A request
 * for a kept message does not say which delivery it is: each taking stands for one.
 */
const attemptsAt = ({ id, target }: Delivery, { evidence, plan }: Case): readonly number[] => {
  const { attempts, claims, troubled } = evidence;
  const sent = attempts.get(id) ?? [];
  const begun = (claims.get(id) ?? []).filter(
    ({ process }) =>
      (isHolder(target) || troubled.has(process) || lacksTarget(plan.rare.rollout, target, process)) &&
      !sent.some((attempt) => attempt.process === process),
  );
  return [...sent, ...begun].map(({ at }) => at).sort((a, b) => a - b);
};

const checkGivenUp = ({ id, last }: Delivery, attempts: number, { evidence }: Case): void => {
  const isGone = last?.verdict.startsWith('gone') ?? false;
  evidence.expect(
    isGone || attempts >= WAITS.length,
    () => `given up after ${attempts} attempts: ${id} (${last?.verdict})`,
  );
};

/** What is parked has an entry by which the sweep rings the alarm, whoever was killed meanwhile; and is told by an error in the log. */
export const checkParkedLogged: Rule = ({ evidence, world }) => {
  for (const { pk, sk, body } of evidence.items.values()) {
    if (!sk.startsWith('delivery#') || (body as Delivery).state !== 'parked') continue;
    const entry = standingKey('parked', { pk, sk });
    evidence.expect(
      evidence.items.has(`${entry.pk} ${entry.sk}`),
      () => `parked, and no alarm rings: ${(body as Delivery).id}`,
    );
  }
  for (const [id, process] of evidence.parkedBy) {
    const isLogged = world.lines.some((line) => line.includes('"delivery parked"') && line.includes(id));
    evidence.expect(
      isLogged || evidence.troubled.has(process) || process.death !== undefined,
      () => `parked, and the log has nothing of it: ${id}`,
    );
  }
};

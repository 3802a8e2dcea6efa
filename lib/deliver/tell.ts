/**
 * Tells a recipient what one message holds: one delivery, or several that a chat is told together. What is not true any more is
 * not told. Each stage answers an `Outcome`: what becomes of the deliveries' messages and, where one was made, the attempt.
 */

import type { Key } from '../core/item.ts';
import { isNotice } from '../core/notice.ts';
import type { Watch } from '../core/watch.ts';
import type { Runtime } from '../runtime.ts';
import type { DeliveryItem } from '../store/items.ts';
import { operationKey } from '../store/keys.ts';
import { attemptOnce, type Made } from './attempt.ts';
import { type Claim, claimAll, type Due, type Fates, isOfNoUse, withFreshWatches } from './due.ts';
import {
  doubtOf,
  type HeldState,
  heldState,
  inDoubt,
  type LastTold,
  othersIn,
  wasToldLater,
  withTold,
} from './held-state.ts';
import { saveAttempt, saveOvertaken } from './outcome.ts';
import type { Recipient } from './recipient.ts';
import type { Told } from './request.ts';

export type Outcome = { readonly fates: Fates; readonly made?: Made };

/** Makes one attempt for deliveries to one recipient (several, where it can be told several in one message). */
export const tellGroup = async (dues: readonly Due[], recipient: Recipient, runtime: Runtime): Promise<Outcome> => {
  const [one] = dues;
  const key = dues.length === 1 && one?.watch ? recipient.heldKey(one.watch) : undefined;
  return one && key ? tellHeld(one, key, recipient, runtime) : tellNow(dues, recipient, runtime);
};

const toldOf = ({ due: { watch }, item }: Claim): Told => ({ delivery: item.body, ...(watch && { watch }) });

const saveAll = (claims: readonly Claim[], made: Made, runtime: Runtime, againAt?: number): Promise<Fates> =>
  Promise.all(claims.map(async ({ due, item }) => [due, await saveAttempt(item, made, runtime, againAt)] as const));

const dropAll = (dues: readonly Due[], runtime: Runtime): Promise<Fates> =>
  Promise.all(dues.map(async (due) => [due, await saveOvertaken(due.job.item, runtime)] as const));

/** Sends what is true now. */
const tellNow = async (dues: readonly Due[], recipient: Recipient, runtime: Runtime): Promise<Outcome> => {
  const fresh = await withFreshWatches(dues, runtime);
  const { no: current = [], yes: late = [] } = Object.groupBy(fresh, (due) =>
    isOfNoUse(due, recipient) ? 'yes' : 'no',
  );
  const dropped = await dropAll(late, runtime);
  const { claims, fates } = await claimAll(current, runtime);
  if (claims.length === 0) return { fates: [...dropped, ...fates] };
  const made = await attemptOnce(claims.map(toldOf), recipient, {}, runtime);
  return { fates: [...dropped, ...fates, ...(await saveAll(claims, made, runtime))], made };
};

/** Sends to a target that holds state: takes what it holds, reads the watch, sends, and gives it back. */
const tellHeld = async (due: Due, key: Key, recipient: Recipient, runtime: Runtime): Promise<Outcome> => {
  const { uniqueId, now, log } = runtime;
  const by = uniqueId();
  const states = heldState(key, runtime);
  const held = await states.take(by);
  if ('backAt' in held) return { fates: [[due, { retryAt: held.backAt }]] };
  // Where this fails, the claim lapses, and the attempt counts as one without a known outcome.
  const leave = (left: HeldState): Promise<boolean> =>
    states.leave(by, left).then(
      () => true,
      (error) => {
        log.warn('a claim was not given back', { error: String(error) });
        return false;
      },
    );

  const [fresh = due] = await withFreshWatches([due], runtime);
  const place = fresh.watch && placeOf(fresh.watch, due.job.item);
  if (!place || isOfNoUse(fresh, recipient) || wasToldLater(held, place)) {
    await leave(held);
    return { fates: await dropAll([due], runtime) };
  }
  const { claims, fates } = await claimAll([fresh], runtime);
  if (claims.length === 0) {
    await leave(held);
    return { fates: fates.map(([, fate]) => [due, fate]) };
  }
  const holding = {
    others: othersIn(held, place),
    ...(held.handle !== undefined && { handle: held.handle }),
    ...(held.claim && { until: held.claim.until }),
  };
  const made = await attemptOnce(claims.map(toldOf), recipient, holding, runtime);
  const left = afterwards(held, made, place, recipient);
  // A thing that was not given back does not know what it was told: the notifier sends that once more.
  const known = (await leave(left)) ? left : inDoubt(left, made.at);
  const saved = await saveAll(claims, made, runtime, doubtOf(known, now()));
  return { fates: saved.map(([, fate]) => [due, fate]), made };
};

/** What a delivery tells, as a target that holds state remembers it. */
const placeOf = (watch: Watch, { body: { event } }: DeliveryItem): LastTold | undefined => {
  if (isNotice(event)) return undefined;
  const about = { operation: operationKey(watch), generation: watch.generation };
  if (event.event === 'progress') return { ...about, status: watch.status };
  return { ...about, status: 'status' in event ? event.status : event.event, at: event.at };
};

/** What the target holds after an attempt. */
const afterwards = (held: HeldState, made: Made, place: LastTold, { target }: Recipient): HeldState => {
  const { verdict, answer, isUnknown, at } = made;
  const known = isUnknown ? inDoubt(held, at) : held;
  if (!answer) return known;
  if (target?.edit?.isGone(answer)) {
    const { handle: _, ...rest } = known;
    return rest;
  }
  if (verdict.kind !== 'delivered') return known;
  const handle = target?.edit?.handle(answer);
  return withTold({ ...known, ...(handle !== undefined && { handle }) }, place);
};

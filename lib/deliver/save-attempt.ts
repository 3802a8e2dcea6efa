/** Saves an attempt: its effect on the delivery, and a record beside the delivery. */

import { isCanary, keepMsOf } from '../core/canary.ts';
import {
  type AttemptRecord,
  type AttemptResult,
  afterAttempt,
  type Delivery,
  describe,
  overtaken,
} from '../core/delivery.ts';
import { isOnTheWay } from '../core/event.ts';
import type { Item } from '../core/item.ts';
import { isNotice } from '../core/notice.ts';
import { isOvertaken } from '../core/overtaken.ts';
import { SECOND } from '../core/schedule.ts';
import { targetName } from '../core/target-name.ts';
import { plain } from '../core/text.ts';
import type { Verdict } from '../core/verdict.ts';
import type { Watch } from '../core/watch.ts';
import type { Runtime } from '../runtime.ts';
import { type DeliveryItem, withBody } from '../store/items.ts';
import { attemptKey, deliveryKey, watchKey } from '../store/keys.ts';
import { raise } from '../store/standing.ts';
import type { Disposition } from '../wake/wake-ups.ts';
import type { Made } from './message.ts';
import { tellOperatorsOf } from './operators.ts';

const ANSWER_BYTES = 1_024;

/**
 * `againAt`: opwatch has delivered the state and must send it once more at this time. `number` is the number of the
 * attempt. Without it, the attempt is the latest.
 */
type Attempt = Made & { readonly number?: number; readonly againAt?: number };

/**
 * Saves the effect of an attempt. It repeats the write when other functions write meanwhile. It never changes
 * `delivered` back.
 */
export const saveVerdict = async (item: DeliveryItem, attempt: Attempt, runtime: Runtime): Promise<DeliveryItem> => {
  const { table, now, chance } = runtime;
  const { verdict } = attempt;
  const luck = chance();
  const result = resultOf(item, attempt);
  let current: DeliveryItem | undefined = item;
  let next = item;
  while (current) {
    const tried = afterAttempt(current.body, result, now(), luck);
    const body = tried.state === 'parked' && (await isLate(current, runtime)) ? overtaken(tried) : tried;
    next = withBody(current, body, body.nextAttemptAt, now());
    if (body === current.body) break;
    await tellOfTrouble(next, verdict, runtime);
    if (await table.replace(next)) break;
    [current] = (await table.get([deliveryKey(item.pk, item.body.id)])) as DeliveryItem[];
  }
  report(item.body, next, { verdict, runtime });
  return next;
};

const resultOf = (item: DeliveryItem, { verdict, answer, at, number, againAt }: Attempt): AttemptResult => ({
  number: number ?? item.body.attempts,
  at,
  verdict,
  ...(answer && { status: answer.status }),
  ...(againAt !== undefined && { againAt }),
});

/** Answers whether the watch of a delivery has a later state now. Nobody then needs to repair the delivery. */
const isLate = async ({ pk, body }: DeliveryItem, { table }: Runtime): Promise<boolean> => {
  if (!isOnTheWay(body.event.event)) return false;
  const [watch] = (await table.get([watchKey(pk)])) as Item<Watch>[];
  return isOvertaken(body.event, watch?.body);
};

/**
 * The function tells the operators before it writes the delivery. If it is killed in between, the next function tells
 * them again.
 */
const tellOfTrouble = async (next: DeliveryItem, verdict: Verdict, runtime: Runtime): Promise<void> => {
  if (next.body.state === 'parked') {
    await raise('parked', next, runtime);
    await tellOf('delivery_parked', { next, verdict }, runtime);
  }
  // Only a person can repair an ended target. So the operators hear of it now, and not only after the last attempt.
  if (verdict.kind === 'retry' && verdict.ended) await tellOf('target_ended', { next, verdict }, runtime);
};

/** opwatch writes no notice about a notice that it could not deliver. Only the alarm reports this. */
const tellOf = async (
  event: 'delivery_parked' | 'target_ended',
  { next: { pk, body }, verdict }: { readonly next: DeliveryItem; readonly verdict: Verdict },
  runtime: Runtime,
): Promise<void> => {
  if (isNotice(body.event)) return;
  const about = { target: targetName(body.target), watch: pk, delivery: body.id, reason: describe(verdict) };
  await tellOperatorsOf(body.tenant, { event, at: runtime.now(), ...about }, runtime);
};

const report = (
  before: Delivery,
  { pk, body }: DeliveryItem,
  { verdict, runtime: { log, now } }: { readonly verdict: Verdict; readonly runtime: Runtime },
): void => {
  const { id, event, state, attempts } = body;
  // The canary has its own log line and its own metric.
  if (event.event === 'progress' || before.state === state || isCanary(body.tenant)) return;
  const about = { watch: isNotice(event) ? undefined : pk, delivery: id, target: targetName(body.target), attempts };
  if (state === 'parked') {
    log.error('delivery parked', { ...about, why: describe(verdict) }, { deliveriesParked: [1, 'Count'] });
  }
  if (state === 'delivered') {
    log.info('delivered', about, {
      deliveryDelay: [now() - event.at, 'Milliseconds'],
      attempts: [attempts, 'Count'],
    });
  }
};

export const dispositionOf = ({ body }: DeliveryItem): Disposition =>
  body.state === 'waiting' ? { retryAt: body.nextAttemptAt } : 'ack';

/** Saves an attempt: its effect and its record. Returns the result of the delivery's message. */
export const saveAttempt = async (item: DeliveryItem, attempt: Attempt, runtime: Runtime): Promise<Disposition> => {
  const { table, now } = runtime;
  const next = await saveVerdict(item, attempt, runtime);
  const key = attemptKey(item.pk, item.body.id, item.body.attempts);
  const body = recordOf(next, { ...attempt, number: item.body.attempts }, now());
  const expiresAt = Math.ceil((now() + keepMsOf(item.body.tenant)) / SECOND);
  await table.insert({ ...key, version: 1, body, expiresAt });
  return dispositionOf(next);
};

const recordOf = (
  { body: { state, nextAttemptAt } }: DeliveryItem,
  { number, at, verdict, answer }: Made & { readonly number: number },
  now: number,
): AttemptRecord => ({
  number,
  at,
  durationMs: now - at,
  verdict: describe(verdict),
  ...(answer && { status: answer.status }),
  ...(answer?.body && { answer: plain(answer.body, ANSWER_BYTES) }),
  ...(state === 'waiting' && { nextAttemptAt }),
});

/** Ends a delivery whose event is no longer true. Returns the result of its message. */
export const saveOvertaken = async (item: DeliveryItem, { table, now }: Runtime): Promise<Disposition> => {
  const isSaved = await table.replace(withBody(item, overtaken(item.body), now(), now()));
  return isSaved ? 'ack' : { retryAt: now() + SECOND };
};

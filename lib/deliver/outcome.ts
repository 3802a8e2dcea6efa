/** Writes down what an attempt brought: in the delivery what follows from it, beside it what happened. */

import { isCanary, keepMsOf } from '../core/canary.ts';
import { type AttemptRecord, afterAttempt, type Delivery, describe, overtaken } from '../core/delivery.ts';
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
import type { Made } from './attempt.ts';
import { tellOperatorsOf } from './operators.ts';

const ANSWER_BYTES = 1_024;

/** `againAt`: it got through, and has to be sent once more then. `number` is that of the attempt: by default the latest. */
type Options = { readonly number?: number; readonly againAt?: number };

/** Saves what became of a delivery, whoever else wrote meanwhile; `delivered` is never taken back. */
export const saveOutcome = async (
  item: DeliveryItem,
  made: Made,
  runtime: Runtime,
  { number = item.body.attempts, againAt }: Options = {},
): Promise<DeliveryItem> => {
  const { table, now, chance } = runtime;
  const { verdict, answer, at } = made;
  const luck = chance();
  const outcome = {
    number,
    at,
    verdict,
    ...(answer && { status: answer.status }),
    ...(againAt !== undefined && { againAt }),
  };
  let current: DeliveryItem | undefined = item;
  let next = item;
  while (current) {
    const tried = afterAttempt(current.body, outcome, now(), luck);
    const body = tried.state === 'parked' && (await isLate(current, runtime)) ? overtaken(tried) : tried;
    next = withBody(current, body, body.nextAttemptAt, now());
    if (body === current.body) break;
    if (body.state === 'parked') {
      await raise('parked', next, runtime);
      await tellOfParking(next, verdict, runtime);
    }
    if (verdict.kind === 'retry' && verdict.ended) await tellOfEnding(next, verdict, runtime);
    if (await table.replace(next)) break;
    [current] = (await table.get([deliveryKey(item.pk, item.body.id)])) as DeliveryItem[];
  }
  report(item.body, next, verdict, runtime);
  return next;
};

/** Whether its watch has gone on while the last attempt was under way: then nobody has to see to it. */
const isLate = async ({ pk, body }: DeliveryItem, { table }: Runtime): Promise<boolean> => {
  if (!isOnTheWay(body.event.event)) return false;
  const [watch] = (await table.get([watchKey(pk)])) as Item<Watch>[];
  return isOvertaken(body.event, watch?.body);
};

/** Operators hear of it before it is written; that they could not be told, they hear by the alarm alone. */
const tellOfParking = async ({ pk, body }: DeliveryItem, verdict: Verdict, runtime: Runtime): Promise<void> => {
  if (isNotice(body.event)) return;
  const about = { target: targetName(body.target), watch: pk, delivery: body.id, reason: describe(verdict) };
  await tellOperatorsOf(body.tenant, { event: 'delivery_parked', at: runtime.now(), ...about }, runtime);
};

/** What only a person can mend is told at the first sign, and not when all attempts are used up. */
const tellOfEnding = async ({ pk, body }: DeliveryItem, verdict: Verdict, runtime: Runtime): Promise<void> => {
  if (isNotice(body.event)) return;
  const about = { target: targetName(body.target), watch: pk, delivery: body.id, reason: describe(verdict) };
  await tellOperatorsOf(body.tenant, { event: 'target_ended', at: runtime.now(), ...about }, runtime);
};

const report = (before: Delivery, { pk, body }: DeliveryItem, verdict: Verdict, { log, now }: Runtime): void => {
  const { id, event, state, attempts } = body;
  // The canary has a line and a metric of its own.
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

export const fateOf = ({ body }: DeliveryItem): Disposition =>
  body.state === 'waiting' ? { retryAt: body.nextAttemptAt } : 'ack';

/** Saves the outcome of an attempt, and the attempt beside it. Answers what becomes of the delivery's message. */
export const saveAttempt = async (
  item: DeliveryItem,
  made: Made,
  runtime: Runtime,
  againAt?: number,
): Promise<Disposition> => {
  const { table, now } = runtime;
  const { verdict, answer, at } = made;
  const next = await saveOutcome(item, made, runtime, { ...(againAt !== undefined && { againAt }) });
  const number = item.body.attempts;
  const kept: AttemptRecord = {
    number,
    at,
    durationMs: now() - at,
    verdict: describe(verdict),
    ...(answer && { status: answer.status }),
    ...(answer?.body && { answer: plain(answer.body, ANSWER_BYTES) }),
    ...(next.body.state === 'waiting' && { nextAttemptAt: next.body.nextAttemptAt }),
  };
  const expiresAt = Math.ceil((now() + keepMsOf(item.body.tenant)) / SECOND);
  await table.insert({ ...attemptKey(item.pk, item.body.id, number), version: 1, body: kept, expiresAt });
  return fateOf(next);
};

/** Ends a delivery that is not true any more. Answers what becomes of its message. */
export const saveOvertaken = async (item: DeliveryItem, { table, now }: Runtime): Promise<Disposition> => {
  const isSaved = await table.replace(withBody(item, overtaken(item.body), now(), now()));
  return isSaved ? 'ack' : { retryAt: now() + SECOND };
};

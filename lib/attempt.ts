/** One attempt at telling a recipient: claimed in the delivery before it is sent, recorded after. */
import { isDeepStrictEqual } from 'node:util';
import {
  type AttemptRecord,
  afterAttempt,
  claimed,
  type Delivery,
  describe,
  mayAttemptAt,
  overtaken,
} from './delivery.ts';
import { LookError } from './errors.ts';
import { isOnTheWay } from './event.ts';
import type { HttpAnswer } from './http.ts';
import { attemptKey, type DeliveryItem, deliveryKey, withBody } from './items.ts';
import { type KeptMessage, keptMessage } from './kept-message.ts';
import { isNotice } from './notice.ts';
import { tellOperators } from './operators.ts';
import { placeOf } from './place.ts';
import type { Opened, Recipient } from './recipient.ts';
import { redact } from './redact.ts';
import { type Told, write } from './request.ts';
import type { Runtime } from './runtime.ts';
import { KEEP_MS, SECOND } from './schedule.ts';
import { SecretError } from './secrets.ts';
import type { Target, Verdict } from './targets/target.ts';
import { plain } from './text.ts';
import { verdictOn } from './verdict.ts';
import type { Fate, Job } from './wake-ups.ts';
import { isOver, type Watch } from './watch.ts';

const ANSWER_BYTES = 1_024;

/** A delivery whose time has come, with the watch it tells of; a notice tells of none. */
export type Due = { readonly job: Job<Delivery>; readonly watch?: Watch };
/** An attempt that was made. */
export type Made = {
  readonly at: number;
  readonly verdict: Verdict;
  readonly answer?: HttpAnswer;
  /** It gave no answer in time. */
  readonly hangs?: boolean;
};

type Decide = (due: Due, fate: Fate) => void;

/**
 * Makes one attempt for deliveries to one recipient (several, where it can be told several in one message). `learn` hears
 * what became of it, `decide` what becomes of each message.
 */
export const tellOnce = async (
  dues: readonly Due[],
  recipient: Recipient,
  runtime: Runtime,
  learn: (made: Made) => void,
  decide: Decide,
): Promise<void> => {
  const [first] = dues;
  const isFollowed = recipient.follows && first?.watch !== undefined && dues.length === 1;
  if (first && isOfNoUse(first, recipient)) decide(first, await drop(first, runtime));
  else if (first && isFollowed) await updateOnce(first, recipient, runtime, learn, decide);
  else await sendOnce(dues, recipient, undefined, runtime, learn, decide);
};

/** What was on the way, where one message is kept up to date of what is over; how far it had got, where none is kept any more. */
const isOfNoUse = ({ job, watch }: Due, { follows }: Recipient): boolean => {
  const { body } = job.item;
  return follows
    ? isOnTheWay(body.event.event) && (watch === undefined || isOver(watch.status))
    : body.event.event === 'progress';
};

const drop = async ({ job }: Due, { table, now }: Runtime): Promise<Fate> => {
  const { item } = job;
  const isDropped = await table.replace(withBody(item, overtaken(item.body), now(), now()));
  return isDropped ? 'done' : { backAt: now() + SECOND };
};

/** The same for a message that is kept up to date: it is taken for the attempt, and left with what names it now. */
const updateOnce = async (
  due: Due,
  recipient: Recipient,
  runtime: Runtime,
  learn: (made: Made) => void,
  decide: Decide,
): Promise<void> => {
  const { pk, body } = due.job.item;
  const by = runtime.uniqueId();
  const messages = keptMessage(pk, body.target, runtime);
  const kept = await messages.take(by);
  if ('backAt' in kept) {
    decide(due, kept);
    return;
  }
  let left = kept;
  try {
    if (kept.isFinal && isOnTheWay(body.event.event)) {
      decide(due, await drop(due, runtime));
      return;
    }
    const note = (made: Made): void => {
      left = afterwards(kept, made, body, recipient.target);
      learn(made);
    };
    await sendOnce([due], recipient, kept.handle, runtime, note, decide);
  } finally {
    await messages.leave(by, left);
  }
};

/** What the message is after an attempt. */
const afterwards = (
  kept: KeptMessage,
  { verdict, answer }: Made,
  delivery: Delivery,
  target: Target | undefined,
): KeptMessage => {
  const isFinal = kept.isFinal ?? false;
  if (!answer || !target?.edit) return kept;
  if (target.edit.isGone(answer)) return { isFinal };
  if (verdict.kind !== 'delivered') return kept;
  const handle = target.edit.handle(answer) ?? kept.handle;
  return { ...(handle !== undefined && { handle }), isFinal: isFinal || !isOnTheWay(delivery.event.event) };
};

const sendOnce = async (
  dues: readonly Due[],
  recipient: Recipient,
  handle: string | undefined,
  runtime: Runtime,
  learn: (made: Made) => void,
  decide: Decide,
): Promise<void> => {
  const claims: { due: Due; item: DeliveryItem }[] = [];
  for (const due of dues) {
    const claim = await claimFor(due.job.item, runtime);
    if ('item' in claim) claims.push({ due, item: claim.item });
    else decide(due, claim.fate);
  }
  if (claims.length === 0) return;
  const told = claims.map(({ due: { watch }, item }) => ({ delivery: item.body, ...(watch && { watch }) }));
  const made = await attempt(told, recipient, handle, runtime);
  learn(made);
  for (const { due, item } of claims) decide(due, await record(item, made, runtime));
};

/** Claims a delivery for one attempt, or tells what becomes of its message when somebody else has it. */
const claimFor = async (
  item: DeliveryItem,
  { table, now, uniqueId }: Runtime,
): Promise<{ readonly item: DeliveryItem } | { readonly fate: Fate }> => {
  const by = uniqueId();
  const claim = withBody(item, claimed(item.body, by, now()), now(), now());
  if (await table.replace(claim)) return { item: claim };
  const [standing] = (await table.get([item])) as DeliveryItem[];
  if (!standing) return { fate: 'done' };
  // The claim may be ours after all, written by a try whose answer was lost.
  return standing.body.claim?.by === by ? { item: standing } : { fate: { backAt: mayAttemptAt(standing.body) } };
};

type Answered = Made & { readonly answer: HttpAnswer };

/** Whether the receiver would not take it from us, as against being slow, overwhelmed or out of order. */
const isRefused = ({ verdict, answer }: Answered): boolean =>
  verdict.kind === 'gone' || (verdict.kind === 'retry' && verdict.slow !== true && answer.status < 500);

const attempt = async (
  told: readonly Told[],
  recipient: Recipient,
  handle: string | undefined,
  runtime: Runtime,
): Promise<Made> => {
  const { secrets, sendToTarget, log, now } = runtime;
  const at = now();
  const id = told[0]?.delivery.id ?? '';
  const tell = async ({ target, settings }: Opened): Promise<Answered> => {
    const answer = await sendToTarget(write(told, target, settings, { id, at, handle }, runtime));
    return { at, verdict: verdictOn(target, answer, secrets, now()), answer };
  };
  try {
    const opened = await recipient.open(secrets);
    const first = await tell(opened);
    if (!isRefused(first)) return first;
    // Its address, token or signing secret may have been rotated since they were read.
    const reopened = await recipient.open(secrets, { fresh: true });
    return isDeepStrictEqual(reopened.settings, opened.settings) ? first : await tell(reopened);
  } catch (error) {
    const ours = error instanceof LookError || error instanceof SecretError;
    if (!ours) log.error('attempt failed', { delivery: id, error: String(error) });
    const reason = ours ? error.message : 'opwatch could not build the request';
    const hangs = error instanceof LookError && error.code === 'timeout';
    return { at, hangs, verdict: { kind: 'retry', reason } };
  }
};

/**
 * What was learned is written down whoever else wrote meanwhile; `delivered` is never taken back. `number` is that of the
 * attempt: by default the latest.
 */
export const writeDown = async (
  item: DeliveryItem,
  made: Made,
  runtime: Runtime,
  number = item.body.attempts,
): Promise<DeliveryItem> => {
  const { table, now, chance } = runtime;
  const { verdict, answer, at } = made;
  const luck = chance();
  const outcome = { number, at, verdict, ...(answer && { status: answer.status }) };
  let current: DeliveryItem | undefined = item;
  let next = item;
  while (current) {
    const body = afterAttempt(current.body, outcome, now(), luck);
    next = withBody(current, body, body.nextAttemptAt, now());
    if (body === current.body) break;
    if (body.state === 'parked') await tellOfParking(next, verdict, runtime);
    if (verdict.kind === 'retry' && verdict.ended) await tellOfEnding(next, verdict, runtime);
    if (await table.replace(next)) break;
    [current] = (await table.get([deliveryKey(item.pk, item.body.id)])) as DeliveryItem[];
  }
  report(item.body, next, verdict, runtime);
  return next;
};

/** Operators hear of it before it is written; that they could not be told, they hear by the alarm alone. */
const tellOfParking = async ({ pk, body }: DeliveryItem, verdict: Verdict, runtime: Runtime): Promise<void> => {
  if (isNotice(body.event)) return;
  const about = { target: placeOf(body.target), watch: pk, delivery: body.id, reason: describe(verdict) };
  await tellOperators({ event: 'delivery_parked', at: runtime.now(), ...about }, runtime);
};

/** What only a person can mend is told at the first sign, and not when all attempts are used up. */
const tellOfEnding = async ({ pk, body }: DeliveryItem, verdict: Verdict, runtime: Runtime): Promise<void> => {
  if (isNotice(body.event)) return;
  const about = { target: placeOf(body.target), watch: pk, delivery: body.id, reason: describe(verdict) };
  await tellOperators({ event: 'target_ended', at: runtime.now(), ...about }, runtime);
};

const report = (before: Delivery, { pk, body }: DeliveryItem, verdict: Verdict, { log, now }: Runtime): void => {
  const { id, event, state, attempts } = body;
  if (event.event === 'progress' || before.state === state) return;
  const about = { watch: isNotice(event) ? undefined : pk, delivery: id, target: placeOf(body.target), attempts };
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

export const fateOf = ({ body }: DeliveryItem): Fate =>
  body.state === 'waiting' ? { backAt: body.nextAttemptAt } : 'done';

/** Writes down an attempt: in the delivery what follows from it, beside it what happened. */
const record = async (item: DeliveryItem, made: Made, runtime: Runtime): Promise<Fate> => {
  const { table, now, secrets } = runtime;
  const { verdict, answer, at } = made;
  const next = await writeDown(item, made, runtime);
  const number = item.body.attempts;
  const kept: AttemptRecord = {
    number,
    at,
    durationMs: now() - at,
    verdict: describe(verdict),
    ...(answer && { status: answer.status }),
    ...(answer?.body && { answer: plain(redact(answer.body, secrets.known()), ANSWER_BYTES) }),
    ...(next.body.state === 'waiting' && { nextAttemptAt: next.body.nextAttemptAt }),
  };
  const expiresAt = Math.ceil((now() + KEEP_MS) / SECOND);
  await table.insert({ ...attemptKey(item.pk, item.body.id, number), version: 1, body: kept, expiresAt });
  return fateOf(next);
};

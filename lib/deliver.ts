/** Wake-ups for deliveries: one attempt each at its target, in its target's turn; claimed before it is sent, recorded after. */
import { isDeepStrictEqual } from 'node:util';
import { type AttemptRecord, afterAttempt, claimed, type Delivery, describe, mayAttemptAt } from './delivery.ts';
import { LookError } from './errors.ts';
import { eventOf } from './event.ts';
import type { HttpAnswer } from './http.ts';
import { attemptKey, type DeliveryItem, deliveryKey, watchKey, withBody } from './items.ts';
import { linksOf } from './links.ts';
import { isCallback } from './place.ts';
import type { SqsRecord } from './queue.ts';
import { type Opened, type Recipient, recipientOf } from './recipient.ts';
import { redact, redactUrl } from './redact.ts';
import type { Runtime } from './runtime.ts';
import { EARLY_MS, KEEP_MS, SECOND } from './schedule.ts';
import { SecretError } from './secrets.ts';
import type { Item } from './store.ts';
import type { Verdict } from './targets/target.ts';
import { plain } from './text.ts';
import { type Entry, SEATS, type Wish } from './turn.ts';
import type { Learned } from './turns.ts';
import { type Fate, handleWakeUps, type Job } from './wake-ups.ts';
import type { Watch } from './watch.ts';

const ANSWER_BYTES = 1_024;
/** A slot this near is waited for. */
const PATIENCE_MS = 2 * SECOND;

type Due = { readonly job: Job<Delivery>; readonly watch: Watch };
type Made = {
  readonly at: number;
  readonly verdict: Verdict;
  readonly answer?: HttpAnswer;
  /** It gave no answer in time. */
  readonly hangs?: boolean;
};
type Told = Made & { readonly answer: HttpAnswer };

/** Handles one batch of the notify queue; answers the ids of the messages that stay. */
export const deliver = (
  records: readonly SqsRecord[],
  queueUrls: readonly string[],
  runtime: Runtime,
): Promise<string[]> =>
  handleWakeUps<Delivery>(
    { records, queueUrls, alongside: ({ pk }) => [watchKey(pk)] },
    runtime,
    async (jobs, around) => {
      const fates = new Map<Job<Delivery>, Fate>();
      const dues: Due[] = [];
      for (const job of jobs) {
        const watch = around.find(({ pk, sk }) => pk === job.item.pk && sk === 'watch') as Item<Watch> | undefined;
        const mayAt = mayAttemptAt(job.item.body);
        if (!watch || job.item.body.state !== 'waiting') fates.set(job, 'done');
        else if (mayAt > runtime.now() + EARLY_MS) fates.set(job, { backAt: mayAt });
        else dues.push({ job, watch: watch.body });
      }
      const byGate = Map.groupBy(dues, ({ job }) => recipientOf(job.item.body, runtime.config).gate);
      await Promise.all([...byGate].map(([gate, some]) => tellThroughGate(gate, some, runtime, fates)));
      return fates;
    },
  );

/** What found no turn comes back. What has come in vain before spreads out: not all of a backlog asks for the same slot. */
const comeBack = (dues: readonly Due[], at: number, { chance }: Runtime, fates: Map<Job<Delivery>, Fate>): void => {
  for (const { job } of dues) fates.set(job, { backAt: at + chance() * Math.min(job.receives, 10) * SECOND });
};

const takeTurn = ({ turns, log, now }: Runtime, name: string, wish: Omit<Wish, 'patienceMs'>): Promise<Entry> =>
  turns.enter(name, { ...wish, patienceMs: PATIENCE_MS }).catch((error) => {
    log.warn('a turn could not be taken', { target: name, error: String(error) });
    return { backAt: now() + SECOND };
  });

/** Tells each recipient of a batch, once the gate they share, if they do, has let the batch through. */
const tellThroughGate = async (
  gate: string | undefined,
  dues: readonly Due[],
  runtime: Runtime,
  fates: Map<Job<Delivery>, Fate>,
): Promise<void> => {
  const tellAll = async (): Promise<void> => {
    const byRecipient = Map.groupBy(dues, ({ job }) => recipientOf(job.item.body, runtime.config).turn);
    await Promise.all([...byRecipient.values()].map((some) => tellInTurn(some, runtime, fates)));
  };
  if (gate === undefined) return tellAll();
  const by = runtime.uniqueId();
  const entry = await takeTurn(runtime, gate, { by, count: 1, rate: {}, seats: SEATS });
  if ('backAt' in entry) return comeBack(dues, entry.backAt, runtime, fates);
  await tellAll().finally(() => runtime.turns.leave(gate, by, {}));
};

/** Tells one recipient what a batch holds for it, as far as its turn allows; the rest comes back. */
const tellInTurn = async (dues: readonly Due[], runtime: Runtime, fates: Map<Job<Delivery>, Fate>): Promise<void> => {
  const { config, turns, log, now, uniqueId, pause } = runtime;
  const [first] = dues;
  if (!first) return;
  const recipient = recipientOf(first.job.item.body, config);
  const by = uniqueId();
  const { rate, seats } = recipient;
  const entry = await takeTurn(runtime, recipient.turn, { by, count: dues.length, rate, seats });
  if ('backAt' in entry) return comeBack(dues, entry.backAt, runtime, fates);
  const learned: { -readonly [K in keyof Learned]: Learned[K] } = {};
  const learn = ({ verdict, answer, hangs }: Made): void => {
    if (answer) learned.answers = 'some';
    else if (hangs) learned.answers ??= 'none';
    if (verdict.kind === 'gone' && recipient.isNamed) learned.gone = verdict.reason;
    if (verdict.kind !== 'retry' || !verdict.slow) return;
    const afterMs = Math.max(verdict.afterMs ?? 0, learned.slow?.afterMs ?? 0);
    learned.slow = afterMs > 0 ? { afterMs } : {};
  };
  const tellTogether = async (some: readonly Due[], slotAt: number): Promise<void> => {
    const [one = first] = some;
    if (slotAt > now()) await pause(slotAt - now());
    // The callbacks of one host share its turn, and nothing else: each has its own address and its tenant's secret.
    const whom = recipientOf(one.job.item.body, config);
    await tellOnce(some, whom, runtime, learn, (due, fate) => fates.set(due.job, fate));
  };

  if ('disabled' in entry) {
    const verdict: Verdict = { kind: 'gone', reason: `the target is disabled: ${entry.disabled}` };
    for (const { job } of dues) {
      fates.set(job, fateOf(await writeDown(job.item, { at: now(), verdict }, runtime)));
    }
    return;
  }
  try {
    const { slots } = entry;
    // A chat that cannot be told everything now is told it in one message.
    if (recipient.target?.digest && slots.length < dues.length) await tellTogether(dues, slots[0] ?? now());
    else {
      await Promise.all(slots.map((slotAt, i) => tellTogether(dues.slice(i, i + 1), slotAt)));
      comeBack(dues.slice(slots.length), now() + SECOND, runtime, fates);
    }
  } finally {
    const isNews = await turns.leave(recipient.turn, by, learned);
    if (isNews) log.error('target disabled', { target: recipient.turn, why: learned.gone });
  }
};

/** Makes one attempt for deliveries to one recipient (several, where it can be told several in one message). */
const tellOnce = async (
  dues: readonly Due[],
  recipient: Recipient,
  runtime: Runtime,
  learn: (made: Made) => void,
  decide: (due: Due, fate: Fate) => void,
): Promise<void> => {
  const claims: { due: Due; item: DeliveryItem }[] = [];
  for (const due of dues) {
    const claim = await claimFor(due.job.item, runtime);
    if ('item' in claim) claims.push({ due, item: claim.item });
    else decide(due, claim.fate);
  }
  if (claims.length === 0) return;
  const made = await attempt(
    claims.map(({ due, item }) => ({ watch: due.watch, delivery: item.body })),
    recipient,
    runtime,
  );
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

type Owed = { readonly watch: Watch; readonly delivery: Delivery };

/** Whether the receiver would not take it from us, as against being slow, overwhelmed or out of order. */
const isRefused = ({ verdict, answer }: Told): boolean =>
  verdict.kind === 'gone' || (verdict.kind === 'retry' && verdict.slow !== true && answer.status < 500);

const attempt = async (told: readonly Owed[], recipient: Recipient, runtime: Runtime): Promise<Made> => {
  const { secrets, sendToTarget, log, now } = runtime;
  const at = now();
  try {
    const opened = await recipient.open(secrets);
    const events = told.map(({ watch, delivery }) => eventOf(watch, delivery.event, linksOf(watch, runtime)));
    const attempted = { id: told[0]?.delivery.id ?? '', at };
    const [event] = events;
    if (!event) throw new Error('an attempt without an event');
    const tell = async ({ target, settings }: Opened): Promise<Told> => {
      const request =
        events.length > 1 && target.digest
          ? target.digest(events, settings, attempted)
          : target.request(event, settings, attempted);
      const answer = await sendToTarget(request);
      return { at, verdict: target.verdict(answer), answer };
    };
    const first = await tell(opened);
    if (!isRefused(first)) return first;
    // Its address, token or signing secret may have been rotated since they were read.
    const reopened = await recipient.open(secrets, { fresh: true });
    return isDeepStrictEqual(reopened.settings, opened.settings) ? first : await tell(reopened);
  } catch (error) {
    const ours = error instanceof LookError || error instanceof SecretError;
    if (!ours) log.error('attempt failed', { delivery: told[0]?.delivery.id, error: String(error) });
    const reason = ours ? error.message : 'opwatch could not build the request';
    const hangs = error instanceof LookError && error.code === 'timeout';
    return { at, hangs, verdict: { kind: 'retry', reason } };
  }
};

/** What was learned is written down whoever else wrote meanwhile; `delivered` is never taken back. */
const writeDown = async (
  item: DeliveryItem,
  made: Made,
  { table, now, chance, log }: Runtime,
): Promise<DeliveryItem> => {
  const { verdict, answer, at } = made;
  const luck = chance();
  const what = { at, verdict, ...(answer && { status: answer.status }) };
  let current: DeliveryItem | undefined = item;
  let next = item;
  while (current) {
    const body = afterAttempt(current.body, what, now(), luck);
    next = withBody(current, body, body.nextAttemptAt, now());
    if (body === current.body || (await table.replace(next))) break;
    [current] = (await table.get([deliveryKey(item.pk, item.body.id)])) as DeliveryItem[];
  }
  const { state, attempts } = next.body;
  if (state === 'parked') {
    const why = describe(verdict);
    log.error(
      'delivery parked',
      { watch: item.pk, delivery: item.body.id, attempts, why },
      { deliveriesParked: [1, 'Count'] },
    );
  }
  if (state === 'delivered' && item.body.state !== 'delivered') {
    const { id, target, event } = item.body;
    log.info(
      'delivered',
      { watch: item.pk, delivery: id, target: isCallback(target) ? redactUrl(target) : target, attempts },
      { deliveryDelay: [now() - event.at, 'Milliseconds'], attempts: [attempts, 'Count'] },
    );
  }
  return next;
};

const fateOf = ({ body }: DeliveryItem): Fate => (body.state === 'waiting' ? { backAt: body.nextAttemptAt } : 'done');

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

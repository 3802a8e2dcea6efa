/** Wake-ups for deliveries: each is told in its target's turn, as far as that goes; the rest comes back. */
import { type Due, fateOf, type Made, tellOnce, writeDown } from './attempt.ts';
import { type Delivery, mayAttemptAt } from './delivery.ts';
import { type DeliveryItem, leaseIsDue, wakeUpOf, watchKey, withBody } from './items.ts';
import { isNotice } from './notice.ts';
import { tellOperators } from './operators.ts';
import type { SqsRecord } from './queue.ts';
import { type Recipient, recipientOf } from './recipient.ts';
import type { Runtime } from './runtime.ts';
import { EARLY_MS, SECOND } from './schedule.ts';
import type { Item, Key } from './store.ts';
import type { Verdict } from './targets/target.ts';
import { type Disabled, type Entry, SEATS, type Wish } from './turn.ts';
import type { Learned } from './turns.ts';
import { type Fate, handleWakeUps, type Job } from './wake-ups.ts';
import type { Watch } from './watch.ts';

/** A slot this near is waited for. */
const PATIENCE_MS = 2 * SECOND;

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
        const { pk, body } = job.item;
        const watch = around.find((item) => item.pk === pk && item.sk === 'watch') as Item<Watch> | undefined;
        const mayAt = mayAttemptAt(body);
        if (body.state !== 'waiting' || !(watch || isNotice(body.event))) fates.set(job, 'done');
        else if (mayAt > runtime.now() + EARLY_MS) fates.set(job, { backAt: mayAt });
        else dues.push({ job, ...(watch && { watch: watch.body }) });
      }
      const byGate = Map.groupBy(dues, ({ job }) => recipientOf(job.item.body, runtime.config).gate);
      const unfinished = (error: unknown) => runtime.log.error('deliveries not finished', { error: String(error) });
      // What has no fate by then comes back in a while, and nothing else waits for it.
      await Promise.all(
        [...byGate].map(([gate, some]) => tellThroughGate(gate, some, runtime, fates).catch(unfinished)),
      );
      return fates;
    },
  );

/**
 * What found no turn comes back. What has come in vain before spreads out: not all of a backlog asks for the same slot.
 * Whoever waits for a target that is down has not been forgotten: its lease is renewed, or the sweep would send for it.
 */
const comeBack = async (
  dues: readonly Due[],
  at: number,
  { table, log, now, chance }: Runtime,
  fates: Map<Job<Delivery>, Fate>,
): Promise<void> => {
  const wait = async ({ job }: Due): Promise<void> => {
    const backAt = at + chance() * Math.min(job.receives, 10) * SECOND;
    fates.set(job, { backAt });
    if (leaseIsDue(job.item, backAt)) await table.replace(withBody(job.item, job.item.body, backAt, now()));
  };
  await Promise.all(dues.map(wait)).catch((error) => log.warn('a lease was not renewed', { error: String(error) }));
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
  const mergeable = dues.filter((due) => canMerge(due, recipient)).map(({ job }) => job.wakeUp);
  const entry = await takeTurn(runtime, recipient.turn, { by, count: dues.length, rate, seats, mergeable });
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
    await tellOnce(some, whom, runtime, learn, (due, fate) => fates.set(due.job, fate)).catch((error) =>
      log.error('delivery not finished', { delivery: one.job.item.body.id, error: String(error) }),
    );
  };

  const tellOfEnd = ({ since, reason }: Disabled) =>
    tellOperators({ event: 'target_disabled', at: since, target: recipient.turn, reason }, runtime);

  if ('disabled' in entry) {
    const verdict: Verdict = { kind: 'gone', reason: `the target is disabled: ${entry.disabled.reason}` };
    await tellOfEnd(entry.disabled);
    for (const { job } of dues) {
      // No attempt is made, but it ends as one would.
      const number = job.item.body.attempts + 1;
      fates.set(job, fateOf(await writeDown(job.item, { at: now(), verdict }, runtime, number)));
    }
    return;
  }
  try {
    const { slots } = entry;
    const all = [...dues, ...(await leftByOthers(entry.waiting, recipient, runtime))];
    const messages = slots.length < all.length ? merged(all, recipient) : all.map((due) => [due]);
    await Promise.all(messages.slice(0, slots.length).map((some, i) => tellTogether(some, slots[i] ?? now())));
    await comeBack(messages.slice(slots.length).flat(), now() + SECOND, runtime, fates);
  } finally {
    const disabled = await turns.leave(recipient.turn, by, learned);
    if (disabled) {
      log.error('target disabled', { target: recipient.turn, why: disabled.reason });
      await tellOfEnd(disabled);
    }
  }
};

/** What of several operations a chat can be told in one message. */
const canMerge = ({ job }: Due, { target, follows }: Recipient): boolean =>
  target?.digest !== undefined && !follows && !isNotice(job.item.body.event);

/** What goes into one message each: a chat that cannot be told everything now is told of several operations at once. */
const merged = (dues: readonly Due[], recipient: Recipient): Due[][] => {
  const together = dues.filter((due) => canMerge(due, recipient));
  const alone = dues.filter((due) => !canMerge(due, recipient)).map((due) => [due]);
  return together.length > 0 ? [together, ...alone] : alone;
};

/** Deliveries that found no turn in other batches and still wait for one: their own messages will find them told. */
const leftByOthers = async (
  keys: readonly Key[],
  recipient: Recipient,
  { table, now, config }: Runtime,
): Promise<Due[]> => {
  if (keys.length === 0) return [];
  const items = await table.get(keys.flatMap((key) => [key, watchKey(key.pk)]));
  return keys.flatMap((key): Due[] => {
    const item = items.find(({ pk, sk }) => pk === key.pk && sk === key.sk) as DeliveryItem | undefined;
    const watch = items.find(({ pk, sk }) => pk === key.pk && sk === 'watch') as Item<Watch> | undefined;
    if (!item || !watch || item.body.state !== 'waiting' || mayAttemptAt(item.body) > now() + EARLY_MS) return [];
    const due = { job: { wakeUp: wakeUpOf(item), messageId: '', item, receives: 0 }, watch: watch.body };
    return recipientOf(item.body, config).turn === recipient.turn && canMerge(due, recipient) ? [due] : [];
  });
};

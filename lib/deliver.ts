/** Wake-ups for deliveries: one attempt at one target each, claimed before it is sent, recorded after. */
import type { Config } from './config.ts';
import { type AttemptRecord, afterAttempt, claimed, type Delivery, describe, mayAttemptAt } from './delivery.ts';
import { LookError } from './errors.ts';
import { eventOf } from './event.ts';
import type { HttpAnswer } from './http.ts';
import { attemptKey, type DeliveryItem, deliveryKey, watchKey, withBody } from './items.ts';
import { linksOf } from './links.ts';
import type { SqsRecord } from './queue.ts';
import { redact } from './redact.ts';
import { isReference } from './reference.ts';
import type { Runtime } from './runtime.ts';
import { EARLY_MS, KEEP_MS, SECOND } from './schedule.ts';
import { SecretError, type Secrets } from './secrets.ts';
import type { Item } from './store.ts';
import { targetOf } from './targets/index.ts';
import type { Target, Verdict } from './targets/target.ts';
import { plain } from './text.ts';
import { type Fate, handleWakeUps, type Job } from './wake-ups.ts';
import type { Watch } from './watch.ts';

const ANSWER_BYTES = 1_024;

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
      await Promise.all(
        jobs.map(async (job) => {
          const watch = around.find(({ pk, sk }) => pk === job.item.pk && sk === 'watch') as Item<Watch> | undefined;
          try {
            fates.set(job, watch ? await deliverOnce(job.item, watch.body, runtime) : 'done');
          } catch (error) {
            runtime.log.error('delivery failed', { delivery: job.item.body.id, error: String(error) });
          }
        }),
      );
      return fates;
    },
  );

const deliverOnce = async (item: DeliveryItem, watch: Watch, runtime: Runtime): Promise<Fate> => {
  const { table, now, uniqueId } = runtime;
  if (item.body.state !== 'waiting') return 'done';
  if (mayAttemptAt(item.body) > now() + EARLY_MS) return { backAt: mayAttemptAt(item.body) };

  const by = uniqueId();
  const claim = withBody(item, claimed(item.body, by, now()), now(), now());
  if (!(await table.replace(claim))) {
    const [standing] = (await table.get([item])) as DeliveryItem[];
    if (!standing) return 'done';
    // The claim may be ours after all, written by a try whose answer was lost.
    if (standing.body.claim?.by !== by) return { backAt: mayAttemptAt(standing.body) };
  }
  const at = now();
  const { verdict, answer } = await attempt(claim.body, watch, at, runtime);
  return record(claim, { at, verdict, ...(answer && { answer }) }, runtime);
};

type Attempted = { readonly verdict: Verdict; readonly answer?: HttpAnswer };

const attempt = async (delivery: Delivery, watch: Watch, at: number, runtime: Runtime): Promise<Attempted> => {
  const { config, secrets, sendToTarget } = runtime;
  try {
    const { target, settings } = await targetFor(delivery, config, secrets);
    const event = eventOf(watch, delivery.event, linksOf(watch, runtime));
    const answer = await sendToTarget(target.request(event, settings, { id: delivery.id, at }));
    return { verdict: target.verdict(answer), answer };
  } catch (error) {
    const ours = error instanceof LookError || error instanceof SecretError || error instanceof NoTarget;
    if (!ours) runtime.log.error('attempt failed', { delivery: delivery.id, error: String(error) });
    return { verdict: { kind: 'retry', reason: ours ? error.message : 'opwatch could not build the request' } };
  }
};

/** What the attempt taught is written down whoever else wrote meanwhile; `delivered` is never taken back. */
const record = async (
  item: DeliveryItem,
  made: Attempted & { readonly at: number },
  runtime: Runtime,
): Promise<Fate> => {
  const { table, now, chance, secrets, log } = runtime;
  const { verdict, answer, at } = made;
  const number = item.body.attempts;
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
  const { state, nextAttemptAt } = next.body;

  const kept: AttemptRecord = {
    number,
    at,
    durationMs: now() - at,
    verdict: describe(verdict),
    ...(answer && { status: answer.status }),
    ...(answer?.body && { answer: plain(redact(answer.body, secrets.known()), ANSWER_BYTES) }),
    ...(state === 'waiting' && { nextAttemptAt }),
  };
  const expiresAt = Math.ceil((now() + KEEP_MS) / SECOND);
  await table.insert({ ...attemptKey(item.pk, item.body.id, number), version: 1, body: kept, expiresAt });
  if (state === 'parked') {
    log.error('delivery parked', { watch: item.pk, delivery: item.body.id, attempts: number, why: kept.verdict });
  }
  return state === 'waiting' ? { backAt: nextAttemptAt } : 'done';
};

/** A delivery names a target that cannot be used as things stand. Its message is for the attempt's record. */
class NoTarget extends Error {}

/** Settings with every secret reference, at any depth, replaced by what it stands for. */
const resolved = async (settings: unknown, secrets: Secrets): Promise<unknown> => {
  if (typeof settings === 'string') return isReference(settings) ? (await secrets.read([settings]))[0] : settings;
  if (Array.isArray(settings)) return Promise.all(settings.map((entry) => resolved(entry, secrets)));
  if (typeof settings !== 'object' || settings === null) return settings;
  const entries = Object.entries(settings).map(async ([key, value]) => [key, await resolved(value, secrets)] as const);
  return Object.fromEntries(await Promise.all(entries));
};

const targetFor = async (
  { target: name, tenant }: Delivery,
  config: Config,
  secrets: Secrets,
): Promise<{ target: Target; settings: unknown }> => {
  const isCallback = name.startsWith('https:') || name.startsWith('http:');
  const { type, settings } = isCallback
    ? { type: 'webhook', settings: { url: name, secrets: config.tenants.get(tenant)?.signing ?? [] } }
    : (config.targets.get(name) ?? { type: '', settings: {} });
  const target = targetOf(type);
  if (!target) throw new NoTarget(`opwatch.config.ts names no target ${name} any more`);
  return { target, settings: await resolved(settings, secrets) };
};

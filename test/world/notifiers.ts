/**
 * Notifiers alone, in virtual time: a watch goes through the states that a case names, and whatever it owes is told to one
 * target by as many notifiers as there are messages. Every call of a notifier takes its time, a notifier may be slow or be
 * killed at any of them, and an attempt may be refused, hang, or arrive long after its sender has given up.
 */

import { resend } from '../../lib/api/resend.ts';
import type { Config } from '../../lib/config/config.ts';
import { createSecrets } from '../../lib/config/secrets.ts';
import { decide } from '../../lib/core/decide.ts';
import type { Delivery } from '../../lib/core/delivery.ts';
import { NotAllowed, RetryLater } from '../../lib/core/errors.ts';
import { createLog } from '../../lib/core/log.ts';
import { DEFAULT_GAP } from '../../lib/core/schedule.ts';
import { isOver, type Watch } from '../../lib/core/watch.ts';
import { deliver } from '../../lib/deliver/deliver.ts';
import { createTargetLimiters } from '../../lib/limits/target-limiters.ts';
import { announce } from '../../lib/look/announce.ts';
import type { HttpAnswer, HttpRequest } from '../../lib/net/http.ts';
import type { Runtime } from '../../lib/runtime.ts';
import {
  type DeliveryItem,
  newWatchItem,
  reissued,
  type WatchItem,
  wakeUpOf,
  withBody,
} from '../../lib/store/items.ts';
import { watchKey } from '../../lib/store/keys.ts';
import { type Hide, type SqsRecord, type WakeUp, writeWakeUp } from '../../lib/store/queue.ts';
import { MINUTE, SECOND, watchWith } from '../samples.ts';
import { createMemoryTable } from './memory-table.ts';
import { createRng } from './rng.ts';
import { environment } from './settings.ts';
import { createTimeline } from './timeline.ts';
import { ENV, START } from './world.ts';

/** What a look brings. */
export type Sight = 'running' | 'more' | 'attention' | 'refused' | 'succeeded' | 'failed';

/** What becomes of an attempt, in place of a good answer. */
export type Trouble =
  | { readonly kind: 'answers'; readonly status: 429 | 500 | 503 }
  /** A gateway gives up on the target, or no answer comes. The request is lost, or arrives so long after it was sent. */
  | { readonly kind: 'gateway' | 'hangs'; readonly arrivesAfterMs?: number };

export type Course = {
  readonly seed: number;
  /** Each look, and how long after the one before. */
  readonly looks: readonly { readonly afterMs: number; readonly sight: Sight }[];
  /** Of the nth event that is told, what becomes of its first attempts. */
  readonly troubles: readonly (readonly Trouble[])[];
  /** When somebody sends everything again, ms from the beginning. */
  readonly resends: readonly number[];
  /** The calls of notifiers, by their number, at which one is killed, or stands still for so long. */
  readonly kills: readonly number[];
  readonly stalls: readonly { readonly call: number; readonly ms: number }[];
};

/** A request that reached the target. */
export type Arrival = { readonly at: number; readonly sentAt: number; readonly request: HttpRequest };

export type Telling = {
  readonly watch: Watch;
  readonly deliveries: readonly Delivery[];
  readonly arrivals: readonly Arrival[];
  /** Attempts that were under way at the same time. */
  readonly mostAtOnce: number;
  readonly endedAt: number;
};

type Message = {
  readonly id: string;
  readonly body: string;
  readonly sentAt: number;
  receives: number;
  hiddenUntil: number;
};

const HANGS_MS = 15 * SECOND;
const FUNCTION_MS = 30 * SECOND;
const VISIBILITY_MS = 180 * SECOND;

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** Plays a course to its end. `answer` is the target's: it takes a request and answers it. */
export const tellAll = async (
  course: Course,
  config: Config,
  notify: readonly string[],
  answer: (request: HttpRequest) => HttpAnswer,
): Promise<Telling> => {
  const timeline = createTimeline(START);
  const chance = createRng(course.seed);
  const table = createMemoryTable({
    now: timeline.now,
    onWrite: (after) => {
      if ((after as DeliveryItem).isAsleep) timeline.at(after.aliveUntil ?? 0, () => sweepOne(after as DeliveryItem));
    },
  });
  const messages = new Map<string, Message>();
  const arrivals: Arrival[] = [];
  const events: string[] = [];
  let calls = 0;
  let ids = 0;
  let underWay = 0;
  let mostAtOnce = 0;

  const troubles = new Map<string, Trouble[]>();
  /** The trouble that the next attempt at this body's event meets. */
  const troubleOf = (delivery: string): Trouble | undefined => {
    if (!events.includes(delivery)) events.push(delivery);
    const left = troubles.get(delivery) ?? [...(course.troubles[events.indexOf(delivery)] ?? [])];
    troubles.set(delivery, left);
    return left.shift();
  };

  const arrive = (request: HttpRequest, sentAt: number): HttpAnswer => {
    arrivals.push({ at: timeline.now(), sentAt, request });
    return answer(request);
  };

  const exchange = async (request: HttpRequest, trouble: Trouble | undefined): Promise<HttpAnswer> => {
    const sentAt = timeline.now();
    const says = (status: number): HttpAnswer => ({ status, headers: {}, body: '{}', cut: false });
    if (!trouble) {
      await timeline.pause(chance.between(20, 400));
      return arrive(request, sentAt);
    }
    if (trouble.kind === 'answers') {
      await timeline.pause(chance.between(20, 400));
      return says(trouble.status);
    }
    if (trouble.arrivesAfterMs !== undefined) {
      timeline.at(sentAt + trouble.arrivesAfterMs, () => arrive(request, sentAt));
    }
    if (trouble.kind === 'gateway') {
      await timeline.pause(10 * SECOND);
      return says(504);
    }
    await timeline.pause(HANGS_MS);
    throw new RetryLater({ code: 'timeout', message: 'the target gave no answer (timeout)' });
  };

  const send = (wakeUps: readonly WakeUp[]): void => {
    for (const wakeUp of wakeUps) {
      ids += 1;
      const message = {
        id: `m-${ids}`,
        body: writeWakeUp(wakeUp),
        sentAt: timeline.now(),
        receives: 0,
        hiddenUntil: 0,
      };
      messages.set(message.id, message);
      timeline.at(timeline.now(), () => receive(message));
    }
  };

  /** What the sweep does for a delivery that sleeps. */
  const sweepOne = (asleep: DeliveryItem): void => {
    const [item] = table.get([asleep]) as DeliveryItem[];
    if (item?.version !== asleep.version) return;
    const next = reissued(item, timeline.now(), 0);
    if (table.replace(next)) send([wakeUpOf(next)]);
  };

  /** A notifier's runtime. Once it is dead, none of its calls comes back. */
  const runtimeOf = (isAlive: () => boolean, kill: () => void): Runtime => {
    const own = new Set<string>();
    const call = async <T>(act: () => T): Promise<T> => {
      calls += 1;
      const number = calls;
      const stall = course.stalls.find((each) => each.call === number)?.ms ?? 0;
      await timeline.pause(chance.between(1, 40) + stall);
      if (course.kills.includes(number)) kill();
      if (!isAlive()) return never();
      const result = act();
      await timeline.pause(chance.between(1, 20));
      return isAlive() ? result : never();
    };
    const tools = {
      table: {
        get: (keys: Parameters<typeof table.get>[0]) => call(() => table.get(keys)),
        insert: (item: Parameters<typeof table.insert>[0]) => call(() => table.insert(item)),
        replace: (item: Parameters<typeof table.replace>[0]) => call(() => table.replace(item)),
      } as Runtime['table'],
      now: timeline.now,
      chance: chance.next,
      pause: timeline.pause,
    };
    return {
      ...tools,
      config,
      env: ENV,
      queue: {
        send: async (_: string, wakeUps: readonly WakeUp[]) => {
          send(wakeUps);
          return [];
        },
        hide: (_: string, hides: readonly Hide[]) =>
          call(() => {
            for (const { receiptHandle, seconds } of hides) {
              const message = messages.get(receiptHandle);
              if (message) hide(message, timeline.now() + seconds * SECOND);
            }
          }),
        deadLetter: async () => undefined,
      },
      targetLimiters: createTargetLimiters(tools),
      secrets: createSecrets({ send: () => Promise.reject(new Error('no SSM')) } as never, environment(), timeline.now),
      log: createLog(() => undefined),
      uniqueId: () => {
        ids += 1;
        own.add(`n-${ids}`);
        return `n-${ids}`;
      },
      sendToTarget: async (request: HttpRequest) => {
        const claimed = deliveriesIn(table).find(({ body }) => own.has(body.claim?.by ?? ''));
        underWay += 1;
        mostAtOnce = Math.max(mostAtOnce, underWay);
        const done = () => {
          underWay -= 1;
        };
        const answered = exchange(request, troubleOf(claimed?.sk ?? 'unknown')).finally(done);
        return answered.then(
          (value) => (isAlive() ? value : never()),
          (error) => (isAlive() ? Promise.reject(error) : never()),
        );
      },
    } as unknown as Runtime;
  };

  const hide = (message: Message, until: number): void => {
    message.hiddenUntil = until;
    timeline.at(until, () => receive(message));
  };

  const receive = (message: Message): void => {
    if (!messages.has(message.id) || message.hiddenUntil > timeline.now()) return;
    message.receives += 1;
    hide(message, timeline.now() + VISIBILITY_MS);
    const record: SqsRecord = {
      messageId: message.id,
      receiptHandle: message.id,
      body: message.body,
      attributes: { ApproximateReceiveCount: String(message.receives), SentTimestamp: String(message.sentAt) },
      eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:notify',
    };
    const bornAt = timeline.now();
    let isKilled = false;
    const isAlive = () => !isKilled && timeline.now() < bornAt + FUNCTION_MS;
    const kill = () => {
      isKilled = true;
    };
    void deliver([record], ENV.notifyQueues, runtimeOf(isAlive, kill)).then(
      (failed) => {
        if (isAlive() && failed.length === 0) messages.delete(message.id);
      },
      () => undefined,
    );
  };

  const poller = { config, table: asTable(table), env: ENV, now: timeline.now, log: createLog(() => undefined) };
  const queue = {
    send: async (_: string, wakeUps: readonly WakeUp[]) => {
      send(wakeUps);
      return [];
    },
  };
  const tools = { ...poller, queue } as unknown as Runtime;

  const watch = watchWith({
    notify,
    labels: { sha: 'a'.repeat(40) },
    submittedAt: START,
    deadline: START + 7 * 24 * 60 * MINUTE,
  });
  table.insert(newWatchItem(watch, START));
  const followers = notify.filter((name) => config.targets.get(name)?.progress);
  let at = START;
  for (const [i, { afterMs, sight }] of course.looks.entries()) {
    at += afterMs;
    timeline.at(at, () => look(sight, i));
  }
  const look = async (sight: Sight, nth: number): Promise<void> => {
    const [item] = table.get([watchKey(watch.id)]) as WatchItem[];
    if (!item) return;
    const now = timeline.now();
    const seen = sight === 'more' ? 'running' : sight;
    const observation =
      seen === 'refused'
        ? ({ kind: 'unanswered', error: new NotAllowed({ code: 'Forbidden', message: 'not yours' }) } as const)
        : ({
            kind: 'seen',
            status: seen,
            word: seen.toUpperCase(),
            known: true,
            progress: { done: nth, total: 99 },
          } as const);
    const policy = { graceMs: 0, missesUntilLost: 3, gap: DEFAULT_GAP, followers };
    const next = withBody(item, decide(item.body, observation, now, policy), now, now);
    table.replace(next);
    await announce(next, tools);
  };
  for (const after of course.resends) {
    timeline.at(START + after, async () => {
      for (const { pk, sk } of deliveriesIn(table)) await resend({ pk, sk }, tools);
    });
  }

  await timeline.runUntil(START + 12 * 24 * 60 * MINUTE);
  const [item] = table.get([watchKey(watch.id)]) as WatchItem[];
  if (!item || !isOver(item.body.status)) throw new Error('the course has no end');
  const deliveries = deliveriesIn(table).map(({ body }) => body);
  return { watch: item.body, deliveries, arrivals, mostAtOnce, endedAt: item.body.endedAt ?? 0 };
};

const deliveriesIn = (table: ReturnType<typeof createMemoryTable>): DeliveryItem[] =>
  [...table.items()].filter(({ sk }) => sk.startsWith('delivery#')) as DeliveryItem[];

/** The table without delay, for whoever is no notifier. */
const asTable = (table: ReturnType<typeof createMemoryTable>) => ({
  get: async (keys: Parameters<typeof table.get>[0]) => table.get(keys),
  insert: async (item: Parameters<typeof table.insert>[0]) => table.insert(item),
  replace: async (item: Parameters<typeof table.replace>[0]) => table.replace(item),
});

/**
 * Several pollers at work on one queue, in real time: the real `poll` and the real network, stand-in clouds in another
 * process, and a table and a queue in memory that take as long to answer as AWS's do.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Config, readConfig } from '../../lib/config/config.ts';
import { HOUR, SECOND } from '../../lib/core/schedule.ts';
import type { Watch } from '../../lib/core/watch.ts';
import { poll } from '../../lib/look/poll.ts';
import type { Runtime } from '../../lib/runtime.ts';
import { newWatchItem, wakeUpOf } from '../../lib/store/items.ts';
import { watchId, watchKey } from '../../lib/store/keys.ts';
import { createQueue, writeWakeUp } from '../../lib/store/queue.ts';
import type { Table } from '../../lib/store/store.ts';
import { watchWith } from '../samples.ts';
import { createMemorySqs } from '../world/memory-sqs.ts';
import { createMemoryTable } from '../world/memory-table.ts';
import { createRng } from '../world/rng.ts';
import { clientOf } from '../world/sqs-client.ts';
import { withChild } from './child.ts';
import { type Calls, KEYS } from './clouds.ts';
import { benchRuntime } from './runtime.ts';

export type Connection = keyof typeof KEYS;
export type Operation = Readonly<Record<string, string>>;

export type Fleet = {
  /** Now by the clock of pollers, table and queue, epoch ms. */
  readonly now: () => number;
  /** Begins operations that go on for hours in the clouds, and gives them watches that have been looked at for hours. */
  readonly makeDue: (
    provider: string,
    operations: readonly Operation[],
    through: Connection,
  ) => Promise<readonly string[]>;
  readonly watch: (id: string) => Watch | undefined;
  /** Lets the pollers work until `isDone`. Throws when that takes longer than `limitMs`. */
  readonly workUntil: (isDone: () => boolean | Promise<boolean>, limitMs: number) => Promise<void>;
  /** How long the pollers have been at work in all, waiting included, ms: what Lambda would bill. */
  readonly workedMs: () => number;
  /** Whether no poller has anything to do at the moment. */
  readonly isIdle: () => boolean;
  /** Sets the clock ahead to where there is something to do again. */
  readonly skipIdleTime: () => void;
  /** What the clouds have been asked. */
  readonly calls: () => Promise<Calls>;
  readonly setClouds: (settings: object) => Promise<void>;
};

type FleetOptions = { readonly pollers: number; readonly callsPerSecond: number };

/** How long a request to AWS takes, and how long a cloud's answer is on its way, ms. */
const AWS_MS = [3, 9] as const;
const CLOUD_MS = [80, 100] as const;
const QUEUE = 'https://sqs.us-east-1.amazonaws.com/123456789012/poll';
const BATCH = 10;
const IDLE_MS = 10;

const taking = async <T>([from, to]: readonly [number, number], act: () => T): Promise<Awaited<T>> => {
  await sleep(from + Math.random() * (to - from));
  return await act();
};

const configOf = (url: string, callsPerSecond: number): Config => {
  const connections = Object.keys(KEYS).map((name) => [
    name,
    {
      vendor: 'aliyun',
      credentials: { accessKeyId: `env:${name}_KEY`, secretAccessKey: `env:${name}_SECRET` },
      endpoints: { '*': url },
      callsPerSecond,
    },
  ]);
  return readConfig({ connections: Object.fromEntries(connections) });
};

const variables = Object.fromEntries(
  Object.entries(KEYS).flatMap(([name, { accessKeyId, secretAccessKey }]) => [
    [`${name}_KEY`, accessKeyId],
    [`${name}_SECRET`, secretAccessKey],
  ]),
);

/** A watch that was submitted six hours ago and is due: its next look after this is five minutes away. */
const dueWatch = (provider: string, connection: string, operation: Operation, now: number): Watch => {
  const identity = { tenant: 'default', connection, provider, operation };
  const submittedAt = now - 6 * HOUR;
  const times = { submittedAt, deadline: now + 24 * HOUR, seenAt: submittedAt, nextLookAt: now };
  return watchWith({ ...identity, ...times, id: watchId(identity, 1), notify: [], status: 'running' });
};

/** Stands up `pollers` and what they need while `work` lasts. */
export const withFleet = <T>(options: FleetOptions, work: (fleet: Fleet) => Promise<T>): Promise<T> =>
  withChild('clouds.ts', [], async (ready) => {
    const url = String(ready);
    let ahead = 0;
    const now = () => Date.now() + ahead;
    const memory = createMemoryTable({ now });
    const table: Table = {
      get: (keys) => taking(AWS_MS, () => memory.get(keys)),
      insert: (item) => taking(AWS_MS, () => memory.insert(item)),
      replace: (item) => taking(AWS_MS, () => memory.replace(item)),
      remove: (item) => taking(AWS_MS, () => memory.remove(item)),
      beginning: (...asked) => taking(AWS_MS, () => memory.beginning(...asked)),
      partition: (pk) => taking(AWS_MS, () => memory.partition(pk)),
      lapsed: (...asked) => taking(AWS_MS, () => memory.lapsed(...asked)),
      owing: (shard) => taking(AWS_MS, () => memory.owing(shard)),
      listed: (...asked) => taking(AWS_MS, () => memory.listed(...asked)),
    };
    const sqs = createMemorySqs({ now, chance: createRng(Date.now()) });
    sqs.create(QUEUE, { visibilitySeconds: 180 });
    const queue = createQueue(clientOf(sqs, (_, act) => taking(AWS_MS, act)));
    const config = configOf(url, options.callsPerSecond);

    const newRuntime = (): Runtime => {
      const runtime = benchRuntime({ config, table, queue, pollQueues: { aliyun: [QUEUE] }, variables, now });
      const sendToCloud: Runtime['sendToCloud'] = async (request) => {
        const answer = await runtime.sendToCloud(request);
        return taking(CLOUD_MS, () => answer);
      };
      return { ...runtime, sendToCloud };
    };

    let isOpen = false;
    let busy = 0;
    let worked = 0;
    const workOn = async (runtime: Runtime): Promise<void> => {
      while (isOpen) {
        const records = sqs.receive(QUEUE, BATCH).map(({ record }) => record);
        if (records.length === 0) {
          await sleep(IDLE_MS);
          continue;
        }
        busy += 1;
        const began = performance.now();
        const staying = await poll(records, [QUEUE], runtime);
        const done = records.filter(({ messageId }) => !staying.includes(messageId));
        sqs.remove(
          QUEUE,
          done.map(({ receiptHandle }) => receiptHandle),
        );
        busy -= 1;
        worked += performance.now() - began;
      }
    };
    const runtimes = Array.from({ length: options.pollers }, newRuntime);

    const control = async (path: string, body: unknown): Promise<void> => {
      const response = await fetch(`${url}/_control/${path}`, { method: 'POST', body: JSON.stringify(body) });
      if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    };
    const nextVisibleAt = () => Math.min(...sqs.messages(QUEUE).map(({ visibleAt }) => visibleAt));

    return work({
      now,
      makeDue: async (provider, operations, through) => {
        await control(
          'operations',
          operations.map((operation) => ({ api: provider, operation, seconds: 100_000 })),
        );
        const items = operations.map((operation) => {
          const item = newWatchItem(dueWatch(provider, through, operation, now()), now());
          return { ...item, aliveUntil: now() + HOUR };
        });
        for (const [i, item] of items.entries()) {
          memory.insert(item);
          sqs.send(QUEUE, [{ Id: String(i), MessageBody: writeWakeUp(wakeUpOf(item)) }]);
        }
        return items.map(({ pk }) => pk);
      },
      watch: (id) => memory.get([watchKey(id)])[0]?.body as Watch | undefined,
      workUntil: async (isDone, limitMs) => {
        const giveUpAt = Date.now() + limitMs;
        isOpen = true;
        const working = Promise.all(runtimes.map(workOn));
        try {
          while (!(await isDone())) {
            if (Date.now() > giveUpAt) throw new Error(`not done within ${limitMs / SECOND} s`);
            await sleep(IDLE_MS);
          }
        } finally {
          isOpen = false;
          await working;
        }
      },
      workedMs: () => worked,
      isIdle: () => busy === 0 && nextVisibleAt() > now(),
      skipIdleTime: () => {
        ahead += Math.max(0, nextVisibleAt() - now());
      },
      calls: async () => (await fetch(`${url}/_control/calls?limit=100000`)).json() as Promise<Calls>,
      setClouds: (settings) => control('settings', settings),
    });
  });

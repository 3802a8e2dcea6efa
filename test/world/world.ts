/**
 * The whole system in memory: table, queues, Lambda with its queue triggers and schedule, clouds, receivers and time.
 * The code that runs in it is the project's own; only what lies behind the ports is not.
 */
import type { Config } from '../../lib/config.ts';
import { deliver } from '../../lib/deliver.ts';
import { RetryLater } from '../../lib/errors.ts';
import type { HttpAnswer } from '../../lib/http.ts';
import { createLog } from '../../lib/log.ts';
import { createPace } from '../../lib/pace.ts';
import { poll } from '../../lib/poll.ts';
import { createQueue, type SqsRecord } from '../../lib/queue.ts';
import { type Receipt, receive } from '../../lib/receive.ts';
import type { Environment, Runtime } from '../../lib/runtime.ts';
import { createSecrets, type Secrets } from '../../lib/secrets.ts';
import type { Item, Table } from '../../lib/store.ts';
import { sweep } from '../../lib/sweep.ts';
import { createTurns } from '../../lib/turns.ts';
import { type Chance, createChance } from './chance.ts';
import type { Asked } from './cloud-faces.ts';
import { type Clouds, createClouds, type Manner } from './clouds.ts';
import { createMemorySqs, type MemorySqs, type Oddity as QueueOddity } from './memory-sqs.ts';
import { createMemoryTable, type MemoryTable } from './memory-table.ts';
import { createEffects, type Effects, type Faults, type Process } from './process.ts';
import { createReceivers, type Receivers, type Reply } from './receivers.ts';
import { CANARY, configWith, environment, SIGNING_SECRET } from './settings.ts';
import { clientOf } from './sqs-client.ts';
import { createTimeline, type Timeline } from './timeline.ts';
import { attachTriggers } from './triggers.ts';

/** What AWS may do at any time. */
export type Oddity =
  | QueueOddity
  /** Lambda does not get to delete what a function has acknowledged. */
  | 'lost ack'
  /** A batch is received and its function not called, for want of concurrency. */
  | 'throttled call'
  | 'skipped sweep'
  | 'doubled sweep';

/** What the functions run: the project's own, or one with a fault built in. */
export type Functions = {
  readonly poll: typeof poll;
  readonly deliver: typeof deliver;
  readonly sweep: typeof sweep;
  readonly receive: typeof receive;
};

export type WorldOptions = {
  readonly seed?: number;
  readonly config?: Config;
  readonly faults?: Faults;
  /** How likely each is to happen, at the moment; left out, never. */
  readonly oddities?: () => Partial<Record<Oddity, number>>;
  /** Told of everything that goes wrong. */
  readonly onTrouble?: (what: string) => void;
  /** How long an index takes to learn of a write, ms. */
  readonly lagMs?: (chance: Chance) => number;
  readonly skewMs?: (chance: Chance) => number;
  readonly manner?: (asked: string) => Manner | undefined;
  readonly reply?: (url: string) => Reply | undefined;
  /** Until when a function is not called at all. */
  readonly downUntil?: (name: string) => number;
  readonly functions?: Partial<Functions>;
  /** Puts a fault between a function and the world. */
  readonly bend?: (runtime: Runtime, process: Process) => Runtime;
  readonly onWrite?: (after: Item, before: Item | undefined, process: Process | undefined) => void;
  readonly onLook?: (asked: Asked, process: Process | undefined) => void;
  readonly trace?: (line: string) => void;
};

export type World = {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly table: MemoryTable;
  readonly sqs: MemorySqs;
  readonly clouds: Clouds;
  readonly receivers: Receivers;
  readonly effects: Effects;
  readonly config: Config;
  /** What secret references stand for; changing it rotates them. */
  readonly environment: Record<string, string>;
  /** Every line that was logged. */
  readonly lines: readonly string[];
  /** Where the canary was seen. */
  readonly leaks: readonly string[];
  /** How many batches Lambda refused because their chain of causes was too long. */
  readonly cutChains: () => number;
  /** How many wake-ups the sweep sent. */
  readonly swept: () => number;
  /** Runs `work` as a function of that name would run, at once, and answers what it answers. */
  readonly as: <T>(name: string, work: (runtime: Runtime) => Promise<T>, timeoutMs?: number) => Promise<T>;
  /** The same, with time going on until it is done. */
  readonly call: <T>(name: string, work: (runtime: Runtime) => Promise<T>) => Promise<T>;
  /** Submits as a caller does. */
  readonly submit: (body: unknown, tenant?: string) => Promise<Receipt>;
  /** From now on messages and minutes call functions by themselves. */
  readonly start: () => void;
};

/** When every world begins. */
export const START = Date.UTC(2026, 0, 5, 8);

const QUEUE = 'https://sqs.us-east-1.amazonaws.com/123456789012/';
export const ENV: Environment = {
  pollQueues: { aliyun: [`${QUEUE}poll-aliyun-1`, `${QUEUE}poll-aliyun-2`], huawei: [`${QUEUE}poll-huawei`] },
  notifyQueue: `${QUEUE}notify`,
  deadLetterQueue: `${QUEUE}dead`,
  publicUrl: 'https://watch.example.com',
};
export const QUEUES: readonly string[] = [...Object.values(ENV.pollQueues).flat(), ENV.notifyQueue];

const VISIBILITY_SECONDS = 180;
const MAX_RECEIVE_COUNT = 1_000;
export const FUNCTION_TIMEOUT_MS = 30_000;

export const createWorld = (options: WorldOptions = {}): World => {
  const {
    faults = () => undefined,
    oddities = (): Partial<Record<Oddity, number>> => ({}),
    onTrouble = () => {},
    bend = (runtime) => runtime,
    trace,
  } = options;
  const config = options.config ?? configWith();
  const chance = createChance(options.seed ?? 1);
  const timeline = createTimeline(START);
  const { now } = timeline;
  const effects = createEffects({
    timeline,
    chance,
    faults: (effect) => {
      const fault = faults(effect);
      if (fault) onTrouble(fault);
      return fault;
    },
    onDeath: onTrouble,
    ...(options.skewMs && { skewMs: () => options.skewMs?.(chance) ?? 0 }),
    ...(trace && { trace: (line: string) => trace(`${new Date(now()).toISOString()} ${line}`) }),
  });

  const happens = (what: Oddity): boolean => {
    const does = chance.is(oddities()[what] ?? 0);
    if (does) onTrouble(what);
    return does;
  };

  const lines: string[] = [];
  const leaks: string[] = [];
  const inspect = (where: string) => (text: string) => {
    if (text.includes(CANARY)) leaks.push(`${where}: ${text}`);
  };

  /** Whose effect is being done right now. */
  let actor: Process | undefined;
  let swept = 0;
  const table = createMemoryTable({
    now,
    lag: () => options.lagMs?.(chance) ?? 0,
    inspect: inspect('table'),
    onWrite: (after, before) => options.onWrite?.(after, before, actor),
  });
  const triggers = attachTriggers({
    timeline,
    chance,
    effects,
    happens,
    downUntil: options.downUntil ?? (() => 0),
    ...(trace && { trace }),
  });
  const sqs = createMemorySqs({
    now,
    chance,
    happens,
    onVisible: triggers.onVisible,
    inspect: inspect('queue'),
  });
  sqs.create(ENV.deadLetterQueue, { visibilitySeconds: VISIBILITY_SECONDS });
  for (const url of QUEUES) {
    sqs.create(url, {
      visibilitySeconds: VISIBILITY_SECONDS,
      maxReceiveCount: MAX_RECEIVE_COUNT,
      deadLetters: ENV.deadLetterQueue,
    });
  }
  const clouds = createClouds(now, (asked) => options.onLook?.(asked, actor));
  const receivers = createReceivers(now, SIGNING_SECRET);
  const variables = environment();
  const functions: Functions = { poll, deliver, sweep, receive, ...options.functions };
  /** What a function keeps from one call to the next, while its container lives. */
  const containers = new Map<string, Secrets>();

  const runtimeOf = (process: Process): Runtime => {
    const request = <T>(what: string, act: () => T, tookMs?: number): Promise<T> =>
      effects.request(
        process,
        what,
        () => {
          actor = process;
          try {
            return act();
          } finally {
            actor = undefined;
          }
        },
        tookMs,
      );
    /** A network fault as lib/http.ts tells it. */
    const exchange = (what: string, tookMs: number, act: () => HttpAnswer) =>
      request(what, act, tookMs).catch((error: unknown) => {
        throw error instanceof RetryLater ? error : new RetryLater({ code: 'reset', message: String(error) });
      });
    const port: Table = {
      get: (keys) => request('get items', () => table.get(keys)),
      insert: (item) => request(`insert ${item.sk.split('#')[0]}`, () => table.insert(item)),
      replace: (item) => request(`replace ${item.sk.split('#')[0]}`, () => table.replace(item)),
      partition: (pk) => request('query partition', () => table.partition(pk)),
      lapsed: (shard, before, limit) => request('query leases', () => table.lapsed(shard, before, limit)),
      listed: (day, limit, after) => request('query listing', () => table.listed(day, limit, after)),
    };
    const clock = () => now() + process.skewMs;
    const pause = (ms: number) =>
      new Promise<void>((resolve) => timeline.at(now() + Math.max(ms, 0), () => process.isAlive && resolve()));
    const secrets = containers.get(process.name) ?? createSecrets(noSsm, variables, now);
    containers.set(process.name, secrets);
    let ids = 0;

    const runtime: Runtime = {
      config,
      table: port,
      queue: createQueue(clientOf(sqs, request, process.lineage)),
      pace: createPace({ table: port, now: clock, chance: chance.next, pause }),
      turns: createTurns({ table: port, now: clock, chance: chance.next, pause }),
      secrets,
      sendToCloud: (asked) => {
        const manner = options.manner?.(asked.url);
        const tookMs = manner === 'hang' ? 10_000 : chance.between(20, 400);
        return exchange('ask cloud', tookMs, () => clouds.answer(asked, manner));
      },
      sendToTarget: (event) => {
        const reply = options.reply?.(event.url);
        const tookMs = reply === 'hang' ? 15_000 : chance.between(20, 400);
        return exchange('tell target', tookMs, () => receivers.answer(event, reply));
      },
      log: createLog((line) => {
        lines.push(line);
        inspect('log')(line);
        trace?.(`${new Date(now()).toISOString()} ${process.name}/${process.number} ${line}`);
      }),
      env: ENV,
      now: clock,
      chance: chance.next,
      uniqueId: () => {
        ids += 1;
        return `${process.name}-${process.number}-${ids}`;
      },
      pause,
    };
    return bend(runtime, process);
  };

  const as: World['as'] = (name, work, timeoutMs = FUNCTION_TIMEOUT_MS) =>
    effects
      .run(name, timeoutMs, (process) => work(runtimeOf(process)))
      .catch((error: unknown) => {
        inspect('error')(String(error));
        containers.delete(name);
        throw error;
      });

  const start = (): void => {
    const consume = (
      url: string,
      name: string,
      handle: (records: readonly SqsRecord[], runtime: Runtime) => Promise<string[]>,
    ) =>
      triggers.consume({
        url,
        name,
        sqs,
        handle: (records, process) => handle(records, runtimeOf(process)),
        onDeath: () => containers.delete(name),
      });
    for (const [vendor, urls] of Object.entries(ENV.pollQueues)) {
      for (const url of urls)
        consume(url, `poller-${vendor}`, (records, runtime) => functions.poll(records, urls, runtime));
    }
    consume(ENV.notifyQueue, 'notifier', (records, runtime) => functions.deliver(records, [ENV.notifyQueue], runtime));
    triggers.everyMinute('sweep', async () => {
      // A sweep that finds no lapsed lease does nothing but read: most of them are left out.
      if (table.firstLapse() >= now() && !chance.is(0.002)) return;
      const until = now() + 40_000;
      const done = await as('sweep', (runtime) => functions.sweep(runtime, () => now() < until), 50_000);
      swept += done.sent;
    });
  };

  return {
    timeline,
    chance,
    table,
    sqs,
    clouds,
    receivers,
    effects,
    config,
    environment: variables,
    lines,
    leaks,
    cutChains: triggers.cutChains,
    swept: () => swept,
    as,
    call: (name, work) => timeline.finish(as(name, work)),
    submit: async (body, tenant = 'default') => {
      const receipt = await as('trigger', (runtime) => functions.receive(body, tenant, runtime), 15_000);
      inspect('answer')(JSON.stringify(receipt));
      return receipt;
    },
    start,
  };
};

/** Every reference in the world's configuration is to an environment variable. */
const noSsm = {
  send: () => {
    throw new Error('nothing here is kept in SSM');
  },
};
